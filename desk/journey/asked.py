"""What was planned, asked and answered: events, invitations with their steps, messages, answers, calls."""

from collections.abc import Iterator

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from desk.answers import in_words
from desk.journey.entry import Entry, Window
from messaging.models import Inbound, Message
from patients.models import Respondent, Touchpoint
from surveys.models import CallTask, Invitation, Response, Skip

# A number may be shared, and so are its limits: naming one would say that somebody else was written to there.
_SHARED_LIMITS = (Skip.Reason.TOO_SOON, Skip.Reason.TOO_OFTEN)

_MESSAGE_DOTS = {Message.State.SENT: "good", Message.State.FAILED: "p1"}


def touchpoints(window: Window) -> Iterator[Entry]:
    """Yield the journey events, those that were taken back among them."""
    mine = Touchpoint.objects.filter(patient__in=window.ids).select_related("partner")
    for each in window.newest(mine, "occurred_at"):
        title = each.get_kind_display()
        if each.occurred_at > window.now and each.kind != Touchpoint.Kind.FIRST_DOSE_PLANNED:
            title = f"{title} (planned)"
        yield Entry(
            each.occurred_at,
            "close" if each.voided_at else "patients",
            f"{title}: taken back" if each.voided_at else title,
            detail="Brought in late; it plans nothing." if each.is_backfill else "",
            is_small=True,
            void_url="" if each.voided_at else _void_url(window, each),
        )


def invitations(window: Window) -> Iterator[Entry]:
    """Yield who was invited to which survey, when, and how it stands."""
    mine = Invitation.objects.filter(patient__in=window.ids).select_related("survey")
    for each in window.newest(mine, "created_at"):
        yield Entry(
            each.created_at,
            "message",
            f"Invited to “{each.survey.name}”",
            detail=_standing(each, window),
            is_small=True,
        )


def skips(window: Window) -> Iterator[Entry]:
    """Yield what was not sent, with the reason."""
    mine = Skip.objects.filter(patient__in=window.ids).select_related("survey")
    for each in window.newest(mine, "at"):
        limited = each.reason in _SHARED_LIMITS
        detail = "The contact rules allow no survey now" if limited else each.get_reason_display()
        title = f"{each.get_step_display()} not sent: “{each.survey.name}”"
        yield Entry(each.at, "info", title, detail=detail, is_small=True)


def responses(window: Window) -> Iterator[Entry]:
    """Yield the answers, in words."""
    mine = Response.objects.filter(patient__in=window.ids).select_related("survey", "program")
    found: list[Response] = list(window.newest(mine.annotate(at=Coalesce("submitted_at", "saved_at")), "at"))
    said = in_words(found)
    for each in found:
        verb = "Answered" if each.is_submitted else "Began to answer"
        title = f"{verb} “{each.survey.name}”{_who(each)}"
        yield Entry(each.submitted_at or each.saved_at, "surveys", title, "accent", said=said[each.pk])


def messages(window: Window) -> Iterator[Entry]:
    """Yield what was sent to those who answer, about this patient: channel, purpose and state, never the address.

    Who answers for several patients gets messages about the others too; those are not shown here.
    """
    about = Invitation.objects.filter(patient__in=window.ids).values("pk")
    mine = Message.objects.filter(owner_id__in=window.people, member=None)
    mine = mine.filter(Q(about_id=None) | Q(about_id__in=about))
    for each in window.newest(mine.annotate(at=Coalesce(F("final_at"), F("created_at"))), "at"):
        detail = ", ".join(filter(None, (each.get_purpose_display(), each.get_state_display().lower())))
        title = f"{each.get_channel_display()}: {each.get_template_display().lower()}"
        dot = _MESSAGE_DOTS.get(each.state, "")
        yield Entry(each.final_at or each.created_at, "message", title, dot, detail=detail, is_small=True)


def inbound(window: Window) -> Iterator[Entry]:
    """Yield that somebody wrote to us; the words are read by the safety reviewers."""
    for each in window.newest(Inbound.objects.filter(owner_id__in=window.people), "received_at"):
        title = f"They wrote {each.get_keyword_display().upper()}" if each.keyword else "They wrote a text message"
        yield Entry(each.received_at, "message", title, "accent", is_small=True)


def calls(window: Window) -> Iterator[Entry]:
    """Yield the telephone tasks."""
    mine = CallTask.objects.filter(invitation__patient__in=window.ids).select_related("invitation__survey")
    for each in window.newest(mine.annotate(at=Coalesce(F("done_at"), F("due_at"))), "at"):
        title = f"Call about “{each.invitation.survey.name}”"
        yield Entry(each.done_at or each.due_at, "phone", title, detail=each.get_outcome_display(), is_small=True)


def _void_url(window: Window, each: Touchpoint) -> str:
    return reverse("patients:void", args=[window.slug, window.pseudonym, each.pk])


def _standing(invitation: Invitation, window: Window) -> str:
    if invitation.ended_as:
        return str(invitation.get_ended_as_display())
    if invitation.revoked_at:
        return "The link was withdrawn"
    if invitation.is_over(now=window.now):
        return "The link has expired"
    reminded = f"{invitation.reminders_sent} reminder{'' if invitation.reminders_sent == 1 else 's'}"
    return reminded if invitation.reminders_sent else ""


def _who(response: Response) -> str:
    is_patient = response.respondent_kind in (Respondent.Kind.PATIENT, Respondent.Kind.UNKNOWN)
    return "" if is_patient else f" ({response.get_respondent_kind_display().lower()})"
