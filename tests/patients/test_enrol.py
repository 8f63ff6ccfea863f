"""Enrolling: a pseudonym that was never issued before, a respondent, and the partner's service."""

import pytest
from django.db import IntegrityError, transaction

from cxplatform.lib.codes import parse_pseudonym
from patients.models import IssuedPseudonym, Patient, Service
from patients.services import enrol, enrolment
from tests.conftest import T0, Cast
from tests.steps import REAL_COMMITS, at_once


def test_enrolling_makes_a_patient_a_respondent_and_a_service(cast: Cast) -> None:
    acme, north = cast.acme, cast.acme.partners["north"]
    with acme.bound():
        patient = enrol(program=acme.program, partner=north, now=T0, language="es", external_id="H-1")
        respondent = patient.answering.get().respondent
        service = patient.services.get()
    assert parse_pseudonym(patient.pseudonym) == patient.pseudonym
    assert (patient.stage, patient.contact_status, patient.language) == ("enrolled", "active", "es")
    assert (respondent.kind, respondent.language, respondent.partner_id) == ("unknown", "es", north.pk)
    assert (service.partner_id, service.external_id, service.starts_at, service.ends_at) == (north.pk, "H-1", T0, None)


def test_a_program_without_partner_has_no_service(cast: Cast) -> None:
    with cast.acme.bound():
        patient = enrol(program=cast.acme.program, partner=None, now=T0)
        assert not patient.services.exists()


def test_a_partner_serves_an_external_id_once_and_nothing_stays_of_the_second(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        enrol(program=acme.program, partner=acme.partners["north"], now=T0, external_id="H-1")
        before = Patient.objects.count()
        with pytest.raises(IntegrityError), transaction.atomic():
            enrol(program=acme.program, partner=acme.partners["north"], now=T0, external_id="H-1")
        assert Patient.objects.count() == before
        enrol(program=acme.program, partner=acme.partners["south"], now=T0, external_id="H-1")
        Service.objects.filter(external_id="H-1").update(ends_at=T0)
        enrol(program=acme.program, partner=acme.partners["north"], now=T0, external_id="H-1")


def test_a_pseudonym_is_never_issued_twice_even_across_rivals(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = cast.rival.patients[0].pseudonym
    draws = iter([taken, taken, "PX-2222-222F"])
    monkeypatch.setattr(enrolment, "new_pseudonym", lambda: next(draws))
    with cast.acme.bound():
        assert enrol(program=cast.acme.program, partner=None, now=T0).pseudonym == "PX-2222-222F"


def test_five_collisions_in_a_row_are_an_error(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "new_pseudonym", lambda: cast.rival.patients[0].pseudonym)
    with cast.acme.bound(), pytest.raises(IntegrityError):
        enrol(program=cast.acme.program, partner=None, now=T0)


def test_the_ledger_keeps_a_pseudonym_whose_patient_is_gone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with cast.acme.bound():
        gone = enrol(program=cast.acme.program, partner=None, now=T0)
        pseudonym = gone.pseudonym
        gone.answering.all().delete()
        gone.delete()
        assert IssuedPseudonym.objects.filter(pseudonym=pseudonym).exists()
        draws = iter([pseudonym, "PX-2222-222F"])
        monkeypatch.setattr(enrolment, "new_pseudonym", lambda: next(draws))
        assert enrol(program=cast.acme.program, partner=None, now=T0).pseudonym != pseudonym


def test_typing_part_of_a_pseudonym_finds_it(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        assert patient in Patient.objects.starting_with(patient.pseudonym[3:8].lower())
        assert list(Patient.objects.starting_with(patient.pseudonym)) == [patient]
    with cast.rival.bound():
        assert not Patient.objects.starting_with(patient.pseudonym).exists()


@REAL_COMMITS
def test_one_external_id_enrolled_at_once_is_one_patient(cast: Cast) -> None:
    acme = cast.acme

    def work(_: int) -> str:
        with acme.bound():
            return enrol(program=acme.program, partner=acme.partners["north"], now=T0, external_id="H-9").pseudonym

    results = at_once(6, work)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError"] * 5 + ["str"]
    with acme.bound():
        assert Service.objects.filter(external_id="H-9").count() == 1
        assert Patient.objects.count() == 3
