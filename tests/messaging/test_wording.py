"""Settings → Messages to patients: the list, the editor with its linter and preview, the test to oneself."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import Address, Message, Wording
from messaging.words import PATIENT_TEMPLATES
from tenants.models import Program
from tenants.models.audit import AuditEntry
from tests.conftest import Cast, House, make_program

WORDS = {"subject": "News from {program}", "body": "Hello,\n\n{link}\n\n{phone}"}


@pytest.fixture
def admin(cast: Cast) -> Client:
    """Return a client signed in as admin of acme."""
    client = Client()
    client.force_login(cast.acme.members["admin"].user)
    return client


def address(house: House, name: str = "wording", *, channel: str = "email", template: str = "invitation") -> str:
    """Return the address of the English words of a message."""
    return reverse(f"messaging:{name}", args=[house.organization.slug, house.program.pk, template, channel, "en"])


def kept(house: House) -> list[tuple[bool, str, str]]:
    """Return the stored words: whether for all programs, subject, body."""
    with house.bound():
        return [(w.program_id is None, w.subject, w.body) for w in Wording.objects.order_by("pk")]


def test_the_list_names_every_message_and_whose_words_it_has(cast: Cast, admin: Client) -> None:
    url = reverse("messaging:wordings", args=["acme"])
    page = admin.get(url).content.decode()
    assert page.count(">Built-in<") == len(PATIENT_TEMPLATES) * 4
    admin.post(address(cast.acme), WORDS)
    admin.post(address(cast.acme, channel="sms"), {"body": "Hi {link}", "for_all": "on"})
    page = admin.get(url).content.decode()
    assert page.count(">Your words<") == 1
    assert page.count(">Your words, all programs<") == 1


def test_without_a_program_the_list_says_what_to_do(cast: Cast, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.views.wording._programs", list)
    page = admin.get(reverse("messaging:wordings", args=["acme"])).content.decode()
    assert "No programs yet" in page


def test_words_are_kept_audited_and_shown_again(cast: Cast, admin: Client) -> None:
    response = admin.post(address(cast.acme), WORDS)
    assert (response.status_code, response["Location"]) == (303, address(cast.acme))
    assert kept(cast.acme) == [(False, WORDS["subject"], WORDS["body"])]
    admin.post(address(cast.acme), {**WORDS, "subject": "Again"})
    assert [subject for _, subject, _ in kept(cast.acme)] == ["Again"]
    page = admin.get(address(cast.acme)).content.decode()
    assert "These are your own words" in page
    assert 'value="Again"' in page
    with cast.acme.bound():
        assert AuditEntry.objects.filter(action="messaging.wording.changed").count() == 2


def test_words_for_all_take_the_place_of_the_programs_own(cast: Cast, admin: Client) -> None:
    admin.post(address(cast.acme), WORDS)
    admin.post(address(cast.acme), {**WORDS, "subject": "All", "for_all": "on"})
    assert kept(cast.acme) == [(True, "All", WORDS["body"])]
    assert "for all programs" in admin.get(address(cast.acme)).content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"body": "Your medicine: {link}"}, "Take “medicine” out"),
        ({"body": "No link"}, "Put {link}"),
        ({"body": "{link} and {name}"}, "{name} is not known"),
        ({"body": "{link} or https://x.example"}, "the only link"),
        ({"subject": "The acme survey"}, "names a program or brand"),
        ({"subject": ""}, "Enter the subject"),
        ({"body": ""}, "Enter the text"),
        ({"body": "{link} " + "x" * 2000}, "Use at most 2000"),
    ],
)
def test_what_the_linter_refuses_is_not_kept_and_stays_typed(
    cast: Cast, admin: Client, change: dict[str, str], says: str
) -> None:
    response = admin.post(address(cast.acme), {**WORDS, **change})
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert kept(cast.acme) == []
    for value in change.values():
        assert value[:40].replace("&", "&amp;") in page


def test_the_preview_shows_what_is_typed_in_both_languages_and_channels_and_keeps_nothing(
    cast: Cast, admin: Client
) -> None:
    url, typed = address(cast.acme, "preview", channel="sms"), {"body": "Hi from us, árbol: {link}"}
    fragment = admin.post(url, typed, headers={"HX-Request": "true"}).content.decode()
    page = admin.post(url, typed).content.decode()
    for shown in (fragment, page):
        assert "Care Support: Hi from us, árbol: http" in shown
        assert shown.count("<figure>") == 4
        assert "Responda ALTO para terminar" in shown
        assert "2 text messages" in shown
    assert "<html" not in fragment
    assert "Hi from us, árbol: {link}</textarea>" in page
    assert kept(cast.acme) == []
    broken = admin.post(url, {"body": "Your cancer <script>"}, headers={"HX-Request": "true"}).content.decode()
    assert "Take “cancer” out" in broken
    assert "<script>" not in broken


def test_own_words_are_removed_on_request(cast: Cast, admin: Client) -> None:
    admin.post(address(cast.acme), WORDS)
    for _ in range(2):
        assert admin.post(address(cast.acme, "built_in")).status_code == 303
    assert kept(cast.acme) == []
    assert "These are the built-in words" in admin.get(address(cast.acme)).content.decode()


def test_a_test_by_mail_goes_to_me_and_by_text_to_the_number_that_i_type(cast: Cast, admin: Client) -> None:
    assert admin.post(address(cast.acme, "test_send")).status_code == 303
    by_text = address(cast.acme, "test_send", channel="sms")
    response = admin.post(by_text, {"number": "12"})
    assert response.status_code == 422
    assert "Enter a telephone number" in response.content.decode()
    assert admin.post(by_text, {"number": "(312) 555-0142"}).status_code == 303
    with cast.acme.bound():
        rows = list(Message.objects.order_by("created_at"))
        assert [(row.channel, row.member, row.owner_id) for row in rows] == [
            ("email", cast.acme.members["admin"], None),
            ("sms", cast.acme.members["admin"], None),
        ]
        assert Address.objects.get().reveal() == "+13125550142"


@pytest.mark.parametrize("odd", [("follow_up", "email"), ("invitation", "phone"), ("nonsense", "sms")])
def test_other_messages_have_no_editor(cast: Cast, admin: Client, odd: tuple[str, str]) -> None:
    assert admin.get(address(cast.acme, template=odd[0], channel=odd[1])).status_code == 404


def test_the_list_costs_the_same_with_many_programs(
    cast: Cast, admin: Client, django_assert_max_num_queries: Any
) -> None:
    url = reverse("messaging:wordings", args=["acme"])
    with django_assert_max_num_queries(20) as before:
        admin.get(url)
    with cast.acme.bound():
        for n in range(20):
            make_program(cast.acme.organization, name=f"Program {n}")
            Wording.objects.create(
                organization=cast.acme.organization,
                program=Program.objects.get(name=f"Program {n}"),
                template="invitation",
                channel="sms",
                language="en",
                body="{link}",
                changed_at=cast.acme.program.created_at,
            )
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(url)
