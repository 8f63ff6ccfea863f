"""An organization's own words of its messages to patients."""

from datetime import datetime

from django.db import transaction

from messaging.models import Wording
from messaging.words import Words
from tenants.models import Member, Program
from tenants.models.audit import audit


@transaction.atomic
def keep_wording(
    *,
    program: Program | None,
    template: str,
    channel: str,
    language: str,
    words: Words,
    by: Member,
    now: datetime,
    for_all: bool = False,
) -> Wording:
    """Keep the organization's own words for one message, in one language; audited. program: None for all programs.

    for_all: keep them for all programs, and let go of those that `program` had for itself.
    The caller has asked the linter.
    """
    if for_all and program:
        mine = Wording.objects.filter(program=program, template=template, channel=channel, language=language)
        mine.delete()
    row, _ = Wording.objects.update_or_create(
        organization_id=by.organization_id,
        program=None if for_all else program,
        template=template,
        channel=channel,
        language=language,
        defaults={"subject": words.subject, "body": words.body, "changed_at": now, "changed_by": by},
    )
    audit("messaging.wording.changed", by=by, target=row, now=now, **_facts(row), subject=row.subject, body=row.body)
    return row


@transaction.atomic
def use_built_in_wording(*, wording: Wording, by: Member, now: datetime) -> None:
    """Take back the organization's own words, so that the built-in ones are used again; audited."""
    audit("messaging.wording.removed", by=by, target=wording, now=now, **_facts(wording))
    wording.delete()


def _facts(row: Wording) -> dict[str, str]:
    return {
        "program_id": str(row.program_id or ""),
        "template": row.template,
        "channel": row.channel,
        "language": row.language,
    }
