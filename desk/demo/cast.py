"""The two rival organizations of the demo and their people."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from uuid_utils.compat import uuid7

from alerts.defaults import install_default_rules
from alerts.models import Route
from cxplatform.lib.tenancy import bound, call_definer
from patients.models import Touchpoint
from surveys.models import Occasion, Survey
from surveys.services import install_builtin_surveys
from tenants.models import ApiKey, Engagement, Member, Organization, Partner, Program, Role, Team, TeamMember, User
from tenants.models.key import PREFIX

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
            ProgramPlan("Demo program A", "Clear Path Support", ("en", "es"), "beacon", 150),
            ProgramPlan("Demo program B", "Steady Steps Support", ("es", "en"), "harbor", 110),
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
        programs=(ProgramPlan("Demo program C", "Open Door Support", ("en", "es"), "compass", 60),),
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

    The caller has bound nothing; everything is written in one transaction.
    """
    organization = Organization(id=uuid7(), slug=plan.slug, name=plan.name, is_synthetic=True)
    stage = Stage(plan, organization)
    with bound(organization.pk):
        organization.save(force_insert=True)
        _make_partners(stage)
        _make_programs(stage)
        _make_people(stage, now=now)
        stage.surveys = install_builtin_surveys(organization_id=organization.pk, now=now)
        install_default_rules(organization_id=organization.pk, now=now)
        _plan_sending(stage)
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


def _make_partners(stage: Stage) -> None:
    for code, name in stage.plan.partners.items():
        stage.partners[code] = Partner.objects.create(organization=stage.organization, name=name, code=code)


def _make_programs(stage: Stage) -> None:
    for planned in stage.plan.programs:
        program = Program.objects.create(
            organization=stage.organization,
            name=planned.name,
            public_name=planned.public_name,
            languages=list(planned.languages),
            phone="+1 555 0142",
            phone_hours="Monday to Friday, 8 to 8 Eastern",
        )
        partner = stage.partners[planned.partner]
        Engagement.objects.create(organization=stage.organization, partner=partner, program=program)
        stage.programs.append(program)


def _make_people(stage: Stage, *, now: datetime) -> None:
    organization = stage.organization
    teams = {
        code: Team.objects.create(
            organization=organization, partner=partner, name=f"{partner.name}: support", languages=["en", "es"]
        )
        for code, partner in stage.partners.items()
    }
    teams[""] = Team.objects.create(organization=organization, name="Sponsor desk", languages=["en"])
    for email, role, code in people_of(stage.plan):
        name = stage.plan.people[email.split("@")[0]]
        user = User.objects.create_user(
            email=email, password=demo_password(email), name=name, time_zone="America/New_York"
        )
        member = Member.objects.create(
            organization=organization,
            user=user,
            role=role,
            partner=stage.partners[code] if code else None,
            languages=["en", "es"] if code else ["en"],
            created_at=now,
        )
        for team_code, team in teams.items():
            if team_code == (code or "") or (code is None and role == Role.SUPERVISOR):
                TeamMember.objects.create(organization=organization, team=team, member=member)
        if role in (Role.AGENT, Role.SUPERVISOR):
            stage.agents.setdefault(code or "", []).append(member)
    for code, partner in stage.partners.items():
        Route.objects.create(organization=organization, partner=partner, team=teams[code])
    Route.objects.create(organization=organization, team=teams[""])


def _plan_sending(stage: Stage) -> None:
    for program in stage.programs:
        for key, touchpoint in (
            ("support_experience", Touchpoint.Kind.ONBOARDING_COMPLETED),
            ("pulse_5", Touchpoint.Kind.CALL),
        ):
            Occasion.objects.create(
                organization=stage.organization, program=program, survey=stage.surveys[key], touchpoint=touchpoint
            )


def _make_keys(stage: Stage, *, now: datetime) -> None:
    owners: list[tuple[str, Partner | None]] = [("Whole organization", None)]
    owners += [(partner.name, partner) for partner in stage.partners.values()]
    for name, partner in owners:
        secret = demo_key(stage.plan.slug, name)
        ApiKey.issue(organization=stage.organization, name=name, scopes=SCOPES, partner=partner, now=now, key=secret)


def _derive(kind: str, name: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo:{kind}:{name}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().rstrip("=")
