"""Messages to patients in a real browser: the editor that previews as one types, the way out, the outbox."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from messaging.links import signed
from messaging.models import Message
from messaging.services import deliver
from tests.browser.conftest import DESKTOP, PHONE, assert_fits
from tests.conftest import T0, Cast
from tests.messaging.people import someone, write_to

LOOKS = [PHONE, DESKTOP]


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Path:
    """Let everything go to a folder that the outbox shows."""
    settings.OUTBOX, settings.MAIL_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "messaging.channels.folder.FolderBackend"
    settings.SMS_BACKEND = "messaging.channels.folder.FolderSmsBackend"
    return tmp_path


def mailed(cast: Cast, **over: Any) -> Message:
    """Send one message to somebody."""
    message = write_to(cast.acme, someone(cast.acme), **over)
    assert deliver(organization_id=cast.acme.organization.pk, message_id=message.pk, now=T0) == "sent"
    return message


@pytest.mark.looks
@pytest.mark.parametrize("viewport", LOOKS, ids=["phone", "desktop"])
def test_the_editor_previews_what_is_typed(cast: Cast, new_page, sign_in, check_page, viewport: dict[str, int]) -> None:
    page = new_page(viewport=viewport)
    sign_in(page, cast.acme.members["admin"])
    page.goto(reverse("messaging:wordings", args=["acme"]))
    check_page(page)
    page.get_by_role("link", name="Survey invitation, Text message, English").click()
    check_page(page)
    page.get_by_label("Text", exact=True).fill("Are you well, Ångström? {link}")
    page.get_by_text("Care Support: Are you well, Ångström?").wait_for()
    page.get_by_label("Text", exact=True).fill("Your medicine: {link}")
    page.get_by_text("Take “medicine” out").wait_for()
    check_page(page)
    page.get_by_role("button", name="Save the words").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_page(page)


@pytest.mark.looks
@pytest.mark.parametrize("viewport", LOOKS, ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_way_out_of_messages(cast: Cast, outbox: Path, new_page, language: str, viewport: dict[str, int]) -> None:
    message = mailed(cast, channel="email", language=language)
    page = new_page(viewport=viewport, javascript=False)
    url = f"/u/{signed('unsubscribe', message)}/"
    page.goto(url)
    assert_fits(page)
    page.get_by_role("button").click()
    said = {"en": "You will get no more messages at this address", "es": "Ya no recibirá mensajes en esta dirección"}
    page.get_by_role("heading", name=said[language]).wait_for()
    assert_fits(page)


@pytest.mark.looks
def test_the_outbox_shows_a_mail_as_it_looks(cast: Cast, outbox: Path, new_page, check_page) -> None:
    mailed(cast, channel="email")
    mailed(cast)
    page = new_page()
    page.goto("/outbox/")
    check_page(page)
    page.get_by_role("link", name="A few questions from Care Support").click()
    button = page.frame_locator("iframe").get_by_role("link", name="Open the questions")
    button.wait_for()
    assert button.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(10, 107, 107)"
    check_page(page)
