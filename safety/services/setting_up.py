"""What a program needs before open text may be asked for, and who may judge it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from cxplatform.lib.nudge import nudge
from messaging.models import Message
from messaging.safety_link import LinkNotValid
from safety.models import Training
from tenants.models import Member, Program
from tenants.models.audit import audit

SETUP_FIELDS = (
    "safety_recipient", "emergency", "crisis_lines", "crisis_team", "safety_hours", "safety_sample_pct",
)  # fmt: skip


@transaction.atomic
def change_setup(*, program: Program, by: Member, now: datetime, resend: bool = False, **fields: Any) -> Program:
    """Change the safety settings of a program; a new recipient counts once it has confirmed by the link mailed to it.

    fields: of SETUP_FIELDS. resend: mail the link again to an address that has not confirmed.
    """
    kept = Program.objects.select_for_update().get(pk=program.pk)
    changed = sorted(name for name in SETUP_FIELDS if name in fields and getattr(kept, name) != fields[name])
    for name in changed:
        setattr(kept, name, fields[name])
    is_new = "safety_recipient" in changed
    if is_new:
        kept.safety_verified_at = None
    if changed:
        kept.save(update_fields=[*changed, "safety_verified_at"])
        audit("safety.setup.changed", by=by, target=kept, now=now, fields=changed)
    if kept.safety_recipient and not kept.safety_verified_at and (is_new or resend):
        _ask_to_confirm(kept, now=now)
    return kept


@transaction.atomic
def confirm_recipient(*, program_id: UUID, address: str, now: datetime) -> Program:
    """Record that the recipient confirmed its address; doing it again changes nothing. Raises LinkNotValid."""
    program = Program.objects.select_for_update().filter(pk=program_id).first()
    if program is None or program.safety_recipient != address:
        raise LinkNotValid
    if program.safety_verified_at is None:
        program.safety_verified_at = now
        program.save(update_fields=["safety_verified_at"])
        audit("safety.recipient.confirmed", by=None, target=program, now=now)
    return program


@transaction.atomic
def record_training(
    *, member: Member, course: str, completed_on: date, expires_on: date, by: Member, now: datetime
) -> Training:
    """Record a certificate of safety training; earlier ones stay."""
    training = Training.objects.create(
        organization_id=member.organization_id,
        member=member,
        course=course,
        completed_on=completed_on,
        expires_on=expires_on,
        recorded_at=now,
        recorded_by=by,
    )
    audit(
        "safety.training.recorded", by=by, target=training, now=now, member=str(member.pk), until=expires_on.isoformat()
    )
    return training


def _ask_to_confirm(program: Program, *, now: datetime) -> None:
    fields = {"address": program.safety_recipient}
    Message.check_fields(Message.Template.VERIFY_SAFETY, fields)
    message = Message.objects.create(
        organization_id=program.organization_id,
        program=program,
        template=Message.Template.VERIFY_SAFETY,
        fields=fields,
        dedupe_key=f"verify-safety:{uuid7()}",
        next_try_at=now,
        created_at=now,
    )
    nudge("messaging.message", organization_id=program.organization_id, message_id=message.pk)
