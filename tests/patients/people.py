"""People with addresses, consents and messages that wait, for tests of what stops them."""

from typing import Any
from uuid import UUID, uuid4

from messaging.models import Channel, Message, Purpose
from messaging.services import keep_address, queue_to_respondent
from patients.models import Consent, Patient, Respondent
from patients.services import answer_for, enrol, record_consent
from tests.conftest import T0, House

NUMBER = "+13125550199"


def respondent_of(patient: Patient) -> Respondent:
    """Return the first who answers for a patient."""
    return patient.answering.select_related("respondent").order_by("respondent__created_at", "pk")[0].respondent


def reachable(house: House, patient: Patient, *, value: str = NUMBER, channel: str = Channel.SMS) -> Respondent:
    """Give the respondent of a patient an address, and consent to everything there."""
    respondent = respondent_of(patient)
    keep(respondent, value=value, channel=channel)
    agree(respondent, channel=channel)
    return respondent


def keep(respondent: Respondent, *, value: str = NUMBER, channel: str = Channel.SMS) -> None:
    """Keep an address of a respondent."""
    keep_address(
        organization_id=respondent.organization_id,
        partner_id=respondent.partner_id,
        owner_id=respondent.pk,
        channel=channel,
        value=value,
        now=T0,
    )


def agree(respondent: Respondent, *, is_given: bool = True, **over: Any) -> list[Consent]:
    """Enter a consent to every purpose by text message, given at T0."""
    said: dict[str, Any] = {
        "channel": Channel.SMS,
        "purposes": Purpose.values,
        "source": Consent.Source.FORM,
        "wording": "Enrolment 3",
        "given_at": T0,
        "by": None,
        "now": T0,
    }
    return record_consent(respondent=respondent, is_given=is_given, **{**said, **over})


def queued(
    house: House, respondent: Respondent, *, purpose: str = Purpose.SURVEY, about: UUID | None = None
) -> Message:
    """Queue a text message to a respondent."""
    return queue_to_respondent(
        program=house.program,
        partner_id=respondent.partner_id,
        owner_id=respondent.pk,
        channel=Channel.SMS,
        purpose=purpose,
        template=Message.Template.INVITATION,
        language="en",
        time_zone="America/New_York",
        about_id=about or uuid4(),
        occasion=f"test:{uuid4()}",
        now=T0,
    )


def state_of(message: Message) -> tuple[str, str]:
    """Return a message's state and why it was not sent."""
    message.refresh_from_db()
    return message.state, message.last_error


def twins(house: House) -> tuple[Patient, Patient, Respondent]:
    """Enrol twins, and let one mother answer for both."""
    one, two = (enrol(program=house.program, partner=house.partners["north"], now=T0) for _ in "ab")
    for each in (one, two):
        each.answering.all().delete()
    mother = Respondent.objects.create(
        organization=house.organization,
        program=house.program,
        partner=house.partners["north"],
        kind="caregiver",
        created_at=T0,
    )
    for each in (one, two):
        answer_for(respondent=mother, patient=each, by=None, now=T0)
    return one, two, mother
