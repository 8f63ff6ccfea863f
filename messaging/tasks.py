"""Celery wrappers of the post office."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from cxplatform.lib.sweeping import sweep
from cxplatform.lib.tenancy import call_definer
from messaging import services
from tenants.models import Member
from tenants.tasking import TenantTask

log = structlog.get_logger(__name__)
BATCH = 200


@shared_task
def deliver(*, organization_id: str, message_id: str, **_: Any) -> str:
    """Deliver one message; opens its own two transactions with the call between them."""
    return services.deliver(organization_id=organization_id, message_id=message_id)


@shared_task
def sweep_messages(**_: Any) -> int:
    """Deliver what is due and was not nudged, or whose lease ran out; one bad message does not stop the others."""
    due = call_definer("cx_due_messages", timezone.now(), BATCH)
    for organization_id, message_id in due:
        try:
            services.deliver(organization_id=organization_id, message_id=message_id)
        except Exception:  # such as a database that is going away; what fails in the message itself is recorded there
            log.exception("messaging.poison", message_id=str(message_id))
    return len(due)


@shared_task(base=TenantTask)
def welcome_member(*, organization_id: str, member_id: str, **_: Any) -> None:
    """Queue the welcome of one invited member."""
    services.queue_welcome(member=Member.objects.get(pk=member_id), now=timezone.now())


@shared_task
def sweep_invited_members(**_: Any) -> int:
    """Welcome the members whose nudge was lost."""
    return sweep(
        "cx_uninvited_members",
        lambda organization, row: welcome_member(organization_id=str(organization), member_id=str(row)),
    )
