"""The link by which the recipient of safety events confirms its address; signed, so that nothing is stored for it."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from messaging.models import Message

LINK_FOR = timedelta(days=14)
_signer = signing.TimestampSigner(salt="messaging.safety_recipient")


class LinkNotValid(Exception):
    """The link to confirm a safety address is forged or too old, or its address is no longer the program's."""


def verification_url(message: Message) -> str:
    """Return the absolute address of the page on which the recipient of a `verify_safety` message confirms."""
    said = [str(message.organization_id), str(message.program_id), message.fields["address"]]
    return f"{settings.BASE_URL}{reverse('safety:confirm', args=[_signer.sign_object(said)])}"


def read_verification(token: str) -> tuple[UUID, UUID, str]:
    """Return (organization, program, address) of the token in such a link. Raises LinkNotValid."""
    try:
        organization, program, address = _signer.unsign_object(token, max_age=LINK_FOR)
        return UUID(organization), UUID(program), str(address)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkNotValid from None
