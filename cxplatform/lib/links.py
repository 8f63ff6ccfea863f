"""The unguessable links that messages carry: each is derived from the id of a row, and only its hash is stored."""

from uuid import UUID

from django.conf import settings

from cxplatform.lib.codes import derived_token


def link_token(kind: str, id: UUID) -> str:
    """Return the 24 characters of the link of a kind (`go`, `survey`) to a row."""
    return derived_token(settings.LINK_KEY.encode(), kind=kind, id=id)


def survey_url(invitation_id: UUID) -> str:
    """Return the absolute address of the survey page of an invitation."""
    return f"{settings.BASE_URL}/s/{link_token('survey', invitation_id)}/"


def go_url(link_id: UUID) -> str:
    """Return the absolute address behind which a staff message's row is found, after signing in."""
    return f"{settings.BASE_URL}/go/{link_token('go', link_id)}"
