"""Celery wrappers of the case loop."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from caseloop.services import QUIET, close_if_quiet
from cxplatform.lib.tenancy import bound, call_definer

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
