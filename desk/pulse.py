"""Is the work being done? Broker, workers, and how late each kind of pending work is."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from kombu.connection import Connection

from alerts.models import Notice
from caseloop.models import CaseText
from cxplatform.lib.tenancy import bound, call_definer
from desk.tasks import HEARTBEAT
from messaging.models import BACK_OFF, Inbound, Message
from patients.models import Touchpoint
from safety.models import Item
from surveys.models import Invitation, Response, Verbatim

PING_S = 0.1
HEARTBEAT_LIMIT = timedelta(seconds=60)  # beat notes it every 10 s
MAY_WAIT = ("touchpoints",)  # while a large file is planned
_FIRST = UUID(int=0)
LOOKED_AT = 20  # messages that wait for another try
LAG_LIMIT = timedelta(seconds=120)  # every kind is swept at least every 15 s


def _revision_due(response_id: UUID) -> datetime | None:
    return Response.objects.values_list("evaluate_at", flat=True).filter(pk=response_id).first()


def _notice_due(notice_id: UUID) -> datetime | None:
    return Notice.objects.pending().values_list("due_at", flat=True).filter(pk=notice_id).first()


def _message_due(message_id: UUID) -> datetime | None:
    return Message.objects.queued().values_list("next_try_at", flat=True).filter(pk=message_id).first()


def _step_due(invitation_id: UUID) -> datetime | None:
    return Invitation.objects.values_list("next_step_at", flat=True).filter(pk=invitation_id).first()


def _event_received(touchpoint_id: UUID) -> datetime | None:
    waiting = Touchpoint.objects.filter(pk=touchpoint_id, plan_pending=True)
    return waiting.values_list("received_at", flat=True).first()


def _words_received(verbatim_id: UUID) -> datetime | None:
    return Verbatim.objects.values_list("received_at", flat=True).filter(pk=verbatim_id, needs_review=True).first()


def _note_received(text_id: UUID) -> datetime | None:
    return CaseText.objects.values_list("received_at", flat=True).filter(pk=text_id, needs_review=True).first()


def _text_received(inbound_id: UUID) -> datetime | None:
    return Inbound.objects.values_list("received_at", flat=True).filter(pk=inbound_id, needs_review=True).first()


def _page_due(item_id: UUID) -> datetime | None:
    return Item.objects.values_list("next_page_at", flat=True).filter(pk=item_id).first()


# What is due at a time, and what is due since it came, by its definer function: the oldest of each is looked at.
_DUE: dict[str, tuple[str, Callable[[UUID], datetime | None]]] = {
    "revisions": ("cx_pending_revisions", _revision_due),
    "notices": ("cx_due_notices", _notice_due),
    "messages": ("cx_due_messages", _message_due),
    "invitations": ("cx_due_invitations", _step_due),
    "crisis_pages": ("cx_due_pages", _page_due),
}
_RECEIVED: dict[str, tuple[str, Callable[[UUID], datetime | None]]] = {
    "touchpoints": ("cx_unplanned_touchpoints", _event_received),
    "open_answers": ("cx_unreviewed_verbatims", _words_received),
    "case_texts": ("cx_unreviewed_case_texts", _note_received),
    "text_messages": ("cx_unreviewed_inbound", _text_received),
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """What `/statusz` says: no ids, no tenants.

    heartbeat: when beat, broker and a worker last did something together; None when unknown.
    lag: seconds by which the oldest row of each kind is overdue, 0 when none is.
    mail_fault: why a message has been tried in vain for longer than LAG_LIMIT, "" when none has.
    """

    broker_is_up: bool
    heartbeat: datetime | None
    lag: dict[str, float]
    mail_fault: str
    taken_at: datetime

    @classmethod
    def take(cls, *, now: datetime) -> "Pulse":
        """Feel the pulse; nothing bound. Each question to Redis gives up after 100 ms. Raises OperationalError."""
        lag = {kind: _lag(*pending, now, now=now) for kind, pending in _DUE.items()}
        lag |= {kind: _lag(*pending, _FIRST, now=now) for kind, pending in _RECEIVED.items()}
        return cls(_ping(), last_heartbeat(), lag, _mail_fault(now), now)

    @property
    def heartbeat_age_s(self) -> float | None:
        """Return the age of the heartbeat in seconds; None when unknown."""
        return max((self.taken_at - self.heartbeat).total_seconds(), 0.0) if self.heartbeat else None

    @property
    def is_fine(self) -> bool:
        """Tell whether the broker answers, the heartbeat is fresh, and nothing is late."""
        age = self.heartbeat_age_s
        return (
            self.broker_is_up
            and age is not None
            and not self.mail_fault
            and age <= HEARTBEAT_LIMIT.total_seconds()
            and all(late <= LAG_LIMIT.total_seconds() for kind, late in self.lag.items() if kind not in MAY_WAIT)
        )


def _mail_fault(now: datetime) -> str:
    for organization_id, message_id in call_definer("cx_due_messages", now + BACK_OFF[-1], LOOKED_AT):
        with bound(organization_id):
            waiting = Message.objects.queued().filter(pk=message_id, created_at__lt=now - LAG_LIMIT)
            if error := waiting.values_list("last_error", flat=True).first():
                return error
    return ""


def last_heartbeat() -> datetime | None:
    """Return when the workers last noted that they are alive; None when nothing is known."""
    said = cache.get(HEARTBEAT)
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def _ping() -> bool:
    options = {"socket_timeout": PING_S, "socket_connect_timeout": PING_S}
    connection: Any = Connection(settings.CELERY_BROKER_URL, connect_timeout=PING_S, transport_options=options)  # type: ignore[no-untyped-call]
    try:
        connection.ensure_connection(max_retries=0, interval_start=0)  # its default would sleep 2 s and try again
    except Exception:  # whatever the transport raises: it is not up
        return False
    finally:
        with suppress(Exception):  # drops the socket without a word, for the server may not be listening
            connection.collect(socket_timeout=PING_S)
    return True


def _lag(definer: str, due_of: Callable[[UUID], datetime | None], since: object, *, now: datetime) -> float:
    for organization_id, row_id in call_definer(definer, since, 1):
        with bound(organization_id):
            due = due_of(row_id)
        if due:  # a worker may have finished it in between
            return max((now - due).total_seconds(), 0.0)
    return 0.0
