"""Invitations for staff: the list with states and reasons, one by hand, a filtered list, resend, revoke."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxplatform.lib.codes import NotAPseudonym, parse_pseudonym
from patients import services as people
from patients.models import Patient
from surveys import invitations
from surveys.forms import InviteForm, MailingForm
from surveys.invitations.estimate import estimate
from surveys.models import Invitation, Mailing, Skip, Survey
from tenants.access import NEEDS, TenantRequest, requires

PAGE = 50
VIEWS = {
    "": ("All", Q()),
    "waiting": ("Waiting", Q(invited_at=None, ended_as="")),
    "sent": ("Sent", Q(invited_at__isnull=False, ended_as="", response=None)),
    "begun": ("Begun", Q(response__isnull=False, response__submitted_at=None)),
    "answered": ("Answered", Q(response__submitted_at__isnull=False)),
    "revoked": ("Revoked", Q(ended_as="revoked")),
    "expired": ("Expired", Q(ended_as="expired")),
}
NOT_SENT = "not_sent"
_NEXT = {"remind": "Reminder", "call": "Telephone task", "expire": "Expires"}
_SKIPPED_STEPS = {"invite": "Invitation", "remind": "Reminder", "call": "Telephone task", "expire": "Expiry"}


@dataclass(frozen=True, slots=True)
class Line:
    """One invitation as the list shows it."""

    invitation: Invitation
    state: str
    word: str
    next: str
    next_at: datetime | None
    reasons: list[str]
    may_resend: bool
    may_revoke: bool


@require_safe
@requires("agent")
def listing(request: TenantRequest, key: str) -> HttpResponse:
    """List the invitations of a survey by state, or what was not sent by reason, newest first."""
    survey = get_object_or_404(Survey, key=key)
    view, reason = request.GET.get("view", ""), request.GET.get("reason", "")
    after = request.GET.get("after", "")
    context = {
        "survey": survey,
        "tabs": _tabs(view),
        "view": view,
        "reason": reason,
        "reasons": Skip.Reason.choices,
        "after": after,
        "may_send": request.member.role in NEEDS["supervisor"],
    }
    if view == NOT_SENT:
        skips, more = _page(_skips(survey, reason), "at", after)
        context |= {"skips": [(skip, _SKIPPED_STEPS[skip.step]) for skip in skips], "is_empty": not skips}
        last = _cursor(skips[-1].at, skips[-1].pk) if more else ""
    else:
        found, more = _page(_invitations(survey, view), "created_at", after)
        now, member_may = timezone.now(), request.member.role in NEEDS["supervisor"]
        lines = [line_of(each, now=now, may_revoke=member_may) for each in found]
        context |= {"lines": lines, "is_empty": not lines}
        last = _cursor(found[-1].created_at, found[-1].pk) if more else ""
    context["next"] = _query(view=view, reason=reason, after=last) if last else ""
    return render(request, "surveys/staff/invitations.html", context)


@require_POST
@requires("agent")
def resend(request: TenantRequest, key: str, invitation_id: UUID) -> HttpResponse:
    """Send the same link once more."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, survey__key=key)
    try:
        message = invitations.resend(invitation=invitation, by=request.member, now=timezone.now())
    except invitations.SentJustNow:
        messages.warning(request, "Not sent: the link went out within the last hour. Try again later.")
    except invitations.InvitationOver:
        messages.warning(request, "Not sent: this invitation is over. Invite the patient again.")
    except invitations.NotSendable as refused:
        messages.warning(request, f"Not sent: {refused}.")
    else:
        messages.success(request, f"The link goes out again by {message.get_channel_display().lower()}.")
    return _back(request, key)


