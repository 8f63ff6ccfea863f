"""Patients whom somebody can reach: consent, addresses, and programs that keep them here."""

from typing import Any

from caseloop.models import Case
from caseloop.services import end_without_action, reopen, resolve
from messaging.models import Purpose
from messaging.services import keep_address
from patients.models import Patient
from patients.services import change_status, record_consent
from tests.caseloop.conftest import DISPOSITION, NOW
from tests.conftest import T0, House

PHONE = "+12125550147"
EMAIL = "ana.reed@example.org"


def respondent_of(patient: Patient) -> Any:
    """Return the one who answers about a patient."""
    return patient.answering.get().respondent


def agree(house: House, *, patient: Any = None, purposes: Any = (Purpose.FOLLOW_UP,), channel: str = "email") -> None:
    """Let a patient agree to be written to, at an address that is kept."""
    with house.bound():
        respondent = respondent_of(patient or house.patients[0])
        keep(house, respondent, channel, EMAIL if channel == "email" else PHONE)
        record_consent(
            respondent=respondent, channel=channel, purposes=purposes, is_given=True, source="form", wording="v1",
            given_at=T0, by=None, now=T0,
        )  # fmt: skip


def keep(house: House, respondent: Any, channel: str, value: str) -> None:
    """Put an address into the vault; call it while bound."""
    keep_address(
        organization_id=house.organization.pk, partner_id=respondent.partner_id, owner_id=respondent.pk,
        channel=channel, value=value, now=T0,
    )  # fmt: skip


def set_program(house: House, **fields: Any) -> None:
    """Change the program's settings."""
    with house.bound():
        for name, value in fields.items():
            setattr(house.program, name, value)
        house.program.save()


def set_status(house: House, status: str, *, patient: Any = None, now: Any = NOW, **over: Any) -> Any:
    """Change a patient's contact status as a member does."""
    with house.bound():
        return change_status(
            patient=patient or house.patients[0], status=status, by=house.members["agent"], now=now, source="form",
            **over,
        )  # fmt: skip


def resolves(house: House, case: Case, *, by: str = "agent", now: Any = NOW) -> Case:
    """Resolve a case with everything that follows."""
    with house.bound():
        locked = Case.objects.lock(pk=case.pk)
        dispositions = {str(concern.pk): DISPOSITION for concern in locked.concerns.unsettled()}
        resolve(case=locked, dispositions=dispositions, by=house.members[by], now=now)
        return locked


def reopens(house: House, case: Case, *, now: Any = NOW) -> None:
    """Reopen a case by hand, with everything that follows."""
    with house.bound():
        reopen(case=Case.objects.lock(pk=case.pk), reason="Came back", by=house.members["agent"], now=now)


def ends(house: House, case: Case, *, now: Any = NOW) -> None:
    """End a case without action, with everything that follows."""
    with house.bound():
        locked = Case.objects.lock(pk=case.pk)
        end_without_action(case=locked, reason="duplicate", text="", by=house.members["agent"], now=now)
