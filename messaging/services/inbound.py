"""What people write to us by text message: kept where the number is known, and obeyed at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from cxplatform.lib.nudge import nudge
from cxplatform.lib.tenancy import bound, call_definer
from messaging import keywords
from messaging.models import Address, Channel, Inbound, Message, Stop
from messaging.services.respondents import queue_reply
from messaging.services.stops import lift_by_start, stop_address
from messaging.vault import fingerprint
from tenants.models import Member

log = structlog.get_logger(__name__)

# A confirmation is presumed welcome within five minutes of the request: 47 CFR 64.1200(a)(12).
ANSWER_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Taken:
    """One organization took the text in. last: the newest message to the number there; stopped: by this very text."""

    organization_id: UUID
    last: Message | None
    stopped: bool


def take_inbound(*, number: str, text: str, provider_id: str, now: datetime) -> int:
    """Keep a text message in each organization that knows the number, and do what it asks; return in how many.

    number: as the provider names it, in the form of E.164. provider_id: unique; the same one again changes nothing.
    A stop acts in all of them at once, and is confirmed by one message, from whoever wrote to the number last. So is
    HELP answered. A number that nobody knows leaves no trace.
    Opens a transaction for each organization; call it with nothing bound.
    """
    print_, said = fingerprint(Channel.SMS, number), keywords.read_keyword(text)
    known = dict.fromkeys(organization for organization, _ in call_definer("cx_addresses_by_fingerprint", print_))
    taken = [
        kept
        for organization_id in known
        if (kept := _take(organization_id, print_, text=text, said=said, provider_id=provider_id, now=now))
    ]
    _answer(taken, said, provider_id=provider_id, now=now)
    if not known:
        log.info("messaging.inbound_from_nobody", provider_id=provider_id)
    return len(taken)


def _take(
    organization_id: UUID, print_: bytes, *, text: str, said: keywords.Said, provider_id: str, now: datetime
) -> Taken | None:
    with bound(organization_id):
        last = _last_to(print_)
        address = _address(print_, last)
        if address is None:
            return None  # only members, who sent themselves a test, have this number
        row = _keep(organization_id, print_, address, last, text=text, said=said, provider_id=provider_id, now=now)
        stopped = said.keyword == keywords.STOP and _stop(row, print_, now=now)
        if said.keyword == keywords.START:
            lift_by_start(fingerprint=print_, now=now)
        return Taken(organization_id, last, stopped)


def _keep(
    organization_id: UUID,
    print_: bytes,
    address: Address,
    last: Message | None,
    *,
    text: str,
    said: keywords.Said,
    provider_id: str,
    now: datetime,
) -> Inbound:
    row = Inbound(
        organization_id=organization_id,
        partner_id=last.partner_id if last else address.partner_id,
        program_id=last.program_id if last else None,
        owner_id=last.owner_id if last else address.owner_id,
        fingerprint=print_,
        text=text,
        keyword=said.keyword,
        language=said.language or (last.language if last else ""),
        provider_id=provider_id,
        received_at=now,
        needs_review=bool(text.strip()),
    )
    Inbound.objects.bulk_create([row], ignore_conflicts=True)
    kept = Inbound.objects.get(provider_id=provider_id)
    if kept.pk == row.pk and row.needs_review:
        nudge("messaging.inbound", organization_id=organization_id, inbound_id=row.pk)
    return kept


def _stop(row: Inbound, print_: bytes, *, now: datetime) -> bool:
    """Stop the number; True when it is this text that stopped it, also when the text is delivered to us again."""
    stop_address(
        organization_id=row.organization_id,
        channel=Channel.SMS,
        fingerprint=print_,
        reason=Stop.Reason.WORD,
        source_id=row.pk,
        now=now,
    )
    return Stop.objects.standing().filter(fingerprint=print_, source_id=row.pk).exists()


def _answer(taken: list[Taken], said: keywords.Said, *, provider_id: str, now: datetime) -> None:
    template = {keywords.STOP: Message.Template.STOPPED, keywords.HELP: Message.Template.HELP}.get(said.keyword)
    speaker = max(taken, key=_last_wrote_at, default=None)
    if template is None or speaker is None or speaker.last is None:
        return
    if template == Message.Template.STOPPED and not speaker.stopped:
        return  # stopped before, and confirmed then
    with bound(speaker.organization_id):
        queue_reply(
            to=speaker.last,
            template=template,
            language=said.language or speaker.last.language,
            occasion=provider_id,
            now=now,
            expires_at=now + ANSWER_WITHIN,
        )


def _last_wrote_at(taken: Taken) -> tuple[bool, float]:
    return taken.last is not None, taken.last.created_at.timestamp() if taken.last else 0.0


def _last_to(print_: bytes) -> Message | None:
    """Return the newest message to a respondent at the number, sent or about to be; answers of ours do not count."""
    to_number = Message.objects.filter(fingerprint=print_, channel=Channel.SMS, member=None, owner_id__isnull=False)
    replies = (Message.Template.STOPPED, Message.Template.HELP)
    return to_number.exclude(template__in=replies).order_by("-created_at", "-id").first()


def _address(print_: bytes, last: Message | None) -> Address | None:
    known = list(Address.objects.filter(fingerprint=print_).order_by("-added_at", "-id"))
    mine = [a for a in known if last and a.owner_id == last.owner_id]
    members = set(Member.objects.filter(pk__in=[a.owner_id for a in known]).values_list("pk", flat=True))
    return next(iter(mine or [a for a in known if a.owner_id not in members]), None)