@require_POST
@requires("supervisor")
def revoke(request: TenantRequest, key: str, invitation_id: UUID) -> HttpResponse:
    """Close a link."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, survey__key=key)
    try:
        invitations.revoke(invitation=invitation, by=request.member, now=timezone.now())
    except invitations.InvitationOver:
        messages.warning(request, "Nothing to revoke: it was answered, or has ended.")
    else:
        messages.success(request, "Revoked. The link shows that it is no longer open.")
    return _back(request, key)


@require_http_methods(["GET", "POST"])
@requires("supervisor")
def invite(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Invite one patient by hand: first shows who would be asked how, and what would hinder it."""
    now = timezone.now()
    rows = Patient.objects.unmerged().select_related("program__organization", "partner")
    patient = get_object_or_404(rows, pseudonym=_written(pseudonym))
    respondents = people.everybody_for(patient)
    asked = request.POST if request.method == "POST" else _first_choice(request, respondents)
    form = InviteForm(asked, patient=patient, respondents=respondents)
    draft, way = _look(form, patient, now=now) if form.is_valid() else (None, None)
    if request.method == "POST" and draft and way and not way.reason:
        invitations.invite(
            survey=draft.survey,
            patient=patient,
            respondent=draft.respondent,
            source=Invitation.Source.MANUAL,
            by=request.member,
            now=now,
        )
        messages.success(request, f"{patient.pseudonym} is being invited to “{draft.survey.name}”.")
        journey = reverse("desk:patient", args=[request.organization.slug, patient.pseudonym])
        return HttpResponseRedirect(journey, status=303)
    status = 422 if request.method == "POST" else 200
    context = {"patient": patient, "form": form, "draft": draft, "way": way, "words": _words(draft, way)}
    return render(request, "surveys/staff/invite.html", context, status=status)


@require_http_methods(["GET", "POST"])
@requires("supervisor")
def send(request: TenantRequest) -> HttpResponse:
    """Send a survey to all patients that fit some filters: first shows how many, and why some would be left out."""
    now, confined = timezone.now(), request.member.partner_id
    mailing = Mailing(organization=request.organization)
    filled = request.POST if request.method == "POST" else request.GET
    form = MailingForm(filled if filled.get("survey") else None, instance=mailing)
    if form.is_bound and form.is_valid():
        mailing.partner_id = confined or mailing.partner_id
        if request.method == "POST" and invitations.send_to_list(mailing=mailing, by=request.member, now=now):
            messages.success(request, f"{mailing.expected} patients are being invited.")
            return HttpResponseRedirect(reverse("surveys:send", args=[request.organization.slug]), status=303)
    looked = None
    if form.is_bound and not form.errors:
        fitting = invitations.patients_of(mailing)
        looked = estimate(fitting, survey=mailing.survey, organization=request.organization, now=now)
    recent = Mailing.objects.select_related("survey", "program", "partner", "asked_by__user").order_by("-asked_at")
    context = {"form": form, "estimate": looked, "mailings": recent[:20], "is_confined": bool(confined)}
    return render(request, "surveys/staff/send.html", context, status=422 if form.errors else 200)


@require_POST
@requires("supervisor")
def cancel_mailing(request: TenantRequest, mailing_id: UUID) -> HttpResponse:
    """Invite nobody further."""
    mailing = get_object_or_404(Mailing, pk=mailing_id)
    if invitations.cancel(mailing=mailing, by=request.member, now=timezone.now()):
        messages.success(request, "Cancelled. Invitations that were made stay; revoke them in the survey's list.")
    else:
        messages.warning(request, "It was over already.")
    return HttpResponseRedirect(reverse("surveys:send", args=[request.organization.slug]), status=303)


def line_of(invitation: Invitation, *, now: datetime, may_revoke: bool) -> Line:
    """Return the state of an invitation in words, what comes next, and what may be done."""
    state, word = _state(invitation, now=now)
    is_open = state in ("waiting", "sent", "begun")
    due = invitation.next_step_at if is_open else None
    following = _NEXT.get(invitation.step, "") if invitation.invited_at else "Goes out"
    return Line(
        invitation=invitation,
        state=state,
        word=word,
        next=following if due else "",
        next_at=due,
        reasons=list(dict.fromkeys(skip.get_reason_display() for skip in invitation.skips.all())),
        may_resend=is_open and state != "waiting" and invitation.sent_by == "us",
        may_revoke=is_open and may_revoke,
    )


