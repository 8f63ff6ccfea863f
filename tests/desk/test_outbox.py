"""The outbox: every message of the folder backends, for the demo and for development only."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from messaging.channels.folder import FolderBackend, FolderSmsBackend
from messaging.channels.sms import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Switch the outbox on, over an empty folder."""
    settings.OUTBOX, settings.MAIL_DIR = True, tmp_path
    return tmp_path


def put(to: str, subject: str, html: str = "<p>Hello</p>") -> None:
    """Write one e-mail."""
    email = EmailMultiAlternatives(subject, f"Text of {subject}", "us@example.org", [to])
    email.attach_alternative(html, "text/html")
    FolderBackend().send_messages([email])


def test_it_is_off_unless_it_is_switched_on(client: Client, folder: Path, settings: Any) -> None:
    put("ann@example.org", "One")
    name = next(folder.iterdir()).name
    settings.OUTBOX = False
    assert [client.get(url).status_code for url in ("/outbox/", f"/outbox/{name}/")] == [404, 404]


def test_it_lists_mails_and_texts_newest_first_and_finds_by_address(client: Client, folder: Path) -> None:
    put("ann@example.org", "First")
    put("bob@example.org", "Second")
    FolderSmsBackend().send(Text(to="+13125550142", body="Third: http://x"))
    page = client.get("/outbox/").content.decode()
    assert page.index("Third") < page.index("Second") < page.index("First")
    found = client.get("/outbox/?q=BOB@").content.decode()
    assert "Second" in found
    assert "First" not in found
    assert "Third" in client.get("/outbox/?q=0142").content.decode()
    assert "No message matches" in client.get("/outbox/?q=nobody").content.decode()


def test_an_empty_folder_and_a_missing_one_say_so(client: Client, folder: Path, settings: Any) -> None:
    assert "Nothing has left yet" in client.get("/outbox/").content.decode()
    settings.MAIL_DIR = folder / "missing"
    assert "Nothing has left yet" in client.get("/outbox/").content.decode()


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(client: Client, folder: Path) -> None:
    put("ann@example.org", "Hi <b>", html='<script>alert(1)</script><p style="color:red">"x"</p>')
    (file,) = folder.iterdir()
    response = client.get(f"/outbox/{file.name}/")
    page = response.content.decode()
    assert "sandbox srcdoc=" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "Text of Hi &lt;b&gt;" in page
    assert "script-src" in response["Content-Security-Policy"]
    assert "'unsafe-inline'" in response["Content-Security-Policy"].partition("style-src")[2].partition(";")[0]


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fsettings.py", "x.eml", "01a00000-0000-7000-8000-000000000000.eml", ".part"]
)
def test_no_other_file_is_shown(client: Client, folder: Path, name: str) -> None:
    (folder / "x.eml").write_text("secret")
    assert client.get(f"/outbox/{name}/").status_code == 404
