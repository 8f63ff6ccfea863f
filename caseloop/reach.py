"""Who can reach the person behind a pseudonym, and what of it a case page may show to whom."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from caseloop.codes import LEFT_WORDS
from caseloop.models import Case, PartnerTask
from messaging import services as post_office
from messaging.models import Address, Stop
from patients.models import Patient, Respondent, Service
from patients.services import everybody_for
from tenants.models import Member, Partner, Program, Role, Team

_LEADS = (Role.SUPERVISOR, Role.ADMIN)
_Status = Patient.ContactStatus


@dataclass(frozen=True, slots=True)
class Contact:
    """One address as it is shown for ten minutes. note: why not to use it, or ""."""

    who: str
    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How a member reaches the patient of a case; it never says more than the member may know.

    way: `crm` (the partner's number), `vault` (may be shown), `shown` (is shown now), `none`. why_not: the reason for
    `none` in words. caution: what to mind. seconds_left: until what is shown goes away.
    asked: the open question to the partner.
    """

    way: str
    why_not: str = ""
    caution: str = ""
    external_id: str = ""
    crm_url: str = ""
    contacts: tuple[Contact, ...] = ()
    until: datetime | None = None
    seconds_left: int = 0
    needs_reason: bool = False
    asked: PartnerTask | None = None


def can_reach(team: Team | None, program: Program, partner: Partner | None) -> bool:
    """Tell whether the people of a team can reach the patients of a program that a partner serves.

    The partner's own teams can; teams of the organization only where no partner serves, or the program lets them.
    """
    if team is None:
        return False
    return reaches(team.partner_id, program=program, partner_id=partner.pk if partner else None)


def reaches(side: UUID | None, *, program: Program, partner_id: UUID | None) -> bool:
    """Tell the same of somebody's side: a partner's id, or None for the organization's own people."""
    return side == partner_id if side else partner_id is None or program.sponsor_sees_contact


def is_oversight(case: Case) -> bool:
    """Tell whether the team of a case cannot reach the patient, so that its task is to make the partner act."""
    # A member of a partner does not see a team of the sponsor; it counts as one.
    side = case.team.partner_id if case.team else None
    return case.team_id is None or not reaches(side, program=case.program, partner_id=case.partner_id)


def may_reach(case: Case, *, member: Member) -> bool:
    """Tell whether the member is one of those who can reach the patient."""
    return reaches(member.partner_id, program=case.program, partner_id=case.partner_id)


def why_not_to_reach(case: Case, *, member: Member) -> str:
    """Say why a member is not shown how to reach the patient now; "" when nothing stands against it."""
    if not may_reach(case, member=member):
        return f"Only {case.partner or 'the partner'} can reach this patient. Ask the partner."
    if case.patient.has_left:
        return f"{LEFT_WORDS[case.patient.contact_status]} Nobody contacts this patient any more."
    if case.asks_no_contact and member.role not in _LEADS:
        return "The patient asked not to be contacted. If contact is needed all the same, ask a supervisor."
    return ""


def people_to_reach(patient: Patient) -> list[Respondent]:
    """Return who may be talked to about a patient: everybody who answers, of a patient under age caregivers only."""
    people = everybody_for(patient)
    if patient.contact_status == _Status.UNDER_AGE:
        return [each for each in people if each.kind == Respondent.Kind.CAREGIVER]
    return people


def reach(case: Case, *, member: Member, now: datetime) -> Reach:
    """Return how `member` reaches the patient of `case` (from `find_case`)."""
    asked = PartnerTask.objects.open().filter(case=case).first()
    if words := why_not_to_reach(case, member=member):
        return Reach("none", why_not=words, asked=asked)
    caution = _caution(case.patient)
    if case.program.contact_held_by == Program.Holder.PARTNER:
        return _in_crm(case, caution=caution, asked=asked)
    return _in_vault(case, member=member, caution=caution, asked=asked, now=now)


def _caution(patient: Patient) -> str:
    if patient.contact_status == _Status.UNDER_AGE:
        return "The patient is under age: talk to the caregiver only."
    if patient.contact_status == _Status.PAUSED:
        return "Contact is paused: do not call or write. You may talk when the patient contacts us."
    return ""


def _in_crm(case: Case, *, caution: str, asked: PartnerTask | None) -> Reach:
    if case.partner is None:
        words = "No partner serves this patient. An admin can keep contact details in our vault, on the program's page."
        return Reach("none", why_not=words, caution=caution, asked=asked)
    services = Service.objects.filter(patient=case.patient_id, partner=case.partner, ends_at=None)
    known = services.exclude(external_id="").order_by("starts_at").values_list("external_id", flat=True).first()
    if not known:
        words = f"{case.partner} has not told us its number for this patient. Find the patient there by the pseudonym."
        return Reach("none", why_not=words, caution=caution, asked=asked)
    link = case.partner.crm_link.replace("{external_id}", quote(known, safe=""))
    return Reach("crm", caution=caution, external_id=known, crm_url=link, asked=asked)


def _in_vault(case: Case, *, member: Member, caution: str, asked: PartnerTask | None, now: datetime) -> Reach:
    people = people_to_reach(case.patient)
    if words := why_nothing_to_show(case.patient, people):
        return Reach("none", why_not=words, caution=caution, asked=asked)
    standing = {each.pk: post_office.revealed(owner_id=each.pk, by=member, now=now) for each in people}
    ends = [each.until for each in standing.values() if each]
    if not ends:
        needs_reason = case.owner_id != member.pk or case.asks_no_contact
        return Reach("vault", caution=caution, needs_reason=needs_reason, asked=asked)
    return Reach(
        "shown",
        caution=caution,
        contacts=tuple(each for person in people if standing[person.pk] for each in _contacts(person)),
        until=min(ends),
        seconds_left=max(1, round((min(ends) - now).total_seconds())),
        asked=asked,
    )


def why_nothing_to_show(patient: Patient, people: list[Respondent]) -> str:
    """Say why the vault has nothing to show of those who may be talked to; "" when it has."""
    if not people and patient.contact_status == _Status.UNDER_AGE:
        return "The patient is under age, and no caregiver is known. Add one on the patient page."
    notes = [note for each in people for _, note in _addresses(each)]
    if not notes:
        return "No contact details are kept for this patient. Add them on the patient page."
    return "" if "" in notes else f"{notes[0]}. Nobody contacts this patient there any more."


def _contacts(person: Respondent) -> list[Contact]:
    who = "Caregiver" if person.kind == Respondent.Kind.CAREGIVER else "Patient"
    return [
        # An address whose owner asked for no messages is not shown: the reason is.
        Contact(who, address.get_channel_display(), "" if note else address.reveal(), note)
        for address, note in _addresses(person)
    ]


def _addresses(person: Respondent) -> list[tuple[Address, str]]:
    """Return the sealed addresses of a respondent, each with why it is not to be used, or ""."""
    stops = {bytes(stop.fingerprint): stop for stop in post_office.stops_of(person.pk)}
    return [
        (address, _why_stopped(stops.get(bytes(address.fingerprint)), address))
        for address in post_office.addresses_of(person.pk)
    ]


def _why_stopped(stop: Stop | None, address: Address) -> str:
    # A number that takes no texts can be called; any other stop holds for every channel.
    if stop is None or (stop.reason == Stop.Reason.BOUNCE and stop.channel != address.channel):
        return ""
    return str(stop.get_reason_display())