def _state(invitation: Invitation, *, now: datetime) -> tuple[str, str]:
    response = getattr(invitation, "response", None)
    if response and response.submitted_at:
        return "answered", "Answered by telephone" if response.mode == "phone" else "Answered"
    if invitation.ended_as:
        return invitation.ended_as, invitation.get_ended_as_display()
    if invitation.is_over(now=now):
        return "expired", "Expired"
    if invitation.invited_at is None and invitation.next_step_at:
        return "waiting", "Waiting"
    if response:
        return "begun", "Begun"
    return "sent", "Sent" if invitation.sent_by == "us" else "With the partner"


def _invitations(survey: Survey, view: str) -> QuerySet[Invitation]:
    wanted = VIEWS.get(view, VIEWS[""])[1]
    skips = Prefetch("skips", Skip.objects.order_by("at"))
    found = Invitation.objects.filter(wanted, survey=survey).select_related("patient", "respondent", "response")
    return found.prefetch_related(skips)


def _skips(survey: Survey, reason: str) -> QuerySet[Skip]:
    found = Skip.objects.filter(survey=survey).select_related("patient", "touchpoint", "occasion")
    return found.filter(reason=reason) if reason in Skip.Reason.values else found


def _page(rows: QuerySet[Any], field: str, after: str) -> tuple[list[Any], bool]:
    at, _, last = after.partition("~")
    try:
        when, id = datetime.fromisoformat(at), UUID(last)
    except ValueError:
        pass
    else:
        beyond = Q(**{f"{field}__lt": when}) | Q(**{field: when, "id__lt": id})
        rows = rows.filter(beyond, **{f"{field}__lte": when})
    found = list(rows.order_by(f"-{field}", "-id")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _cursor(at: datetime, id: UUID) -> str:
    return f"{at.isoformat()}~{id}"


def _query(**wanted: str) -> str:
    return "?" + urlencode({name: value for name, value in wanted.items() if value})


def _tabs(view: str) -> list[dict[str, Any]]:
    labels = {name: label for name, (label, _) in VIEWS.items()} | {NOT_SENT: "Not sent, and why"}
    return [
        {"label": label, "url": _query(view=name) if name else "?", "current": name == view}
        for name, label in labels.items()
    ]


def _back(request: TenantRequest, key: str) -> HttpResponse:
    address = reverse("surveys:invitations", args=[request.organization.slug, key])
    view = request.POST.get("view", "")
    return HttpResponseRedirect(address + (_query(view=view) if view in VIEWS and view else ""), status=303)


def _first_choice(request: TenantRequest, respondents: list[Any]) -> dict[str, str]:
    first = InviteForm(None, patient=Patient(), respondents=[]).fields["survey"].queryset.first()  # type: ignore[attr-defined]
    return {
        "survey": request.GET.get("survey", "") or (str(first.pk) if first else ""),
        "respondent": request.GET.get("respondent", "") or (str(respondents[0].pk) if respondents else ""),
    }


def _look(form: InviteForm, patient: Patient, *, now: datetime) -> tuple[Invitation, invitations.Way]:
    """Ask every gate about an invitation that does not exist yet, the contact rules included."""
    draft = invitations.draft(
        survey=form.cleaned_data["survey"],
        program=patient.program,
        patient=patient,
        respondent=form.people[form.cleaned_data["respondent"]],
        source=Invitation.Source.MANUAL,
        now=now,
    )
    return draft, invitations.look(draft, now=now)


def _words(draft: Invitation | None, way: invitations.Way | None) -> str:
    """Say how the invitation would go out, or what hinders it."""
    if draft is None or way is None:
        return ""
    if way.reason:
        return str(Skip.Reason(way.reason).label)
    if not way.channels:
        return "The partner delivers the link: it is fetched with the next file of links."
    by = {"email": "by e-mail", "sms": "by text message"}
    others = [by[channel] for channel in way.channels[1:]]
    instead = f"; if that bounces, {others[0]}" if others else ""
    return f"Asked {by[way.channels[0]]}{instead}. Nothing is sent before 8 or after 21 o'clock there."


def _written(pseudonym: str) -> str:
    try:
        return parse_pseudonym(pseudonym)
    except NotAPseudonym:
        return ""
