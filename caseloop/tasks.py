"""Celery wrappers of the case loop."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from caseloop.services import QUIET, close_if_quiet, note_left
from cxplatform.lib.sweeping import sweep
from cxplatform.lib.tenancy import bound, call_definer
from tenants.tasking import TenantTask

BATCH = 200


@shared_task
def sweep_quiet_cases(**_: Any) -> int:
    """Close resolved cases that stayed quiet, a batch at a time, each in its own transaction; return how many."""
    now = timezone.now()
    closed = 0
    for organization_id, case_id in call_definer("cx_quiet_cases", now - QUIET, BATCH):
        with bound(organization_id):
            closed += close_if_quiet(case_id=case_id, now=now)
    return closed


@shared_task(base=TenantTask)
def take_leaver(*, organization_id: str, event_id: str, **_: Any) -> bool:
    """Tell the case of a patient who withdrew or died."""
    return note_left(event_id=event_id, now=timezone.now())


@shared_task
def sweep_leavers(**_: Any) -> int:
    """Find leavers whose nudge was lost."""
    return sweep(
        "cx_left_patients", lambda organization, row: take_leaver(organization_id=str(organization), event_id=str(row))
    )
