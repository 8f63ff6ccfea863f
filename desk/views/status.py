"""One page to see that nothing is lost, and to try again what failed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from desk.pulse import HEARTBEAT_LIMIT, last_heartbeat
from desk.reconciliation import Reconciliation, reconcile
from messaging.models import Message
from messaging.services import try_again as try_message_again
from surveys.models import Response
from tenants.access import TenantRequest, requires

SHOWN = 50
PATIENCE_MS = 5000
LINKS = (
    ("Revisions of answers that are due", "revisions_due"),
    ("Revisions that wait for their time", "revisions_waiting"),
    ("Evaluations", "evaluations"),
    ("Rules that matched", "matches"),
    ("Alerts", "alerts"),
    ("on a case", "alerts_on_a_case"),
    ("with a stated reason for no case", "alerts_without_a_case"),
    ("Notices that became messages", "notices_told"),
    ("Notices suppressed with a reason", "notices_suppressed"),
    ("Notices that wait for their time", "notices_pending"),
    ("Messages accepted by the provider", "messages_sent"),
    ("Messages waiting", "messages_queued"),
    ("Messages refused for good", "messages_failed"),
    ("Texts received", "texts"),
    ("Safety items", "items"),
    ("judged", "items_decided"),
    ("in time", "items_in_time"),
    ("overdue", "items_late"),
)
GAP_WORDS = {
    "revision_not_evaluated": "Answers that no rule has looked at",
    "revision_poisoned": "Answers that cannot be evaluated, again and again",
    "revision_evaluated_twice": "Answers evaluated twice",
    "match_without_alert": "Rules that matched without an alert",
    "alert_raised_twice": "Alerts raised twice",
    "alert_without_concern": "Alerts without a concern on a case",
    "concern_without_alert": "Concerns without an alert",
    "alert_without_notice": "Alerts without a notice",
    "notice_late": "Notices that are overdue",
    "notice_poisoned": "Notices that cannot be written, again and again",
    "notice_told_nobody": "Notices with fewer messages than people to tell",
    "message_late": "Messages that are overdue",
    "message_next_try_too_far": "Messages whose next try is too far away",
    "message_failed_nobody_told": "Alerts of which nobody was told: every message was refused",
    "text_without_item": "Texts that no safety reviewer will see",
    "crisis_not_paged": "Texts of danger that nobody was paged about",
}


@requires("admin", whole=True)
def status(request: TenantRequest) -> HttpResponse:
    """Show the chain with its gaps, messages that wait or failed, and answers that cannot be evaluated."""
    now = timezone.now()
    chain = _reconcile_patiently(now)
    unsent = Message.objects.unsent().select_related("member__user").order_by("-created_at")[:SHOWN]
    poison = Response.objects.filter(evaluate_at__isnull=False, evaluation_failures__gt=0).select_related("survey")
    heartbeat = last_heartbeat()
    context: dict[str, Any] = {
        "chain": chain,
        "links": [(label, chain.counts[key]) for label, key in LINKS] if chain else [],
        "gaps": [(GAP_WORDS[gap.kind], gap) for gap in chain.gaps] if chain else [],
        "unsent": unsent,
        "poison": poison.order_by("evaluate_at")[:SHOWN],
        "heartbeat": heartbeat,
        "is_alive": heartbeat is not None and now - heartbeat <= HEARTBEAT_LIMIT,
    }
    return render(request, "desk/status.html", context)


@require_POST
@requires("supervisor", whole=True)
def try_again(request: TenantRequest, message_id: UUID) -> HttpResponse:
    """Put a message that failed or waits to the front again."""
    message = get_object_or_404(Message, pk=message_id)
    if try_message_again(message=message, by=request.member, now=timezone.now()):
        messages.success(request, "The message is on its way again. Reload this page in a moment to see how it went.")
    else:
        messages.info(request, "Nothing to do: the message was sent, or is being sent right now.")
    return HttpResponseRedirect(reverse("desk:status", args=[request.organization.slug]), status=303)


def _reconcile_patiently(now: datetime) -> Reconciliation | None:
    """Return the reconciliation; None when there is too much to check while somebody waits."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE_MS])
            found = reconcile(now=now)
            cursor.execute("SET LOCAL statement_timeout = 0")
    except OperationalError:  # cancelled; the savepoint took the setting back
        return None
    return found
