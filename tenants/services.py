"""Verbs over people and teams: invite, change and deactivate members; save teams, programs and partners."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from cxplatform.lib.nudge import nudge
from tenants.models import Engagement, Member, Organization, Partner, Program, Role, Team, TeamMember, User
from tenants.models.audit import audit


class AlreadyMember(Exception):
    """The person belongs to the organization already; `member` says how."""

    def __init__(self, member: Member) -> None:
        super().__init__(str(member.pk))
        self.member = member


class LastAdmin(Exception):
    """Without this member nobody could open the settings of the organization any more."""


class LastTeam(Exception):
    """Without this team nobody would receive the organization's alerts."""


@transaction.atomic
def invite_member(
    *,
    organization: Organization,
    email: str,
    name: str,
    role: str,
    partner: Partner | None = None,
    languages: list[str] | None = None,
    teams: Collection[Team] = (),
    by: Member | None,
    now: datetime,
) -> Member:
    """Make somebody a member, and let the welcome e-mail go out.

    A person who signs in already, for another organization, keeps name and password.
    by: None when an operator invites. Raises AlreadyMember.
    """
    user = _find_or_create_user(email=email, name=name)
    if already := Member.objects.filter(user=user).first():
        raise AlreadyMember(already)
    member = Member.objects.create(
        organization=organization,
        user=user,
        role=role,
        partner=partner,
        languages=languages or ["en"],
        welcome_pending=True,
        created_at=now,
    )
    _put_into_teams(member, teams)
    facts = _facts(member, teams)
    audit("tenants.member.invited", by=by, target=member, now=now, **facts)
    nudge("tenants.invited_member", organization_id=organization.pk, member_id=member.pk)
    return member


@transaction.atomic
def change_member(
    *,
    member: Member,
    role: str,
    partner: Partner | None,
    languages: list[str],
    teams: Collection[Team],
    by: Member,
    now: datetime,
) -> None:
    """Change what a member is and sees. Raises LastAdmin when no admin of the whole organization would remain."""
    if role != Role.ADMIN or partner:
        _keep_an_admin(member)
    before = _facts(member, [row.team for row in member.teams.select_related("team")])
    member.role, member.partner, member.languages = role, partner, languages
    member.save(update_fields=["role", "partner", "languages"])
    _put_into_teams(member, teams)
    audit("tenants.member.changed", by=by, target=member, now=now, before=before, after=_facts(member, teams))


@transaction.atomic
def deactivate_member(*, member: Member, by: Member, now: datetime) -> None:
    """Shut a member out at once; the person's cases stay as they are. Twice is once. Raises LastAdmin."""
    _keep_an_admin(member)
    if Member.objects.filter(pk=member.pk, is_active=True).update(is_active=False, welcome_pending=False):
        audit("tenants.member.deactivated", by=by, target=member, now=now)


@transaction.atomic
def reactivate_member(*, member: Member, by: Member, now: datetime) -> None:
    """Let a member in again, with the role and teams from before. Twice is once."""
    if Member.objects.filter(pk=member.pk, is_active=False).update(is_active=True):
        audit("tenants.member.reactivated", by=by, target=member, now=now)


@transaction.atomic
def resend_welcome(*, member: Member, by: Member, now: datetime) -> None:
    """Send the welcome e-mail once more; nothing happens for a member who was deactivated."""
    if Member.objects.filter(pk=member.pk, is_active=True).update(welcome_pending=True):
        audit("tenants.member.welcomed_again", by=by, target=member, now=now)
        nudge("tenants.invited_member", organization_id=member.organization_id, member_id=member.pk)


@transaction.atomic
def save_team(*, team: Team, members: Collection[Member], by: Member, now: datetime) -> None:
    """Store a new or changed team with exactly these members."""
    is_new = team._state.adding
    team.save()
    kept = {member.pk for member in members}
    team.team_members.exclude(member_id__in=kept).delete()
    _join(team.organization_id, ((team.pk, member_id) for member_id in kept))
    audit(
        "tenants.team.created" if is_new else "tenants.team.changed",
        by=by,
        target=team,
        now=now,
        name=team.name,
        partner=str(team.partner_id or ""),
        time_zone=team.time_zone,
        hours=team.hours,
        holidays=[str(day) for day in team.holidays],
        languages=team.languages,
        members=sorted(map(str, kept)),
    )


