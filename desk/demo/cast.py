"""The two rival organizations of the demo and their people."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from uuid_utils.compat import uuid7

from alerts.defaults import install_default_rules
from alerts.routing import Place, save_routes
from cxplatform.lib.tenancy import bound, call_definer
from patients.models import Touchpoint
from safety.services import change_setup, confirm_recipient, record_training
from surveys.models import Occasion, Survey
from surveys.plans import save_occasion
from surveys.services import install_builtin_surveys
from tenants.models import ApiKey, Member, Organization, Partner, Program, Role, Team
from tenants.models.key import PREFIX
from tenants.services import invite_member, save_partner, save_program, save_team

FOUNDED_AGO = timedelta(days=90)
_CRISIS_LINES = {"en": "Call or text 988, day and night.", "es": "Llame o envíe un mensaje al 988, de día o de noche."}
SCOPES = ["patients:read", "patients:write", "invitations:write", "cases:read", "cases:write", "responses:read"]


@dataclass(frozen=True)
class ProgramPlan:
    """One program: for staff, for patients, in which languages, how many patients with a history."""

    name: str
    public_name: str
    languages: tuple[str, ...]
    partner: str
    patients: int


@dataclass(frozen=True)
class Plan:
    """One organization."""

    slug: str
    name: str
    partners: dict[str, str]
    programs: tuple[ProgramPlan, ...]
    people: dict[str, str]  # the part of the e-mail before the @ → a made-up name


PLANS = (
    Plan(
        slug="aurelia",
        name="Aurelia (demo sponsor)",
        partners={"beacon": "Beacon Hub", "harbor": "Harbor Hub"},
        programs=(
            ProgramPlan("Demo program A", "Clear Path Support", ("en", "es"), "beacon", 80),
            ProgramPlan("Demo program B", "Steady Steps Support", ("es", "en"), "harbor", 60),
        ),
        people={
            "agent": "Robin Hale",
            "agent.beacon": "Maya Okafor",
            "agent.harbor": "Luis Ferrer",
            "supervisor": "Dana Whitfield",
            "admin": "Sam Brook",
            "safety": "Priya Nair",
            "analyst": "Tom Lindqvist",
            "auditor": "Grace Obi",
        },
    ),
    Plan(
        slug="borealis",
        name="Borealis (demo rival)",
        partners={"compass": "Compass Hub"},
        programs=(ProgramPlan("Demo program C", "Open Door Support", ("en", "es"), "compass", 40),),
        people={
            "agent": "Ana Castillo",
            "agent.compass": "Jo Tanaka",
            "supervisor": "Miriam Stone",
            "admin": "Eli Marsh",
            "safety": "Noor Haddad",
            "analyst": "Finn Berg",
            "auditor": "Ruth Adler",
        },
    ),
)


@dataclass
class Stage:
    """One organization of the demo as it stands in the database."""

    plan: Plan
    organization: Organization
    programs: list[Program] = field(default_factory=list)
    partners: dict[str, Partner] = field(default_factory=dict)
    surveys: dict[str, Survey] = field(default_factory=dict)
    agents: dict[str, list[Member]] = field(default_factory=dict)
    reviewers: list[Member] = field(default_factory=list)


def demo_password(email: str) -> str:
    """Return the password of a demo user: derived from SECRET_KEY, so that it need not be kept anywhere."""
    return f"demo-{_derive('password', email)[:12].lower()}"


def demo_key(slug: str, name: str) -> str:
    """Return the API key of the demo: derived like the passwords, with the recognizable prefix."""
    return PREFIX + _derive("api-key", f"{slug}/{name}")


def find(slug: str) -> Organization | None:
    """Return the organization with this slug, None when the demo has not made it yet."""
    for organization_id, _ in call_definer("cx_organizations"):
        with bound(organization_id):
            if organization := Organization.objects.filter(slug=slug).first():
                return organization
    return None


def make(plan: Plan, *, now: datetime) -> Stage:
    """Make one organization with partners, programs, teams, people, surveys, rules, routes and keys.

    The caller has bound nothing; everything is written in one transaction, by the first admin where one would do it,
    so that the audit trail begins as it does elsewhere: some months ago.
    """
    founded = now - FOUNDED_AGO
    organization = Organization(id=uuid7(), slug=plan.slug, name=plan.name, is_synthetic=True)
    stage = Stage(plan, organization)
    with bound(organization.pk):
        organization.save(force_insert=True)
        stage.surveys = install_builtin_surveys(organization_id=organization.pk, now=founded)
        install_default_rules(organization_id=organization.pk, now=founded)
        admin = _hire_admin(stage, now=founded)
        _make_partners(stage, by=admin, now=founded + timedelta(minutes=20))
        _make_programs(stage, by=admin, now=founded + timedelta(minutes=35))
        teams = _make_teams(stage, by=admin, now=founded + timedelta(minutes=50))
        _hire_everybody(stage, teams, by=admin, now=founded + timedelta(hours=1))
        _prepare_safety(stage, teams, by=admin, now=founded + timedelta(hours=1, minutes=30))
        _route(stage, teams, by=admin, now=founded + timedelta(hours=2))
        _plan_sending(stage, by=admin, now=founded + timedelta(hours=3))
        _make_keys(stage, now=now)
    return stage


def people_of(plan: Plan) -> list[tuple[str, str, str | None]]:
    """Return (e-mail, role, partner code or None) of everybody in one organization, the most useful first."""
    people: list[tuple[str, str, str | None]] = [
        (f"{role}@{plan.slug}.example", str(role), None)
        for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.SAFETY, Role.ANALYST, Role.AUDITOR)
    ]
    people[1:1] = [(f"agent.{code}@{plan.slug}.example", str(Role.AGENT), code) for code in plan.partners]
    return people


def _hire_admin(stage: Stage, *, now: datetime) -> Member:
    email, role, _ = next(person for person in people_of(stage.plan) if person[1] == Role.ADMIN)
    return _hire(stage, email=email, role=role, code=None, teams=[], by=None, now=now)


def _make_partners(stage: Stage, *, by: Member, now: datetime) -> None:
    for code, name in stage.plan.partners.items():
        crm = f"https://crm.{code}.example/patients/{{external_id}}"
        stage.partners[code] = Partner(organization=stage.organization, name=name, code=code, crm_link=crm)
        save_partner(partner=stage.partners[code], programs=[], by=by, now=now)


def _make_programs(stage: Stage, *, by: Member, now: datetime) -> None:
    for number, planned in enumerate(stage.plan.programs):
        program = Program(
            organization=stage.organization,
            name=planned.name,
            public_name=planned.public_name,
            languages=list(planned.languages),
            phone="+1 555 0142",
            phone_hours="Monday to Friday, 8 to 8 Eastern",
            postal_address="PO Box 142, Springfield",
            contact_held_by=Program.Holder.VAULT if number else Program.Holder.PARTNER,
        )
        save_program(program=program, partners=[stage.partners[planned.partner]], by=by, now=now)
        stage.programs.append(program)


def _make_teams(stage: Stage, *, by: Member, now: datetime) -> dict[str, Team]:
    teams = {
        code: Team(
            organization=stage.organization, partner=partner, name=f"{partner.name}: support", languages=["en", "es"]
        )
        for code, partner in stage.partners.items()
    }
    teams[""] = Team(organization=stage.organization, name="Sponsor desk", languages=["en"])
    for team in teams.values():
        save_team(team=team, members=[], by=by, now=now)
    return teams


def _hire_everybody(stage: Stage, teams: dict[str, Team], *, by: Member, now: datetime) -> None:
    others = [person for person in people_of(stage.plan) if person[1] != Role.ADMIN]
    for minutes, (email, role, code) in enumerate(others, 1):
        mine = list(teams.values()) if code is None and role == Role.SUPERVISOR else [teams[code or ""]]
        at = now + timedelta(minutes=minutes)
        member = _hire(stage, email=email, role=role, code=code, teams=mine, by=by, now=at)
        if role == Role.SAFETY:
            stage.reviewers.append(member)
        if role in (Role.AGENT, Role.SUPERVISOR):
            stage.agents.setdefault(code or "", []).append(member)


def _prepare_safety(stage: Stage, teams: dict[str, Team], *, by: Member, now: datetime) -> None:
    for planned, program in zip(stage.plan.programs, stage.programs, strict=True):
        change_setup(
            program=program,
            by=by,
            now=now,
            safety_recipient=f"safety@{stage.plan.slug}.example",
            crisis_lines={language: _CRISIS_LINES[language] for language in planned.languages},
            crisis_team=teams[planned.partner],
        )
        confirmed = now + timedelta(minutes=5)
        confirm_recipient(program_id=program.pk, address=f"safety@{stage.plan.slug}.example", now=confirmed)
        program.refresh_from_db()
    day = now.date()
    for reviewer in stage.reviewers:
        until = day + timedelta(days=365)
        record_training(member=reviewer, course="Safety reporting", completed_on=day, expires_on=until, by=by, now=now)


def _hire(
    stage: Stage, *, email: str, role: str, code: str | None, teams: list[Team], by: Member | None, now: datetime
) -> Member:
    """Invite as an admin does; the demo's people need no welcome e-mail, they have their passwords."""
    name = stage.plan.people[email.split("@", maxsplit=1)[0]]
    languages = ["en", "es"] if code else ["en"]
    partner = stage.partners[code] if code else None
    member = invite_member(
        organization=stage.organization,
        email=email, name=name, role=role, partner=partner, languages=languages, teams=teams, by=by, now=now,
    )  # fmt: skip
    member.user.set_password(demo_password(email))
    member.user.time_zone = "America/New_York"
    member.user.save(update_fields=["password", "time_zone"])
    Member.objects.filter(pk=member.pk).update(welcome_pending=False)
    return member


