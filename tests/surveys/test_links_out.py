"""Survey links for a partner that delivers them itself."""

import csv
import io
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from messaging.models import Message
from patients.models import Patient
from patients.services import change_status
from surveys.models import Invitation, Skip
from tenants.models.audit import AuditEntry
from tests.conftest import Cast, House, make_member
from tests.patients.files import NOW, bring_in, csv_of

pytestmark = pytest.mark.django_db

URL = reverse("surveys:links", args=["acme"])


@pytest.fixture
def imported(cast: Cast, time_machine_at_now: None) -> House:
    """Return acme with four imported patients of north, the last without consent."""
    acme = cast.acme
    rows = [[f"H-{n}", "email:survey" if n < 3 else ""] for n in range(4)]
    bring_in(acme, csv_of(rows, ["external_id", "consents"]))
    with acme.bound():
        acme.members["north_lead"] = make_member(
            acme.organization, role="supervisor", partner=acme.partners["north"], email="lead@acme.example"
        )
    return acme


@pytest.fixture
def time_machine_at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the view read the clock of the tests."""
    monkeypatch.setattr("surveys.views.links.timezone.now", lambda: NOW)


def fetch(house: House, who: str = "north_lead", **over: str) -> tuple[int, dict[str, dict[str, str]]]:
    client = Client()
    client.force_login(house.members[who].user)
    place = f"{house.program.pk}:{house.partners['north'].pk}"
    response = client.post(URL, {"survey": str(house.surveys["pulse_5"].pk), "place": place, **over})
    if not response.streaming:
        return response.status_code, {}
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return response.status_code, {row["external_id"]: row for row in csv.DictReader(io.StringIO(text))}


def test_links_go_back_out_by_external_id_and_nothing_is_sent(imported: House) -> None:
    _, rows = fetch(imported)
    assert {name for name, row in rows.items() if row["link"]} == {"H-0", "H-1", "H-2"}
    assert rows["H-3"]["not_sent_because"] == Skip.Reason.NO_CONSENT.label
    with imported.bound():
        made = Invitation.objects.exclude(invited_at=None)
        assert {each.url for each in made} == {row["link"] for row in rows.values() if row["link"]}
        assert {each.sent_by for each in made} == {"partner"}
        assert not Message.objects.filter(member=None).exists()
        assert AuditEntry.objects.filter(action="surveys.links.exported").count() == 1
    client = Client()
    assert client.get(urlsplit(rows["H-0"]["link"]).path).status_code == 200


def test_a_download_again_gives_the_same_links(imported: House) -> None:
    _, first = fetch(imported)
    _, again = fetch(imported)
    assert {k: v["link"] for k, v in again.items()} == {k: v["link"] for k, v in first.items()}
    with imported.bound():
        assert Invitation.objects.exclude(invited_at=None).count() == 3


def test_the_contact_rules_and_the_status_hold(imported: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with imported.bound():
        gone = Patient.objects.get(services__external_id="H-0")
        change_status(patient=gone, status="paused", by=imported.members["admin"], now=NOW, source="form")
    _, rows = fetch(imported)
    assert rows["H-0"]["not_sent_because"] == Skip.Reason.STATUS.label
    monkeypatch.setattr("surveys.views.links.timezone.now", lambda: NOW + timedelta(days=5))
    _, other = fetch(imported, survey=str(imported.surveys["support_experience"].pk))
    assert other["H-1"]["not_sent_because"] == Skip.Reason.TOO_SOON.label


def test_only_the_stage_that_is_asked_for(imported: House) -> None:
    with imported.bound():
        Patient.objects.filter(services__external_id="H-1").update(stage="training")
    _, rows = fetch(imported, stage="training")
    assert rows.keys() == {"H-1"}


def test_our_own_people_fetch_links_only_where_the_program_lets_them(imported: House) -> None:
    assert fetch(imported, "supervisor")[0] == 422
    with imported.bound():
        imported.program.sponsor_sees_contact = True
        imported.program.save()
    assert fetch(imported, "supervisor")[0] == 200
    place = f"{imported.program.pk}:{imported.partners['south'].pk}"
    assert fetch(imported, "north_lead", place=place)[0] == 422


def test_the_command_writes_the_same_file(imported: House, tmp_path) -> None:
    path = tmp_path / "links.csv"
    place = ["--organization", "acme", "--program", imported.program.name, "--partner", "north"]
    call_command("export_links", *place, "--survey", "pulse_5", "--output", str(path))
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert sum(bool(row["link"]) for row in rows) == 3
