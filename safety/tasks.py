"""Celery wrappers of the safety lane."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from cxplatform.lib.sweeping import sweep
from cxplatform.lib.tenancy import call_definer
from safety import services
from tenants.tasking import TenantTask

log = structlog.get_logger(__name__)
BATCH = 500


@shared_task(base=TenantTask)
def take_verbatim(*, organization_id: str, verbatim_id: str, **_: Any) -> None:
    """Make the safety item of one open answer."""
    services.take_verbatim(verbatim_id=verbatim_id, now=timezone.now())


@shared_task(base=TenantTask)
def take_case_text(*, organization_id: str, text_id: str, **_: Any) -> None:
    """Make the safety item of what was written on a case."""
    services.take_case_text(text_id=text_id, now=timezone.now())


@shared_task(base=TenantTask)
def take_inbound(*, organization_id: str, inbound_id: str, **_: Any) -> None:
    """Make the safety item of one text message."""
    services.take_inbound(inbound_id=inbound_id, now=timezone.now())


@shared_task(base=TenantTask)
def take_patient_event(*, organization_id: str, event_id: str, **_: Any) -> None:
    """Make the safety item of a reported death."""
    services.take_patient_event(event_id=event_id, now=timezone.now())


@shared_task(base=TenantTask)
def page(*, organization_id: str, item_id: str, **_: Any) -> int:
    """Page the crisis contact of one item."""
    return services.page(item_id=item_id, now=timezone.now())


@shared_task
def sweep_verbatims(**_: Any) -> int:
    """Take in open answers: all but those that speak of danger, which are nudged, and whose nudge may be lost."""
    return sweep(
        "cx_unreviewed_verbatims",
        lambda organization, row: take_verbatim(organization_id=str(organization), verbatim_id=str(row)),
    )


@shared_task
def sweep_case_texts(**_: Any) -> int:
    """Take in what was written on cases and whose nudge was lost."""
    return sweep(
        "cx_unreviewed_case_texts",
        lambda organization, row: take_case_text(organization_id=str(organization), text_id=str(row)),
    )


@shared_task
def sweep_inbound(**_: Any) -> int:
    """Take in the text messages whose nudge was lost."""
    return sweep(
        "cx_unreviewed_inbound",
        lambda organization, row: take_inbound(organization_id=str(organization), inbound_id=str(row)),
    )


@shared_task
def sweep_patient_events(**_: Any) -> int:
    """Take in the reported deaths whose nudge was lost."""
    return sweep(
        "cx_unreviewed_patient_events",
        lambda organization, row: take_patient_event(organization_id=str(organization), event_id=str(row)),
    )


@shared_task
def sweep_pages(**_: Any) -> int:
    """Page the crisis contacts that are due: lost nudges, and every quarter of an hour until somebody is on it."""
    due = call_definer("cx_due_pages", timezone.now(), BATCH)
    for organization_id, item_id in due:
        try:
            page(organization_id=str(organization_id), item_id=str(item_id))
        except Exception:  # the item stays due and is paged again; `reconcile` names it
            log.exception("safety.not_paged", item_id=str(item_id))
    return len(due)
