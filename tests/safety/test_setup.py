"""A program may collect open text once its recipient has confirmed; certificates are recorded by admins."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import Message
from messaging.rendering import compose
from messaging.safety_link import LinkNotValid, read_verification
from safety import services
from safety.certificates import standing
from safety.models import Training
from tenants.models import AuditEntry, Program
from tests.conftest import T0, Cast, House
from tests.safety.things import train


def change(house: House, **fields) -> Program:
    with house.bound():
        return services.change_setup(
            program=Program.objects.get(),
            by=house.members["admin"],
            now=T0,
            resend=fields.pop("resend", False),
            **fields,
        )


def mailed(house: House) -> list[tuple[str, str]]:
    """Return (address, path of the link) of each message to confirm."""
    with house.bound():
        found = Message.objects.select_related("program").filter(template="verify_safety").order_by("pk")
        mails = [compose(message) for message in found]
    return [(mail.to[0], re.findall(r"/safety/confirm/\S+", str(mail.body))[0]) for mail in mails]


def test_a_new_recipient_counts_once_it_has_confirmed(cast: Cast, client: Client):
    house = cast.acme
    assert not change(house, safety_recipient="pv@maker.example").may_collect_text
    [(address, path)] = mailed(house)
    assert address == "pv@maker.example"
    page = client.get(path)
    assert page.status_code == 200
    with house.bound():
        assert not Program.objects.get().may_collect_text  # opening the link confirms nothing
    assert "confirmed" in client.post(path).content.decode()
    with house.bound():
        assert Program.objects.get().may_collect_text
        assert AuditEntry.objects.filter(action="safety.recipient.confirmed").count() == 1
    client.post(path)
    with house.bound():
        assert AuditEntry.objects.filter(action="safety.recipient.confirmed").count() == 1


def test_the_link_of_an_address_that_was_replaced_confirms_nothing(cast: Cast, client: Client):
    house = cast.acme
    change(house, safety_recipient="one@maker.example")
    change(house, safety_recipient="two@maker.example")
    (_, first), (_, second) = mailed(house)
    assert client.get(first).status_code == client.post(first).status_code == 410
    assert client.post(second).status_code == 200
    with house.bound():
        assert Program.objects.get().safety_verified_at is not None


@pytest.mark.django_db
def test_a_forged_link_is_over(client: Client):
    assert client.get(reverse("safety:confirm", args=["x:y:z"])).status_code == 410
    with pytest.raises(LinkNotValid):
        read_verification("x")


def test_the_same_address_stays_confirmed_and_a_link_is_sent_again_on_request_only(cast: Cast):
    house = cast.acme
    assert change(house, safety_recipient="safety@acme.example", safety_hours=48).safety_verified_at == T0
    assert mailed(house) == []
    change(house, safety_recipient="new@maker.example")
    change(house, safety_hours=24)
    assert len(mailed(house)) == 1
    change(house, resend=True)
    assert len(mailed(house)) == 2


def test_an_admin_changes_the_setup_by_the_form(cast: Cast, client: Client):
    house = cast.acme
    client.force_login(house.members["admin"].user)
    url = reverse("safety:program", args=["acme", house.program.pk])
    form = {
        "safety_recipient": "pv@maker.example",
        "safety_hours": "0",
        "safety_sample_pct": "20",
        "emergency": "911",
        "crisis_line_en": "Call 988",
        "crisis_team": str(house.team.pk),
    }
    wrong = client.post(url, form)
    assert (wrong.status_code, b"pv@maker.example" in wrong.content) == (422, True)
    assert client.post(url, {**form, "safety_hours": "12"}).status_code == 303
    with house.bound():
        program = Program.objects.get()
        assert (program.safety_hours, program.safety_sample_pct, program.crisis_team_id) == (12, 20, house.team.pk)
        assert program.safety_verified_at is None
        assert program.crisis_line("en") == "Call 988"
        assert AuditEntry.objects.filter(action="safety.setup.changed").count() == 1


def test_the_settings_say_plainly_that_open_text_cannot_be_sent(cast: Cast, client: Client):
    house = cast.acme
    change(house, safety_recipient="pv@maker.example")
    client.force_login(house.members["admin"].user)
    html = client.get(reverse("safety:settings", args=["acme"])).content.decode()
    assert "No open text yet" in html
    html = client.get(reverse("safety:program", args=["acme", house.program.pk])).content.decode()
    assert "Surveys with open text cannot be sent" in html


def test_an_admin_records_a_certificate(cast: Cast, client: Client):
    house = cast.acme
    client.force_login(house.members["admin"].user)
    url = reverse("safety:training", args=["acme"])
    form = {
        "member": str(house.members["safety"].pk),
        "course": "Product safety 2026",
        "completed_on": "2026-02-01",
        "expires_on": "2026-01-01",
    }
    wrong = client.post(url, form)
    assert (wrong.status_code, b"Product safety 2026" in wrong.content) == (422, True)
    assert client.post(url, {**form, "expires_on": "2027-02-01"}).status_code == 303
    with house.bound():
        assert Training.objects.get().recorded_by_id == house.members["admin"].pk
        assert AuditEntry.objects.filter(action="safety.training.recorded").count() == 1


@pytest.mark.parametrize(("days", "state"), [(-1, "expired"), (0, "soon"), (30, "soon"), (31, "valid")])
def test_a_certificate_that_runs_out_is_shown(cast: Cast, days: int, state: str):
    house, today = cast.acme, date(2026, 3, 2)
    train(house, house.members["safety"], until=today + timedelta(days=days))
    with house.bound():
        assert [each.state for each in standing(today=today)] == [state]


def test_a_reviewer_without_one_is_shown(cast: Cast):
    with cast.acme.bound():
        assert [each.state for each in standing(today=date(2026, 3, 2))] == ["none"]


def test_the_crisis_line_is_in_the_readers_language_or_in_the_first_that_has_one():
    program = Program(languages=["en", "es"], crisis_lines={"es": "Llame al 988", "en": ""})
    assert program.crisis_line("es") == "Llame al 988"
    assert program.crisis_line("en") == "Llame al 988"
    assert Program(languages=["en"], crisis_lines={}).crisis_line("en") == ""
