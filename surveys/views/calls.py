"""The call list: who did not answer and may be called now, and the survey on the telephone."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxplatform.lib.languages import language_name
from messaging.quiet import next_allowed
from surveys import invitations
from surveys.models import CallTask, Response
from surveys.pages import STYLE_HASH
from surveys.preview import BAR_CSS, BAR_HASH
from surveys.services import SavedElsewhere
from surveys.views.patient import sit
from tenants.access import TenantRequest, requires

PAGE = 100
DOOR_FOR = timedelta(hours=4)
_SALT = "surveys.calls"
_CSP = (
    f"default-src 'none'; style-src '{STYLE_HASH}' '{BAR_HASH}'; img-src data: 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One telephone task as the list shows it; `zone` is where the respondent lives."""

    task: CallTask
    language: str
    zone: str
    local_time: datetime
    is_callable: bool
    call_from: datetime


@require_safe
@requires("agent")
def listing(request: TenantRequest) -> HttpResponse:
    """List the telephone tasks that are due, the oldest first, and say how many come back later."""
    now, language = timezone.now(), request.GET.get("language", "")
    due = CallTask.objects.filter(outcome="")
    later = due.filter(due_at__gt=now).count()
    tasks = due.filter(due_at__lte=now).select_related(
        "invitation__patient", "invitation__respondent", "invitation__survey", "invitation__program"
    )
    spoken = sorted(set(tasks.order_by().values_list("invitation__respondent__language", flat=True).distinct()))
    if language:
        tasks = tasks.filter(invitation__respondent__language=language)
    rows = [_row(task, now=now) for task in tasks.order_by("due_at", "id")[:PAGE]]
    context = {
        "rows": rows,
        "later": later,
        "language": language,
        "languages": [(code, language_name(code)) for code in spoken],
        "is_full": len(rows) == PAGE,
    }
    return render(request, "surveys/staff/calls.html", context)


@require_POST
@requires("agent")
def start_call(request: TenantRequest, task_id: UUID) -> HttpResponse:
    """Open the survey to take answers on the telephone."""
    task = get_object_or_404(CallTask, pk=task_id)
    try:
        invitations.start_call(task=task, by=request.member, now=timezone.now())
    except invitations.CallOver:
        return _back(request, "This call is off the list: it was answered or closed meanwhile.")
    except invitations.NotSendable as refused:
        return _back(request, f"Do not call now: {refused}.")
    door = signing.dumps([task.pk.hex, request.member.pk.hex], salt=_SALT)
    return HttpResponseRedirect(reverse("surveys:ask", args=[request.organization.slug, task.pk, door]), status=303)


@require_POST
@requires("agent")
def end_call(request: TenantRequest, task_id: UUID) -> HttpResponse:
    """Note that nobody was reached, or that the respondent does not want to answer."""
    task, now = get_object_or_404(CallTask, pk=task_id), timezone.now()
    try:
        if request.POST.get("do") == "declined":
            invitations.declined(task=task, by=request.member, now=now)
            messages.success(request, "Noted. They are not asked again, and the link is closed.")
            return _back(request)
        task = invitations.not_reached(task=task, tries=_tries(request), by=request.member, now=now)
    except invitations.CallOver:
        return _back(request, "Nothing was noted: a colleague has just worked this call.")
    if task.outcome:
        messages.success(request, "Noted. That was the last try: the call is off the list.")
    else:
        messages.success(request, "Noted. The call comes back on the next business day.")
    return _back(request)


def _starting_over(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Show the page anew when the same response was saved at the same moment; what was saved first stays."""

    @wraps(view)
    def kept(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, **kwargs)
        except (SavedElsewhere, IntegrityError):
            return HttpResponseRedirect(request.path, status=303)

    return kept


@csrf_exempt  # the forms are the patient's: each carries a signed token of its page, without which nothing is saved
@require_http_methods(["GET", "POST"])
@_starting_over
@requires("agent")
def ask(request: TenantRequest, task_id: UUID, door: str) -> HttpResponse:
    """Show and save the patient's own pages, with the answers counted as given on the telephone."""
    task = get_object_or_404(CallTask.objects.select_related("invitation__patient", "invitation__program"), pk=task_id)
    if not _opens(door, task, request):
        return _back(request, "This page was open for too long. Start the call again.")
    form = dict(request.POST.lists()) if request.method == "POST" else {}
    response = sit(request, task.invitation_id, request.GET.dict(), form, mode=Response.Mode.PHONE)
    is_done = Response.objects.filter(invitation=task.invitation_id, submitted_at__isnull=False).exists()
    if is_done:
        invitations.answered(task_id=task.pk, by=request.member, now=timezone.now())
    return _with_bar(request, response, task, is_done=is_done)


def _row(task: CallTask, *, now: datetime) -> Row:
    respondent = task.invitation.respondent
    allowed = next_allowed(now, time_zone=respondent.time_zone)
    return Row(
        task=task,
        language=language_name(respondent.language),
        zone=respondent.time_zone,
        local_time=now.astimezone(ZoneInfo(respondent.time_zone)),
        is_callable=allowed <= now,
        call_from=allowed.astimezone(ZoneInfo(respondent.time_zone)),
    )


def _opens(door: str, task: CallTask, request: TenantRequest) -> bool:
    try:
        said = signing.loads(door, salt=_SALT, max_age=DOOR_FOR)
    except signing.BadSignature:
        return False
    return bool(said == [task.pk.hex, request.member.pk.hex])


def _with_bar(request: TenantRequest, response: HttpResponse, task: CallTask, *, is_done: bool) -> HttpResponse:
    """Put the bar with the way back above a page of the patient's, uncompressed, under its own headers."""
    if response.status_code == 303:
        return response
    bar = render_to_string(
        "surveys/staff/_call_bar.html",
        {"task": task, "is_done": is_done, "back": reverse("surveys:calls", args=[request.organization.slug])},
    )
    packed = response.headers.get("Content-Encoding") == "gzip"
    html = (gzip.decompress(response.content) if packed else response.content).decode()
    head, _, rest = html.partition("</head>")
    opened, body, content = rest.partition("<body>")
    shown = HttpResponse(
        f"{head}<style>{BAR_CSS}</style></head>{opened}{body}{bar}{content}", status=response.status_code
    )
    shown["Content-Security-Policy"] = _CSP
    shown["Cache-Control"] = "no-store, private"
    return shown


def _tries(request: TenantRequest) -> int:
    typed = request.POST.get("tries", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else -1


def _back(request: TenantRequest, problem: str = "") -> HttpResponse:
    if problem:
        messages.warning(request, problem)
    return HttpResponseRedirect(reverse("surveys:calls", args=[request.organization.slug]), status=303)
