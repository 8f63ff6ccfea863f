"""Celery wrappers of evaluation and notices."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from alerts import services
from cxplatform.lib.sweeping import sweep
from cxplatform.lib.tenancy import bound, call_definer
from tenants.tasking import TenantTask

log = structlog.get_logger(__name__)
BATCH = 500


@shared_task
def evaluate(*, organization_id: str, response_id: str, **_: Any) -> int:
    """Evaluate one response; return how many alerts it raised.

    A response that cannot be evaluated is pushed back in a transaction of its own, shown, and does not stop others.
    """
    now = timezone.now()
    try:
        with bound(organization_id):
            return len(services.evaluate_response(response_id=response_id, now=now))
    except Exception as error:
        log.exception("alerts.not_evaluated", response_id=str(response_id))
        with bound(organization_id):
            services.push_back(response_id=response_id, error=error, now=now)
        return 0


@shared_task
def sweep_revisions(**_: Any) -> int:
    """Evaluate what is pending and was not nudged: lost nudges, page saves that fell silent, pushed-back ones."""
    pending = call_definer("cx_pending_revisions", timezone.now(), BATCH)
    for organization_id, response_id in pending:
        evaluate(organization_id=str(organization_id), response_id=str(response_id))
    return len(pending)


@shared_task(base=TenantTask)
def stand_in(*, organization_id: str, message_id: str, **_: Any) -> int:
    """Tell somebody else when a message was refused for good and nobody else got the same notice."""
    return services.stand_in(message_id=message_id, now=timezone.now())


@shared_task
def sweep_undelivered(**_: Any) -> int:
    """Find stand-ins whose nudge was lost."""
    return sweep(
        "cx_undelivered_messages",
        lambda organization, row: stand_in(organization_id=str(organization), message_id=str(row)),
    )


@shared_task
def sweep_notices(**_: Any) -> int:
    """Settle the notices that have become due, each in its own transaction; one bad notice does not stop the others."""
    now = timezone.now()
    due = call_definer("cx_due_notices", now, BATCH)
    for organization_id, notice_id in due:
        try:
            with bound(organization_id):
                services.settle_notice(notice_id=notice_id, now=now)
        except Exception:
            log.exception("alerts.notice_not_settled", notice_id=str(notice_id))
            with bound(organization_id):
                services.push_notice_back(notice_id=notice_id, now=now)
    return len(due)
