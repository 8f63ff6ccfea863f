"""The survey in a real browser: on a phone, with and without script, by keyboard, light, dark, Spanish and zoomed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from surveys.models import Invitation
from tests.browser.conftest import DESKTOP
from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader, choice, invite, stored, words
from tests.surveys.reading import page as one_page

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"dark": True},
    "spanish": {"locale": "es-MX"},
    "zoomed": {"viewport": {"width": 320, "height": 600}},
    "desktop": {"viewport": DESKTOP, "dark": True},
}
ANSWERS = ("prepared=no", "firstfix=not_yet", "listen=never", "suggest=10", "callme=yes")


def go_on(page) -> None:
    page.locator("button.go").click()


def walk(page) -> list[str]:
    """Answer page after page with a finger, and return the headings that were read."""
    headings = []
    for _ in range(30):
        headings.append(page.locator("h1").first.inner_text())
        if not page.locator("form").count():
            return headings
        for name, code in (answer.split("=") for answer in ANSWERS):
            row = page.locator(f'label:has(input[name="{name}"][value="{code}"])')
            if row.count():
                row.click()
        go_on(page)
    raise AssertionError("the survey does not end")


@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.looks), False])
def test_a_patient_answers_on_a_phone(cast: Cast, new_page, javascript: bool):
    invitation = make_invitation(cast.acme, survey="support_experience")
    page = new_page(javascript=javascript)
    page.goto(f"/s/{invitation.token}/")
    headings = walk(page)
    assert headings[-1] == "Thank you"
    assert page.context.cookies() == []
    answers = stored(cast.acme, invitation).answers
    assert {name: answers[name] for name in ("prepared", "callme")} == {"prepared": "no", "callme": "yes"}
    assert answers["suggest"] == 10


def test_a_patient_answers_by_keyboard_alone(cast: Cast, page):
    invitation = invite(cast.acme, one_page("one", choice("first"), words("more")))
    page.goto(f"/s/{invitation.token}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to(page, "first")
    page.keyboard.press("ArrowDown")
    tab_to(page, "more")
    page.keyboard.type("By keyboard")
    tab_to(page, "_go")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    assert stored(cast.acme, invitation).answers == {"first": "no", "more": True}


def tab_to(page, name: str) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            outline = page.evaluate(
                "getComputedStyle(document.activeElement.closest('.row') || document.activeElement).outlineStyle"
            )
            assert outline != "none", f"{name} shows no focus"
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


@pytest.mark.looks
@pytest.mark.parametrize("javascript", [True, False])
def test_an_error_takes_focus_and_leads_to_its_question(cast: Cast, new_page, javascript: bool):
    invitation = invite(cast.acme, one_page("one", choice("first", required=True), choice("second")))
    page = new_page(javascript=javascript)
    page.goto(f"/s/{invitation.token}/")
    page.locator('label:has(input[name="second"][value="no"])').click()
    go_on(page)
    assert page.title().startswith("Please check:")
    page.locator(".errors:focus").wait_for()
    page.locator(".errors a").click()
    page.locator('input[name="first"]:focus').first.wait_for()
    assert page.locator('input[name="second"][value="no"]').is_checked()


@pytest.mark.looks
def test_the_browsers_own_back_button_loses_nothing(cast: Cast, page):
    invitation = invite(cast.acme, one_page("one", choice("first")), one_page("two", choice("last")))
    page.goto(f"/s/{invitation.token}/?page=one")
    page.locator('label:has(input[value="yes"])').click()
    go_on(page)
    page.get_by_role("group", name="About last?").wait_for()
    page.go_back()
    page.get_by_role("group", name="About first?").wait_for()
    go_on(page)
    page.get_by_role("group", name="About last?").wait_for()
    go_on(page)
    page.get_by_role("heading", name="Thank you").wait_for()
    page.go_back()
    page.get_by_role("heading", name="You have already answered").or_(page.locator("form")).first.wait_for()
    response = stored(cast.acme, invitation)
    assert response.answers == {"first": "yes"}
    assert response.is_submitted


@pytest.mark.looks
def test_our_back_button_leads_back(cast: Cast, page):
    invitation = invite(cast.acme, one_page("one", choice("first")), one_page("two", choice("last", required=True)))
    page.goto(f"/s/{invitation.token}/")
    go_on(page)
    page.locator("button.back").click()
    page.get_by_role("group", name="About first?").wait_for()


@pytest.mark.looks
def test_a_double_tap_on_the_last_button_is_harmless(cast: Cast, page):
    invitation = invite(cast.acme, one_page("one", words("more")))
    page.goto(f"/s/{invitation.token}/")
    page.locator("textarea").fill("Once")
    page.locator("button.go").dblclick(no_wait_after=True)
    page.get_by_role("heading", name="Thank you").wait_for()
    with cast.acme.bound():
        assert stored(cast.acme, invitation).verbatims.count() == 1


def test_a_page_is_one_request(cast: Cast, page):
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(
        f"/s/{make_invitation(cast.acme, survey='support_experience').token}/?page=people", wait_until="networkidle"
    )
    assert len([url for url in requests if not url.startswith("data:")]) == 1


@pytest.mark.looks
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_in_every_look(cast: Cast, new_page, check_page, look: str):
    page = new_page(**LOOKS[look])
    for address in every_address(cast, language="es" if look == "spanish" else "en"):
        page.goto(address)
        check_page(page)
    for address in every_error(cast):
        page.goto(address)
        go_on(page)
        page.locator(".errors").wait_for()
        check_page(page)


def every_address(cast: Cast, *, language: str) -> list[str]:
    """Return the address of every kind of page."""
    open_link = make_invitation(cast.acme, survey="support_experience")
    names = ("intro", "start", "suggest", "effort", "people", "words")
    over, answered = make_invitation(cast.acme), make_invitation(cast.acme, survey="outcome_follow_up")
    with cast.acme.bound():
        Invitation.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(days=1))
    submit(answered)
    return [
        *(f"/s/{open_link.token}/?page={name}&lang={language}" for name in names),
        f"/s/{over.token}/?lang={language}",
        f"/s/{answered.token}/?lang={language}",
        f"/s/{answered.token}/?done=1&lang={language}",
        f"/s/nobody-knows-this/?lang={language}",
        f"/s/{open_link.token}/?lang={language}&" + "&".join(f"f{number}=1" for number in range(600)),
    ]


def every_error(cast: Cast) -> list[str]:
    """Return addresses whose page has errors of every kind of question when it is sent empty."""
    number = {"key": "number", "type": "contact", "text": {"en": "Number", "es": "Número"}, "required": True}
    scale = {"key": "scale", "type": "recommend", "text": {"en": "Scale", "es": "Escala"}, "required": True}
    scale["scale"] = {"low": {"en": "not at all", "es": "nada"}, "high": {"en": "very", "es": "mucho"}}
    asked = [choice("first", required=True), words("more", required=True), scale, number]
    return [f"/s/{invite(cast.acme, one_page('one', *asked)).token}/"]


def submit(invitation: Invitation) -> None:
    Reader(invitation).open().walk({})
