"""Webhooks of providers: text messages that came in, what became of those that went out, and events of e-mails."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cxplatform.lib.tenancy import call_definer
from messaging.channels.twilio import DEAD_AFTER_ACCEPTING, DEAD_NUMBERS, STOPPED_BY_CARRIER, is_signed
from messaging.links import read_signed
from messaging.services import note_bounce, note_complaint, note_unsubscribed, take_inbound
from tenants.access import declared

log = structlog.get_logger(__name__)

BODY_LIMIT = 64 * 1024
FORM = "application/x-www-form-urlencoded"
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_NOT_ARRIVED = frozenset({"undelivered", "failed"})
_HARD = frozenset({RejectReason.BOUNCED, RejectReason.INVALID})  # the mailbox; not blocked, timed out or other
_NOT_DELIVERED = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})

Fields = dict[str, str]
Hook = Callable[[HttpRequest, Fields], HttpResponse]


def _from_provider(hook: Hook) -> Callable[[HttpRequest], HttpResponse]:
    """Let only what the provider signed through, read as a form of modest size."""

    @wraps(hook)
    def guarded(request: HttpRequest) -> HttpResponse:
        if _length(request) > BODY_LIMIT:
            return HttpResponse(status=413)
        try:
            values = dict(request.POST.lists()) if request.content_type == FORM else {}
        except (RequestDataTooBig, TooManyFieldsSent):
            return HttpResponse(status=413)
        except (BadRequest, UnreadablePostError, ValueError, LookupError):  # a charset that nobody uses, a torn body
            return HttpResponse(status=400)
        signature = request.headers.get("X-Twilio-Signature", "")
        # The public address, not the one that a proxy made of it: that is what was signed.
        url = settings.BASE_URL + request.get_full_path()
        if not is_signed(signature=signature, url=url, fields=values, token=settings.TWILIO_AUTH_TOKEN):
            return HttpResponse(status=403)
        return hook(request, {name: value[0] for name, value in values.items()})

    return guarded


@csrf_exempt  # the provider's signature is the authority
@require_POST
@declared("key")
@_from_provider
def sms_inbound(request: HttpRequest, fields: Fields) -> HttpResponse:
    """Take in a text message that somebody wrote to us; the same one again changes nothing. Answers empty TwiML."""
    number, provider_id = fields.get("From", ""), fields.get("MessageSid", "")
    if not number or not provider_id:
        return HttpResponse(status=400)
    text = fields.get("Body", "").replace("\x00", "")
    take_inbound(number=number, text=text, provider_id=provider_id[:120], now=timezone.now())
    return HttpResponse(_NOTHING_TO_SAY, content_type="text/xml; charset=utf-8")


@csrf_exempt
@require_POST
@declared("key")
@_from_provider
def sms_status(request: HttpRequest, fields: Fields) -> HttpResponse:
    """Note that a text message did not arrive although it was accepted; other news changes nothing."""
    about = read_signed("status", request.GET.get("m", ""))
    if about and fields.get("MessageStatus") in _NOT_ARRIVED:
        code = int(said) if (said := fields.get("ErrorCode", "")).isascii() and said.isdecimal() else 0
        note_bounce(
            organization_id=about[0],
            message_id=about[1],
            error=f"Twilio {code or fields['MessageStatus']}",
            is_dead=code in DEAD_AFTER_ACCEPTING | DEAD_NUMBERS,
            is_stopped=code == STOPPED_BY_CARRIER,
            now=timezone.now(),
        )
    return HttpResponse(status=204)


@receiver(tracking)
def note_mail_event(event: AnymailTrackingEvent, **_: Any) -> None:
    """Act on what a mail provider reports of one of our e-mails; events of others' mails change nothing."""
    now = timezone.now()
    for organization_id, message_id in call_definer("cx_message_by_provider_id", (event.message_id or "").strip("<>")):
        if event.event_type in _NOT_DELIVERED:
            note_bounce(
                organization_id=organization_id,
                message_id=message_id,
                error=f"{event.event_type} {event.reject_reason or ''}".strip(),
                is_dead=event.event_type != EventType.FAILED and event.reject_reason in _HARD,
                now=now,
            )
        if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
            note_complaint(organization_id=organization_id, message_id=message_id, now=now)
        if event.event_type == EventType.UNSUBSCRIBED or event.reject_reason == RejectReason.UNSUBSCRIBED:
            note_unsubscribed(organization_id=organization_id, message_id=message_id, now=now)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:  # Django reads no body then
        return 0
