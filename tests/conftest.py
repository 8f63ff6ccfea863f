"""The cast: two rival organizations, two partners and a handful of people, made as the application role."""

import gc
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connections, transaction
from django.test import TransactionTestCase
from django.test.utils import override_settings, setup_databases

from alerts.defaults import install_default_rules
from alerts.models import Route
from cxplatform.lib.tenancy import bound
from patients.models import Patient
from patients.services import enrol
from surveys.models import Invitation, Survey
from surveys.services import install_builtin_surveys
from tenants.models import Engagement, Member, Organization, Partner, Program, Role, Team, TeamMember, User

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in New York
PASSWORD = "correct horse battery staple"
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
_made: dict[str, bytes] = {}  # the rows of the cast, by table


@dataclass
class House:
    """One organization of the cast, with what belongs to it."""

    organization: Organization
    program: Program
    partners: dict[str, Partner]
    team: Team
    members: dict[str, Member]
    surveys: dict[str, Survey]
    patients: list[Patient] = field(default_factory=list)

    def bound(self, partner: Partner | None = None):
        """Bind this organization."""
        return bound(self.organization.pk, partner.pk if partner else None)


@dataclass
class Cast:
    """The two rivals."""

    acme: House
    rival: House


def pytest_collection_finish() -> None:
    """Spare the collector what imports and collection made, which lives as long as the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings) -> Cast:
    """Let the owner make and migrate the database; `default` works in it. It goes with the server, untouched.

    The cast is made and committed once, so that every test finds the same rows; a rollback leaves them as they were.
    """
    with django_db_blocker.unblock():
        setup_databases(verbosity=0, interactive=False, aliases=["default", "owner"])  # type: ignore[arg-type]
        cast = make_cast()
        _made.update(keep_rows())
        return cast


@pytest.fixture(scope="session")
def _standing_cast(django_db_setup: Cast) -> bytes:
    """Return the cast as it was made, pickled: unpickling is several times faster than a deep copy."""
    return pickle.dumps(django_db_setup)


@pytest.fixture
def cast(_standing_cast: bytes, db: None) -> Cast:
    """Return the cast as it was made."""
    return as_made(_standing_cast)


def as_made(standing: bytes) -> Cast:
    """Return a copy of the standing cast."""
    made: Cast = pickle.loads(standing)
    return made


@pytest.fixture(autouse=True, scope="session")
def _rows_as_made() -> Iterator[None]:
    """Leave the rows of the cast, and no other, after a test with real commits.

    Django's own flush truncates every table and makes permissions and content types again, which nobody changes.
    """

    def restore(self: TransactionTestCase) -> None:
        if "owner" in self.databases:
            restore_rows(_made)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield


def keep_rows() -> dict[str, bytes]:
    """Return the rows of every table that tests write to, as Postgres copies them out."""
    owner, rows = connections["owner"], {}
    names = sorted(set(owner.introspection.table_names()) - KEPT)
    with owner.cursor() as cursor:
        for name in map(owner.ops.quote_name, names):
            copied = BytesIO()
            cursor.copy_expert(f"COPY {name} TO STDOUT", copied)
            rows[name] = copied.getvalue()
    return rows


def restore_rows(rows: dict[str, bytes]) -> None:
    """Put every table back to what it held. Its lock waits for requests of a live server that have not ended yet."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        # As on a replica no trigger runs: neither the order of the tables nor the checks of references matter.
        emptied = "; ".join(f"DELETE FROM {name}" for name in rows)
        cursor.execute(f"LOCK TABLE {', '.join(rows)}; SET LOCAL session_replication_role = replica; {emptied}")
        for name, copied in rows.items():
            if copied:
                cursor.copy_expert(f"COPY {name} FROM STDIN", BytesIO(copied))


def make_cast() -> Cast:
    """Make both organizations."""
    return Cast(acme=make_house("acme", partners=("north", "south")), rival=make_house("rival", partners=("east",)))


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


class QuickArgon2(Argon2PasswordHasher):
    """The product's own way to hash passwords, with hardly any work."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(autouse=True, scope="session")
def _settings_of_tests(django_test_environment: None) -> Iterator[None]:
    """Let pages name static files as they are, because nothing is collected for tests, and hash passwords quickly."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        PASSWORD_HASHERS=[f"{__name__}.{QuickArgon2.__qualname__}", *settings.PASSWORD_HASHERS[1:]],
    ):
        yield


def make_house(slug: str, *, partners: tuple[str, ...]) -> House:
    """Make one organization with a program, partners, a team, a member of every role, surveys, rules and patients."""
    organization = Organization(slug=slug, name=f"{slug.title()} Sponsor")
    with bound(organization.pk):
        organization.save()
        program = make_program(organization, name=f"{slug} brand program")
        served = {code: make_partner(organization, program, code=code) for code in partners}
        team = make_team(organization, name=f"{slug} team")
        members = {role: make_member(organization, role=role) for role in Role.values}
        members |= {f"{code}_agent": make_member(organization, role="agent", partner=p) for code, p in served.items()}
        for role in ("agent", "supervisor"):
            join_team(team, members[role])
        Route.objects.create(organization=organization, team=team)
        surveys = install_builtin_surveys(organization_id=organization.pk, now=T0)
        install_default_rules(organization_id=organization.pk, now=T0)
        patients = [enrol(program=program, partner=p, now=T0, respondent_kind="patient") for p in served.values()]
    return House(organization, program, served, team, members, surveys, patients)


def make_program(organization: Organization, **over) -> Program:
    """Make a program that may send surveys with open text."""
    fields = {
        "name": "Brand",
        "public_name": "Care Support",
        "languages": ["en", "es"],
        "phone": "+1 555 0100",
        "postal_address": "PO Box 1, Springfield",
        "safety_recipient": f"safety@{organization.slug}.example",
        "safety_verified_at": T0,
        "crisis_lines": {"en": "Call or text 988"},
    }
    return Program.objects.create(organization=organization, **{**fields, **over})


def make_partner(organization: Organization, program: Program, *, code: str) -> Partner:
    """Make a partner that serves a program."""
    partner = Partner.objects.create(organization=organization, name=f"{code.title()} Hub", code=code)
    Engagement.objects.create(organization=organization, partner=partner, program=program)
    return partner


def make_team(organization: Organization, *, name: str, **over) -> Team:
    """Make a team with office hours in New York."""
    return Team.objects.create(organization=organization, name=name, **over)


def make_member(organization: Organization, *, role: str, partner: Partner | None = None, email: str = "") -> Member:
    """Make a user with a password and the membership."""
    name = f"{partner.code}-{role}" if partner else role
    email = email or f"{name}@{organization.slug}.example"
    user = User.objects.create_user(email=email, name=f"{organization.slug} {name}")
    return Member.objects.create(organization=organization, user=user, role=role, partner=partner, created_at=T0)


def join_team(team: Team, member: Member) -> None:
    """Put a member into a team."""
    TeamMember.objects.create(organization_id=team.organization_id, team=team, member=member)


def make_invitation(house: House, *, patient: Patient | None = None, survey: str = "pulse_5", now=T0) -> Invitation:
    """Invite a patient to a survey."""
    patient = patient or house.patients[0]
    with house.bound():
        respondent = patient.answering.get().respondent
        invitation = Invitation.draft(
            survey=house.surveys[survey], respondent=respondent, patient=patient, now=now, lifetime=timedelta(days=9999)
        )
        invitation.save(force_insert=True)
    return invitation
