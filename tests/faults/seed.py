"""Make one organization with a survey and many open links; runs inside `manage.py shell`, as the application role."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from alerts.models import Rule
from cxplatform.lib.codes import new_pseudonym
from messaging.models import Address, Channel, Purpose
from messaging.vault import fingerprint, seal
from patients.models import Answering, Consent, IssuedPseudonym, Patient, Respondent, Touchpoint
from surveys.models import Invitation, Occasion, Survey
from tests.conftest import PASSWORD, House, make_house
from tests.faults.resolved import resolve_cases

SURVEY = "fifteen"
TOUCHPOINT = Touchpoint.Kind.ONBOARDING_COMPLETED
_CHUNK = 5000
# One without daylight saving time for every few hours of the clock: somewhere it is the middle of the day.
_ZONES = {
    -10: "Pacific/Honolulu",
    -7: "America/Phoenix",
    -5: "America/Bogota",
    -3: "America/Sao_Paulo",
    0: "UTC",
    3: "Africa/Nairobi",
    6: "Asia/Dhaka",
    9: "Asia/Tokyo",
    12: "Pacific/Tarawa",
}


def document() -> dict[str, Any]:
    """Return a definition of one page with 15 questions: 12 steps of a scale, a choice, a 0-10 and an open text."""
    return {
        "schema": 1,
        "languages": ["en"],
        "title": {"en": "Your experience with {program}"},
        "scales": {"frequency": [_choice(code) for code in ("always", "usually", "sometimes", "never")]},
        "pages": [{"id": "all", "questions": [*_questions()]}],
        "end": {"en": "Thank you. Your answers are saved."},
    }


def _questions() -> list[dict[str, Any]]:
    steps = [
        {"key": f"step_{n}", "type": "scale", "scale": "frequency", "text": {"en": f"How often did step {n} go well?"}}
        for n in range(1, 13)
    ]
    prepared = {"key": "prepared", "type": "choice", "choices": [_choice("yes"), _choice("no")]}
    ends = {"low": {"en": "Not at all likely"}, "high": {"en": "Extremely likely"}}
    return [
        {**prepared, "text": {"en": "Right now, do you feel prepared to start your treatment?"}},
        *steps,
        {"key": "recommend", "type": "recommend", "scale": ends, "text": {"en": "Would you recommend us?"}},
        {"key": "words", "type": "text", "text": {"en": "Is there anything else that you want to tell us?"}},
    ]


def _choice(code: str) -> dict[str, Any]:
    return {"code": code, "text": {"en": code.title()}}


def seed(*, links: int, resolved: int, to: str, slug: str = "acme") -> None:
    """Make the house of `slug` with `links` patients who each hold one open link, and write it all to the file `to`.

    resolved: how many more patients have a resolved case whose outcome is asked in some days. With any, all patients
    agreed to be asked by e-mail, live where it is day now, and are on a journey: Pulse-5 a day after TOUCHPOINT.
    Writes JSON: {organization_id, slug, users: [{email, password, role}], links: [{token, invitation_id, patient_id}]}.
    """
    house = make_house(slug, partners=("north",))
    with house.bound():
        survey = _survey(house)
        rows = [
            each
            for start in range(0, links + resolved, _CHUNK)
            for each in _invite(house, survey, min(_CHUNK, links + resolved - start), reachable=bool(resolved))
        ]
        if resolved:
            _begin_journey(house)
            resolve_cases(house, invitations=[rows.pop()["invitation_id"] for _ in range(resolved)])
        users = [_user(house, role) for role in ("admin", "supervisor", "agent")]
    made = {"organization_id": str(house.organization.pk), "slug": slug, "users": users, "links": rows}
    Path(to).write_text(json.dumps(made))


def _survey(house: House) -> Survey:
    now = timezone.now()
    survey = Survey.objects.create(organization=house.organization, key=SURVEY, name="Fifteen", created_at=now)
    survey.publish(document(), by=None, now=now)
    Rule.objects.create(
        organization=house.organization,
        key="not_prepared",
        name="Not prepared to begin treatment",
        survey=survey,
        condition={"question": "prepared", "op": "eq", "value": "no"},
        severity="p1",
        created_at=now,
        changed_at=now,
    )
    return survey


def _user(house: House, role: str) -> dict[str, str]:
    user = house.members[role].user
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return {"email": user.email, "password": PASSWORD, "role": role}


def zone_of_noon(now: datetime) -> str:
    """Return a time zone in which it is within two hours of noon, far from the hours in which nothing is sent."""
    hour = now.astimezone(UTC).hour
    return min(_ZONES.items(), key=lambda zone: abs((hour + zone[0]) % 24 - 12))[1]


def _begin_journey(house: House) -> None:
    Occasion.objects.create(
        organization=house.organization,
        program=house.program,
        survey=house.surveys["pulse_5"],
        touchpoint=TOUCHPOINT,
        delay_days=1,
        reminder_days=[3, 7],
        call_after_days=None,
    )


def _invite(house: House, survey: Survey, count: int, *, reachable: bool) -> list[dict[str, str]]:
    now = timezone.now()
    shared = {"organization": house.organization, "program": house.program, "partner": house.partners["north"]}
    at = {"time_zone": zone_of_noon(now)}
    patients = [Patient(pseudonym=new_pseudonym(), stage_at=now, **at, **shared) for _ in range(count)]
    people = [Respondent(kind="patient", **at, **shared) for _ in patients]
    pairs = list(zip(people, patients, strict=True))
    invitations = [
        Invitation.draft(survey=survey, respondent=r, patient=p, now=now, lifetime=timedelta(days=1)) for r, p in pairs
    ]
    issued = [IssuedPseudonym(organization=house.organization, pseudonym=p.pseudonym, issued_at=now) for p in patients]
    IssuedPseudonym.objects.bulk_create(issued)
    Patient.objects.bulk_create(patients)
    Respondent.objects.bulk_create(people)
    Answering.objects.bulk_create(Answering(organization=house.organization, respondent=r, patient=p) for r, p in pairs)
    Invitation.objects.bulk_create(invitations)
    if reachable:
        _agree(people, now=now)
    return [
        {"token": each.token, "invitation_id": str(each.pk), "patient_id": str(each.patient_id)} for each in invitations
    ]


def _agree(people: list[Respondent], *, now: datetime) -> None:
    Address.objects.bulk_create(_address(each, now=now) for each in people)
    Consent.objects.bulk_create(
        Consent(
            organization_id=each.organization_id,
            respondent=each,
            channel=Channel.EMAIL,
            purpose=purpose,
            is_given=True,
            source=Consent.Source.IMPORT,
            given_at=now,
            recorded_at=now,
        )
        for each in people
        for purpose in (Purpose.SURVEY, Purpose.FOLLOW_UP)
    )


def _address(person: Respondent, *, now: datetime) -> Address:
    value = f"{person.pk.hex}@people.example"
    return Address(
        organization_id=person.organization_id,
        partner_id=person.partner_id,
        owner_id=person.pk,
        channel=Channel.EMAIL,
        sealed=seal(value),
        fingerprint=fingerprint(Channel.EMAIL, value),
        added_at=now,
    )
