"""Merging: the duplicate's pseudonym stays issued and leads to the survivor, who has everything from then on."""

from typing import Any

import pytest

from messaging.models import Message
from patients.models import IssuedPseudonym, Patient, Service
from patients.services import (
    CannotMerge,
    change_status,
    consented_channels,
    enrol,
    everybody_for,
    merge,
    note_touchpoint,
    respondents_for,
)
from tenants.models.audit import AuditEntry
from tests.conftest import T0, Cast, House, make_program
from tests.patients.people import agree, keep, queued, respondent_of, state_of
from tests.steps import REAL_COMMITS, at_once, later


def pair(house: House) -> tuple[Patient, Patient]:
    """Enrol one person twice."""
    north = house.partners["north"]
    one, two = (enrol(program=house.program, partner=north, now=T0, external_id=f"H-{each}") for each in (1, 2))
    return one, two


def test_what_is_about_the_person_goes_to_the_survivor(cast: Cast) -> None:
    acme, admin = cast.acme, cast.acme.members["admin"]
    with acme.bound():
        duplicate, survivor = pair(acme)
        answers = respondent_of(duplicate)
        agree(answers)
        note_touchpoint(patient=duplicate, kind="first_fill", occurred_at=later(days=1), now=later(days=1))
        merge(duplicate=duplicate, into=survivor, by=admin, now=later(days=2))
        duplicate.refresh_from_db()
        survivor.refresh_from_db()
        assert duplicate.merged_into == survivor
        assert IssuedPseudonym.objects.filter(pseudonym=duplicate.pseudonym).exists()
        assert set(Service.objects.filter(patient=survivor).values_list("external_id", flat=True)) == {"H-1", "H-2"}
        assert survivor.touchpoints.get().kind == "first_fill"
        assert survivor.stage == "first_fill"
        assert answers in everybody_for(survivor)
        assert not duplicate.answering.exists()
        assert consented_channels(respondent_id=answers.pk, purpose="survey") == ["sms"]
        assert AuditEntry.objects.get(action="patients.patient.merged").changes == {"into": survivor.pseudonym}
        assert [event.kind for event in survivor.events.filter(actor=admin)] == ["merged"]


def test_what_is_told_of_the_alias_from_then_on_is_told_of_the_survivor(cast: Cast) -> None:
    with cast.acme.bound():
        duplicate, survivor = pair(cast.acme)
        merge(duplicate=duplicate, into=survivor, by=None, now=T0)
        touchpoint = note_touchpoint(patient=duplicate, kind="trained", occurred_at=later(days=1), now=later(days=1))
        change_status(patient=duplicate, status="paused", by=None, now=later(days=2), source="api")
        survivor.refresh_from_db()
        duplicate.refresh_from_db()
        assert touchpoint.patient_id == survivor.pk
        assert (survivor.stage, survivor.contact_status, duplicate.contact_status) == ("training", "paused", "paused")
        assert respondents_for(duplicate) == []


@pytest.mark.parametrize(
    ("gone", "stays", "expected"),
    [
        ("active", "active", "active"),
        ("paused", "active", "paused"),
        ("active", "withdrawn", "withdrawn"),
        ("withdrawn", "deceased", "deceased"),
        ("deceased", "paused", "deceased"),
    ],
)
def test_the_stricter_status_stays_and_holds_for_everybody(cast: Cast, gone: str, stays: str, expected: str) -> None:
    acme = cast.acme
    with acme.bound():
        duplicate, survivor = pair(acme)
        for patient, status in ((duplicate, gone), (survivor, stays)):
            change_status(patient=patient, status=status, by=None, now=T0, source="form")
        answers = respondent_of(duplicate)
        keep(answers)
        message = queued(acme, answers) if gone != "deceased" else None
        merge(duplicate=duplicate, into=survivor, by=None, now=later(hours=1))
        statuses = set(
            Patient.objects.filter(pk__in=[duplicate.pk, survivor.pk]).values_list("contact_status", flat=True)
        )
        assert statuses == {expected}
        assert message is None or (state_of(message)[0] == "queued") == (expected == "active")


def test_merging_a_survivor_on_leads_its_aliases_to_the_last(cast: Cast) -> None:
    with cast.acme.bound():
        first, second = pair(cast.acme)
        last = enrol(program=cast.acme.program, partner=cast.acme.partners["north"], now=T0)
        merge(duplicate=first, into=second, by=None, now=T0)
        merge(duplicate=second, into=last, by=None, now=T0)
        first.refresh_from_db()
        assert first.merged_into == last


def test_what_cannot_be_merged_says_what_to_do(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        duplicate, survivor = pair(acme)
        elsewhere = enrol(program=make_program(acme.organization, name="Other"), partner=None, now=T0)
        other_hub = acme.patients[1]
        for other, words in ((duplicate, "same patient"), (elsewhere, "different programs"), (other_hub, "partners")):
            with pytest.raises(CannotMerge, match=words):
                merge(duplicate=duplicate, into=other, by=None, now=T0)
        merge(duplicate=duplicate, into=survivor, by=None, now=T0)
        with pytest.raises(CannotMerge, match="was merged already"):
            merge(duplicate=duplicate, into=acme.patients[0], by=None, now=T0)
        with pytest.raises(CannotMerge, match="was itself merged"):
            merge(duplicate=acme.patients[0], into=duplicate, by=None, now=T0)


def test_nobody_merges_across_organizations(cast: Cast) -> None:
    with cast.acme.bound(), pytest.raises((CannotMerge, KeyError)):
        merge(duplicate=cast.acme.patients[0], into=cast.rival.patients[0], by=None, now=T0)


@REAL_COMMITS
def test_two_who_merge_each_into_the_other_leave_one_survivor(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        rows = pair(acme)

    def work(place: int) -> Any:
        with acme.bound():
            return merge(duplicate=rows[place], into=rows[1 - place], by=None, now=T0)

    results = at_once(2, work)
    assert sorted(type(each).__name__ for each in results) == ["CannotMerge", "Patient"]
    with acme.bound():
        assert Patient.objects.unmerged().filter(pk__in=[row.pk for row in rows]).count() == 1
        assert not Message.objects.filter(state="queued", member=None).exists()