def _route(stage: Stage, teams: dict[str, Team], *, by: Member, now: datetime) -> None:
    chosen: dict[Place, Team | None] = {(None, partner.pk): teams[code] for code, partner in stage.partners.items()}
    save_routes(chosen={(None, None): teams[""], **chosen}, by=by, now=now)


def _plan_sending(stage: Stage, *, by: Member, now: datetime) -> None:
    for program in stage.programs:
        for key, touchpoint in (
            ("support_experience", Touchpoint.Kind.ONBOARDING_COMPLETED),
            ("pulse_5", Touchpoint.Kind.CALL),
        ):
            occasion = Occasion(
                organization=stage.organization, program=program, survey=stage.surveys[key], touchpoint=touchpoint
            )
            save_occasion(occasion=occasion, by=by, now=now)


def _make_keys(stage: Stage, *, now: datetime) -> None:
    owners: list[tuple[str, Partner | None]] = [("Whole organization", None)]
    owners += [(partner.name, partner) for partner in stage.partners.values()]
    for name, partner in owners:
        secret = demo_key(stage.plan.slug, name)
        ApiKey.issue(organization=stage.organization, name=name, scopes=SCOPES, partner=partner, now=now, key=secret)


def _derive(kind: str, name: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo:{kind}:{name}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().rstrip("=")