@transaction.atomic
def deactivate_team(*, team: Team, by: Member, now: datetime) -> None:
    """Stop giving alerts to a team; its open cases stay with it. Twice is once. Raises LastTeam."""
    active = Team.objects.select_for_update().filter(is_active=True).order_by("pk").values_list("pk", flat=True)
    if list(active) == [team.pk]:
        raise LastTeam
    if Team.objects.filter(pk=team.pk, is_active=True).update(is_active=False):
        audit("tenants.team.deactivated", by=by, target=team, now=now)


@transaction.atomic
def reactivate_team(*, team: Team, by: Member, now: datetime) -> None:
    """Give alerts to a team again. Twice is once."""
    if Team.objects.filter(pk=team.pk, is_active=False).update(is_active=True):
        audit("tenants.team.reactivated", by=by, target=team, now=now)


@transaction.atomic
def save_program(*, program: Program, partners: Collection[Partner], by: Member, now: datetime) -> None:
    """Store a new or changed program, served by exactly these partners."""
    is_new = program._state.adding
    program.save()
    _engage(program.organization_id, program.engagements.all(), {(each.pk, program.pk) for each in partners})
    audit(
        "tenants.program.created" if is_new else "tenants.program.changed",
        by=by,
        target=program,
        now=now,
        partners=sorted(each.code for each in partners),
        **_settings(
            program,
            "name",
            "public_name",
            "country",
            "languages",
            "phone",
            "phone_hours",
            "emergency",
            "maker_sees_names",
            "postal_address",
            "links_sent_by",
            "follow_up_days",
            "contact_held_by",
            "sponsor_sees_contact",
        ),
    )


@transaction.atomic
def switch_program(*, program: Program, is_active: bool, by: Member, now: datetime) -> None:
    """Switch a program off or on again; twice is once.

    Off: its survey links are closed, nobody new is enrolled, and new rows do not offer it. Open cases stay workable.
    """
    if Program.objects.filter(pk=program.pk).exclude(is_active=is_active).update(is_active=is_active):
        action = "tenants.program.switched_on" if is_active else "tenants.program.switched_off"
        audit(action, by=by, target=program, now=now)


@transaction.atomic
def save_partner(*, partner: Partner, programs: Collection[Program], by: Member, now: datetime) -> None:
    """Store a new or changed partner, serving exactly these programs."""
    is_new = partner._state.adding
    partner.save()
    _engage(partner.organization_id, partner.engagements.all(), {(partner.pk, each.pk) for each in programs})
    audit(
        "tenants.partner.created" if is_new else "tenants.partner.changed",
        by=by,
        target=partner,
        now=now,
        programs=sorted(str(each.pk) for each in programs),
        **_settings(partner, "name", "code", "crm_link", "is_active"),
    )


@transaction.atomic
def save_organization(*, organization: Organization, by: Member, now: datetime) -> None:
    """Store the changed name and settings of the organization."""
    fields = ["name", "mail_shows_due_time", "survey_gap_days", "surveys_a_year"]
    organization.save(update_fields=fields)
    audit("tenants.organization.changed", by=by, now=now, **_settings(organization, *fields))


def _find_or_create_user(*, email: str, name: str) -> User:
    address = email.strip().lower()
    if user := User.objects.filter(email=address).first():
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(address, name=name)
    except IntegrityError:  # invited by two organizations at the same moment
        return User.objects.get(email=address)


def _keep_an_admin(member: Member) -> None:
    whole = Member.objects.select_for_update(of=("self",)).active().filter(role=Role.ADMIN, partner=None)
    if [admin.pk for admin in whole.order_by("pk")] == [member.pk]:
        raise LastAdmin


def _put_into_teams(member: Member, teams: Collection[Team]) -> None:
    kept = {team.pk for team in teams}
    member.teams.exclude(team_id__in=kept).delete()
    _join(member.organization_id, ((team_id, member.pk) for team_id in kept))


def _join(organization_id: UUID, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    TeamMember.objects.bulk_create(
        (TeamMember(organization_id=organization_id, team_id=team, member_id=member) for team, member in sorted(pairs)),
        ignore_conflicts=True,
    )


def _engage(organization_id: UUID, current: Any, wanted: set[tuple[UUID, UUID]]) -> None:
    for engagement in current:
        if (engagement.partner_id, engagement.program_id) not in wanted:
            engagement.delete()
    Engagement.objects.bulk_create(
        (
            Engagement(organization_id=organization_id, partner_id=partner, program_id=program)
            for partner, program in sorted(wanted)
        ),
        ignore_conflicts=True,
    )


def _facts(member: Member, teams: Collection[Team]) -> dict[str, Any]:
    return {
        "role": member.role,
        "partner": str(member.partner_id or ""),
        "languages": member.languages,
        "teams": sorted(str(team.pk) for team in teams),
    }


def _settings(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
