"""One opened link: what is asked, what has been answered so far, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from cxplatform.lib.prepared import PreparedRow
from surveys.answers import first_open_page, respondent_kind, visible_pages
from surveys.definitions import Definition, Page
from surveys.facts import PatientFacts
from surveys.models import Invitation, Response, SurveyVersion
from surveys.models.survey import definition_of


class LinkClosed(Exception):
    """The link takes no answers; `invitation` says whose number to show."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(str(invitation.pk))
        self.invitation = invitation


class LinkOver(LinkClosed):
    """The link has expired or was revoked, or its program is switched off."""


class AlreadyAnswered(LinkClosed):
    """The link's one response has been submitted."""


@dataclass(slots=True)
class Sitting:
    """One opened link: what is asked, by which version, and what has been answered so far."""

    invitation: Invitation
    response: Response | None
    version_id: UUID
    definition: Definition
    facts: Mapping[str, Any]
    language: str
    mode: str = Response.Mode.WEB

    @property
    def answers(self) -> dict[str, Any]:
        """Return the stored answers by question key."""
        return self.response.answers if self.response else {}

    @property
    def saved_pages(self) -> list[str]:
        """Return the ids of the pages that were saved."""
        return self.response.saved_pages if self.response else []

    @property
    def shows_help(self) -> bool:
        """Tell whether a text spoke of self-harm or danger, so that every page names help."""
        return bool(self.response and self.response.shows_help)

    @property
    def reader(self) -> str:
        """Return for whom texts are worded: patient, caregiver or hcp."""
        return respondent_kind(self.definition, answers=self.answers, facts=self.facts)

    @property
    def pages(self) -> list[Page]:
        """Return the pages that the answers so far make visible, in order."""
        return visible_pages(self.definition, answers=self.answers, facts=self.facts)

    def next_page(self) -> Page | None:
        """Return the first visible page that was not saved; None when all were."""
        return first_open_page(self.definition, seen_pages=self.saved_pages, answers=self.answers, facts=self.facts)


_newest_version = SurveyVersion.objects.filter(
    survey_id=OuterRef("survey_id"), number=OuterRef("survey__current_number")
).values("pk")[:1]
_link = PreparedRow(
    "open_link",
    Invitation.objects.select_related("program", "respondent", "patient", "patient__partner", "response").annotate(
        newest_version_id=Subquery(_newest_version)
    ),
)


def open_link(*, invitation_id: UUID, now: datetime, language: str = "", version_id: UUID | None = None) -> Sitting:
    """Open an invitation for reading or saving; one query (and one more when a version is new to this process).

    language: what the reader chose; falls back to the invitation's, then to the survey's first.
    version_id: the version that the reader's form shows; used while nothing has been saved.
    Facts are those of the moment when answering began. Raises LinkOver (also before anything was published) and
    AlreadyAnswered.
    """
    invitation = _link.get(invitation_id)
    response: Response | None = getattr(invitation, "response", None)
    if response and response.is_submitted:
        raise AlreadyAnswered(invitation)
    if invitation.is_over(now=now) or not invitation.program.is_active:
        raise LinkOver(invitation)
    newest: UUID | None = invitation.newest_version_id  # type: ignore[attr-defined]
    version = response.version_id if response else (version_id or newest)
    if version is None:  # nothing has been published yet
        raise LinkOver(invitation)
    definition = definition_of(version)
    facts: Mapping[str, Any] = (
        response.facts
        if response
        else PatientFacts(patient=invitation.patient, respondent=invitation.respondent, now=now)
    )
    spoken = _spoken(definition, language or (response.language if response else ""), invitation)
    return Sitting(invitation, response, version, definition, facts, spoken)


def _spoken(definition: Definition, wanted: str, invitation: Invitation) -> str:
    for language in (wanted, invitation.language):
        if language in definition.languages:
            return language
    return definition.languages[0]
