"""Celery wrappers of invitations."""

from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from cxplatform.lib.sweeping import sweep
from cxplatform.lib.tenancy import bound, call_definer
from surveys import invitations
from surveys.invitations import mailings, steps
from tenants.tasking import TenantTask

log = structlog.get_logger(__name__)
BATCH = 500
ROUNDS = 10  # batches that one sweep takes while there is more


@shared_task(base=TenantTask)
def plan(*, organization_id: str, touchpoint_id: str, **_: Any) -> int:
    """Plan what follows from one journey event; return how many invitations that made."""
    return len(invitations.plan_touchpoint(touchpoint_id=UUID(touchpoint_id), now=timezone.now()))


@shared_task
def sweep_touchpoints(**_: Any) -> int:
    """Plan what was not nudged: lost nudges and imported events."""
    return sweep(
        "cx_unplanned_touchpoints",
        lambda organization, row: plan(organization_id=str(organization), touchpoint_id=str(row)),
    )


@shared_task
def step(*, organization_id: str, invitation_id: str, **_: Any) -> str:
    """Take the due step of one invitation; one that fails is pushed back in a transaction of its own, and shown."""
    now = timezone.now()
    try:
        with bound(organization_id):
            return invitations.take_step(invitation_id=UUID(invitation_id), now=now)
    except Exception:
        log.exception("surveys.step_failed", invitation_id=str(invitation_id))
        with bound(organization_id):
            steps.push_back(invitation_id=UUID(invitation_id), now=now)
        return "failed"


@shared_task
def sweep_invitations(**_: Any) -> int:
    """Take the steps that have become due."""
    taken = 0
    for _round in range(ROUNDS):
        due = call_definer("cx_due_invitations", timezone.now(), BATCH)
        for organization_id, invitation_id in due:
            step(organization_id=str(organization_id), invitation_id=str(invitation_id))
        taken += len(due)
        if len(due) < BATCH:
            break
    return taken


@shared_task(base=TenantTask)
def try_next_channel(*, organization_id: str, message_id: str, **_: Any) -> str:
    """Send the link of a message that bounced by the next channel."""
    return invitations.try_next_channel(message_id=UUID(message_id), now=timezone.now())


@shared_task
def sweep_unreached(**_: Any) -> int:
    """Find bounced messages whose nudge was lost."""
    return sweep(
        "cx_unreached_messages",
        lambda organization, row: try_next_channel(organization_id=str(organization), message_id=str(row)),
    )


@shared_task
def send_list(*, organization_id: str, mailing_id: str, **_: Any) -> int:
    """Invite the patients of one mailing, a chunk and a transaction at a time, until none is left."""
    chunks = 0
    try:
        while _invited_chunk(organization_id, mailing_id):
            chunks += 1
    except Exception:
        log.exception("surveys.mailing_failed", mailing_id=str(mailing_id))
        with bound(organization_id):
            mailings.push_back(mailing_id=UUID(mailing_id), now=timezone.now())
    return chunks


def _invited_chunk(organization_id: str, mailing_id: str) -> bool:
    with bound(organization_id):
        return invitations.invite_chunk(mailing_id=UUID(mailing_id), now=timezone.now())


@shared_task
def sweep_mailings(**_: Any) -> int:
    """Go on with the mailings whose worker died or whose nudge was lost."""
    due = call_definer("cx_due_mailings", timezone.now(), BATCH)
    for organization_id, mailing_id in due:
        send_list(organization_id=str(organization_id), mailing_id=str(mailing_id))
    return len(due)
