"""What the safety tests are made of: texts from each source, trained people, items."""

from datetime import date, datetime

from caseloop.models import Case, CaseEvent, CaseText
from messaging.models import Inbound
from patients.models import Patient, PatientEvent
from safety.models import Item, Training
from safety.services import take_verbatim
from surveys.models import Response, Verbatim
from tenants.models import Member
from tests.conftest import T0, House
from tests.steps import raise_alerts, respond

DIZZY = "I am dizzy since the first shot"
CRISIS = "I do not want to live anymore"


def make_words(house: House, text: str = DIZZY, *, patient: Patient | None = None, now: datetime = T0) -> Verbatim:
    """Let a patient answer a survey with an open text, and return the text as it was stored."""
    response = respond(house, {"prepared": "yes", "words": text}, patient=patient, now=now)
    with house.bound():
        return words_of(response)


def words_of(response: Response) -> Verbatim:
    """Return the one text of a response."""
    return response.verbatims.get()


def make_item(house: House, text: str = DIZZY, *, patient: Patient | None = None, now: datetime = T0) -> Item:
    """Let a patient write, and take the text in."""
    words = make_words(house, text, patient=patient, now=now)
    with house.bound():
        item = take_verbatim(verbatim_id=words.pk, now=now)
        assert item is not None
        return item


def train(house: House, member: Member, *, until: date = date(2027, 1, 1)) -> None:
    """Give a member a certificate."""
    with house.bound():
        Training.objects.create(
            organization=house.organization,
            member=member,
            course="Product safety",
            completed_on=date(2026, 1, 1),
            expires_on=until,
            recorded_at=T0,
        )


def make_case(house: House, *, patient: Patient | None = None) -> Case:
    """Open a case for a patient."""
    raise_alerts(house, {"prepared": "no"}, patient=patient)
    with house.bound():
        return Case.objects.select_related("patient__program").get(patient=patient or house.patients[0])


def make_note(house: House, text: str = DIZZY) -> CaseText:
    """Write a note on a case, and return its words."""
    case = make_case(house)
    with house.bound():
        case.note(text, by=house.members["agent"], now=T0)
        return CaseText.objects.get(event__kind=CaseEvent.Kind.NOTE)


def make_inbound(house: House, text: str = DIZZY, **over) -> Inbound:
    """Let a text message come in."""
    fields = {
        "organization": house.organization,
        "program": house.program,
        "fingerprint": b"x" * 32,
        "text": text,
        "provider_id": f"SM{text[:20]}",
        "received_at": T0,
        "needs_review": True,
    }
    with house.bound():
        return Inbound.objects.create(**{**fields, **over})


def make_death(house: House) -> PatientEvent:
    """Let a patient be reported as deceased."""
    with house.bound():
        return PatientEvent.objects.create(
            organization=house.organization,
            patient=house.patients[0],
            kind=PatientEvent.Kind.STATUS,
            at=T0,
            data={"status": "deceased"},
            needs_review=True,
        )
