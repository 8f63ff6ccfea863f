"""Who may open what: every URL × signed out, every role, members confined to a partner, and the rival."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from caseloop.models import Case
from messaging.models import GoLink, Message
from patients.models import Erasure, Import, Patient
from patients.services import note_touchpoint
from safety.models import Item
from safety.services import report
from surveys.invitations.calls import leave_call
from surveys.models import Mailing, Occasion, Survey
from tenants.access import declared
from tenants.models import Role
from tests.conftest import T0, Cast, House, as_made, make_invitation, make_member
from tests.steps import raise_alerts

ALL = {*Role.values, "north_agent", "north_admin"}
ADMITS = {
    "member": ALL,
    "agent": {"agent", "supervisor", "admin", "north_agent", "north_admin"},
    "reviewer": {"agent", "supervisor", "admin", "safety", "north_agent", "north_admin"},
    "safety": {"safety", "supervisor", "admin", "north_admin"},
    "judge": {"safety"},
    "supervisor": {"supervisor", "admin", "north_admin"},
    "supervisor, whole": {"supervisor", "admin"},
    "admin, whole": {"admin"},
    "auditor, whole": {"auditor", "admin"},
}

# The one table: what each page of an organization needs.
PAGES = {
    "desk:home": "member",
    "desk:palette": "member",
    "desk:patients": "agent",
    "desk:patient": "agent",
    "desk:find": "agent",
    "desk:merge": "supervisor",
    "desk:erase": "admin, whole",
    "desk:certificate": "supervisor",
    "patients:new": "agent",
    "patients:edit": "agent",
    "patients:new_caregiver": "agent",
    "patients:person": "agent",
    "patients:allow": "supervisor",
    "patients:note": "agent",
    "patients:void": "agent",
    "patients:consents": "agent",
    "patients:change_consent": "agent",
    "patients:status": "agent",
    "patients:imports": "supervisor",
    "patients:import": "supervisor",
    "patients:check_import": "supervisor",
    "patients:start_import": "supervisor",
    "patients:cancel_import": "supervisor",
    "patients:undo_import": "supervisor",
    "patients:import_faults": "supervisor",
    "surveys:links": "supervisor",
    "desk:audit": "auditor, whole",
    "desk:status": "admin, whole",
    "desk:try_again": "supervisor, whole",
    "surveys:index": "member",
    "surveys:survey": "member",
    "surveys:preview": "member",
    "surveys:add_occasion": "admin, whole",
    "surveys:change_occasion": "admin, whole",
    "surveys:try_occasion": "supervisor, whole",
    "surveys:invite": "supervisor",
    "surveys:send": "supervisor",
    "surveys:cancel_mailing": "supervisor",
    "surveys:invitations": "agent",
    "surveys:resend": "agent",
    "surveys:revoke": "supervisor",
    "surveys:calls": "agent",
    "surveys:start_call": "agent",
    "surveys:end_call": "agent",
    "surveys:ask": "agent",
    "caseloop:queue": "agent",
    "caseloop:take_next": "agent",
    "caseloop:bulk": "agent",
    "caseloop:case": "agent",
    "caseloop:changes": "agent",
    "caseloop:draft": "agent",
    "caseloop:take": "agent",
    "caseloop:assign": "agent",
    "caseloop:note": "agent",
    "caseloop:attempt": "agent",
    "caseloop:wait": "agent",
    "caseloop:resume": "agent",
    "caseloop:resolve": "agent",
    "caseloop:no_action": "agent",
    "caseloop:close": "supervisor",
    "caseloop:reopen": "agent",
    "caseloop:contact": "agent",
    "caseloop:reveal": "agent",
    "caseloop:ask_partner": "agent",
    "caseloop:answer_for_partner": "agent",
    "caseloop:clocks": "admin, whole",
    "alerts:index": "reviewer",
    "alerts:rules": "admin, whole",
    "alerts:new_rule": "admin, whole",
    "alerts:rule": "admin, whole",
    "alerts:switch_rule": "admin, whole",
    "alerts:routes": "admin, whole",
    "safety:index": "safety",
    "safety:item": "safety",
    "safety:record": "safety",
    "safety:reconciliation": "safety",
    "safety:reconciliation_csv": "safety",
    "safety:judge": "judge",
    "safety:forward": "judge",
    "safety:number": "judge",
    "safety:check": "judge",
    "safety:crisis": "reviewer",
    "safety:acknowledge": "reviewer",
    "safety:report": "reviewer",
    "safety:training": "admin, whole",
    "safety:settings": "admin, whole",
    "safety:program": "admin, whole",
    "messaging:wordings": "admin, whole",
    "messaging:wording": "admin, whole",
    "messaging:preview": "admin, whole",
    "messaging:test_send": "admin, whole",
    "messaging:built_in": "admin, whole",
    "tenants:settings": "admin, whole",
    "tenants:members": "admin, whole",
    "tenants:invite": "admin, whole",
    "tenants:member": "admin, whole",
    "tenants:deactivate_member": "admin, whole",
    "tenants:reactivate_member": "admin, whole",
    "tenants:resend_welcome": "admin, whole",
    "tenants:teams": "admin, whole",
    "tenants:new_team": "admin, whole",
    "tenants:team": "admin, whole",
    "tenants:deactivate_team": "admin, whole",
    "tenants:reactivate_team": "admin, whole",
    "tenants:switch_program": "admin, whole",
    "tenants:programs": "admin, whole",
    "tenants:new_program": "admin, whole",
    "tenants:program": "admin, whole",
    "tenants:partners": "admin, whole",
    "tenants:new_partner": "admin, whole",
    "tenants:partner": "admin, whole",
}
# Pages outside organizations: (signed out, signed in).
OTHERS = {
    "desk:healthz": (200, 200),
    "desk:readyz": (200, 200),
    "desk:statusz": ({200, 503}, {200, 503}),
    "desk:organizations": ("sign in", {200, 302}),
    "desk:profile": ("sign in", 200),
    "desk:go": ("sign in", 404),
    "desk:welcome": (410, 410),
    "surveys:answer": (404, 404),
    "messaging:unsubscribe": (404, 404),
    "messaging:sms_inbound": (403, 403),
    "messaging:sms_status": (403, 403),
    "desk:outbox": (404, 404),  # off, but in the demo
    "desk:outbox_message": (404, 404),
    "safety:confirm": (410, 410),
}
# Arguments that name a row of one partner.
CONFINED = {"number", "pseudonym", "item_id", "invitation_id", "task_id", "mailing_id"}
LIBRARIES = ("account_", "mfa_")  # django-allauth: each view asks for sign-in itself
SHADOWED = {"account_email": "desk:profile"}  # ours stands before the library's, and leads there
SIGNED_OUT_PAGES = {
    "account_login",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
}


@dataclass
class World:
    """The cast with cases, a client for each person, and the ids that URLs name."""

    cast: Cast
    clients: dict[str, Client]
    mine: dict[str, Any]  # of acme, and of its partner north where there is one
    south: dict[str, Any]
    rivals: dict[str, Any]


@pytest.fixture(scope="module")
def world(_standing_cast: bytes, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[World]:
    """Make the world once; every request is undone, and the world at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = as_made(_standing_cast)
        acme, rival = cast.acme, cast.rival
        with acme.bound():
            acme.members["north_admin"] = make_member(
                acme.organization, role="admin", partner=acme.partners["north"], email="north-admin@acme.example"
            )
        for patient in acme.patients:
            raise_alerts(acme, {"prepared": "no"}, patient=patient)
        with rival.bound():
            Survey.objects.filter(key="pulse_5").update(key="rivals_own")
        raise_alerts(rival, {"prepared": "no"})
        with rival.bound():
            Case.objects.update(number=77)
        clients = {role: Client() for role in (*ALL, "rival_admin", "signed_out")}
        for role in ALL:
            clients[role].force_login(acme.members[role].user)
        clients["rival_admin"].force_login(rival.members["admin"].user)
        yield World(Cast(acme, rival), clients, ids_of(acme, 0), ids_of(acme, 1), ids_of(rival, 0))
        transaction.set_rollback(True)


def ids_of(house: House, place: int) -> dict[str, Any]:
    """Return the values of every URL argument for one patient of a house."""
    patient = house.patients[place]
    with house.bound():
        survey = house.surveys["pulse_5"]
        survey.refresh_from_db()
        occasion, _ = Occasion.objects.get_or_create(
            organization=house.organization, program=house.program, survey=survey, touchpoint="call"
        )
        return {
            "number": patient.cases.get().number,
            "pseudonym": patient.pseudonym,
            "respondent_id": patient.answering.get().respondent_id,
            "touchpoint_id": note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0).pk,
            "erasure_id": Erasure.objects.create(
                organization=house.organization, patient=patient, at=T0, request="R-1"
            ).pk,
            "message_id": Message.objects.filter(fields__pseudonym=patient.pseudonym)[0].pk,
            "key": survey.key,
            "survey_key": survey.key,
            "occasion_id": occasion.pk,
            "invitation_id": (invitation := make_invitation(house, patient=patient)).pk,
            "task_id": leave_call(invitation, now=T0).pk,
            "door": "x",
            "mailing_id": Mailing.objects.create(
                organization=house.organization,
                survey=survey,
                partner_id=patient.partner_id,
                up_to_id=patient.pk,
                expected=1,
                asked_at=T0,
            ).pk,
            "rule_id": survey.rules.all()[0].pk,
            "member_id": house.members["analyst"].pk,
            "team_id": house.team.pk,
            "program_id": house.program.pk,
            "template": "invitation",
            "channel": "email",
            "language": "en",
            "import_id": make_import(house, partner_id=patient.partner_id).pk,
            "partner_id": patient.partner_id,
            "item_id": make_report(house, patient).pk,
            "token": GoLink.objects.get(target_id=patient.cases.get().pk).token,
        }


def make_report(house: House, patient: Patient) -> Item:
    """Report a safety event about a patient."""
    return report(patient=patient, case=None, text="Dizzy.", learned_at=T0, by=house.members["safety"], now=T0)


def make_import(house: House, *, partner_id: Any) -> Import:
    """Make an import that waits for its columns."""
    return Import.objects.create(
        organization=house.organization,
        program=house.program,
        partner_id=partner_id,
        file_name="patients.csv",
        state=Import.State.MAPPING,
        uploaded_at=T0,
        changed_at=T0,
    )


def patterns(entries: Any, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every URL with its full name."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry.url_patterns, inner)
        else:
            yield f"{space}{entry.name}", entry


def arguments_of(name: str) -> set[str]:
    """Return the names of a URL's arguments."""
    return set(dict(patterns(get_resolver().url_patterns))[name].pattern.converters) - {"slug"}


def address(name: str, ids: dict[str, Any], slug: str = "acme") -> str:
    """Return the address of an organization's page."""
    return reverse(name, kwargs={"slug": slug, **{argument: ids[argument] for argument in arguments_of(name)}})


def admitted(name: str) -> str:
    """Return somebody whom a page admits, an admin where it can be."""
    return "admin" if "admin" in ADMITS[PAGES[name]] else sorted(ADMITS[PAGES[name]])[0]


def answer(client: Client, url: str) -> str | int:
    """Return the status of a GET, or of a POST where a GET is not served, or "sign in"; its changes are undone.

    A declaration guards every method of its view, so one method tells.
    """
    for ask in (client.get, lambda to: client.post(to, {"name": "note", "text": "x"})):
        with transaction.atomic():
            response = ask(url)
            transaction.set_rollback(True)
        if response.status_code != 405:
            break
    to = response.headers.get("Location", "")
    return (
        "sign in"
        if response.status_code == 302 and to.startswith(reverse(settings.LOGIN_URL))
        else response.status_code
    )


def is_admitted(status: str | int) -> bool:
    """Tell whether the page was opened: shown, done, or found the form wanting."""
    return status in {200, 204, 302, 303, 304, 400, 409, 422}


TIMES = Counter(name for name, _ in patterns(get_resolver().url_patterns))
NAMES = sorted(TIMES)


def test_every_url_is_in_the_table_and_the_table_holds_no_other() -> None:
    ours = {name for name in NAMES if not name.startswith(LIBRARIES)}
    assert ours == PAGES.keys() | OTHERS.keys()
    assert {name for name, times in TIMES.items() if times > 1} == SHADOWED.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("name", SHADOWED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_of_ours_answers_in_place_of_the_librarys(world: World, name: str, method: str) -> None:
    url = reverse(name)
    response = getattr(world.clients["admin"], method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, reverse(SHADOWED[name]))


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_nobody_who_does_not_need_it(world: World, name: str) -> None:
    url = address(name, world.mine)
    for person in world.clients.keys() - ADMITS[PAGES[name]]:
        status = answer(world.clients[person], url)
        assert status == {"signed_out": "sign in", "rival_admin": 404}.get(person, 403), person


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "person"),
    [
        pytest.param(name, person, marks=[] if person == admitted(name) else pytest.mark.thorough)
        for name in PAGES
        for person in sorted(ADMITS[PAGES[name]])
    ],
)
def test_a_page_opens_for_those_who_need_it(world: World, name: str, person: str) -> None:
    assert is_admitted(answer(world.clients[person], address(name, world.mine)))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in PAGES if arguments_of(name)])
def test_an_id_of_the_other_tenant_is_not_found(world: World, name: str) -> None:
    assert answer(world.clients[admitted(name)], address(name, world.rivals)) == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in PAGES if arguments_of(name) & CONFINED])
def test_an_id_of_another_partner_is_not_found(world: World, name: str) -> None:
    url = address(name, world.south)
    for person in ("north_agent", "north_admin"):
        if person in ADMITS[PAGES[name]]:
            assert answer(world.clients[person], url) == 404, person


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in PAGES if arguments_of(name) & {"number", "pseudonym", "item_id"}])
def test_an_id_that_never_was_is_not_found(world: World, name: str) -> None:
    unknown = {**world.mine, "number": 999_999, "pseudonym": "PX-2222-2222", "rule_id": uuid4(), "item_id": uuid4()}
    assert answer(world.clients[admitted(name)], address(name, unknown)) == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", OTHERS)
def test_a_page_outside_organizations(world: World, name: str) -> None:
    unknown = {"token": "x" * 24, "uid": "x", "signed": "x", "name": "x"}
    url = reverse(name, kwargs={argument: unknown[argument] for argument in arguments_of(name)})
    for person, expected in zip(("signed_out", "agent"), OTHERS[name], strict=True):
        allowed = expected if isinstance(expected, set) else {expected}
        assert answer(world.clients[person], url) in allowed, person


@pytest.mark.django_db
def test_the_link_of_a_mail_opens_for_the_members_concerned_only(world: World) -> None:
    url = reverse("desk:go", args=[world.south["token"]])
    assert answer(world.clients["agent"], url) == 302
    for person in ("north_agent", "north_admin", "rival_admin"):
        assert answer(world.clients[person], url) == 404
    assert answer(world.clients["signed_out"], url) == "sign in"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(LIBRARIES)])
def test_library_pages_show_nothing_to_the_signed_out_but_the_way_in(world: World, name: str) -> None:
    values = {"key": "x", "uidb36": "x"}
    pattern = dict(patterns(get_resolver().url_patterns))[name].pattern
    kwargs = {argument: values[argument] for argument in values if f"<{argument}>" in str(pattern)}
    status = answer(world.clients["signed_out"], reverse(name, kwargs=kwargs))
    assert status in ({200, 302, "sign in"} if name in SIGNED_OUT_PAGES else {302, "sign in"}), status


@pytest.mark.django_db
def test_nobody_signs_up_alone(world: World) -> None:
    client = world.clients["signed_out"]
    client.post("/accounts/signup/", {"email": "stranger@example.org", "password1": "correct horse battery"})
    assert not client.session.get("_auth_user_id")


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"is_active": False}, {"user__is_active": False}])
def test_somebody_who_was_deactivated_is_an_outsider_at_once(world: World, change: dict[str, bool]) -> None:
    acme = world.cast.acme
    with transaction.atomic():
        with acme.bound():
            member = acme.members["agent"]
            if "is_active" in change:
                type(member).objects.filter(pk=member.pk).update(is_active=False)
            else:
                type(member.user).objects.filter(pk=member.user_id).update(is_active=False)
        status = answer(world.clients["agent"], reverse("desk:home", args=["acme"]))
        transaction.set_rollback(True)
    assert status == (404 if "is_active" in change else "sign in")


@pytest.mark.django_db
def test_a_patients_link_asks_for_no_sign_in(world: World) -> None:
    token = make_invitation(world.cast.acme, now=T0).token
    assert answer(world.clients["signed_out"], reverse("surveys:answer", args=[token])) == 200


# --- a view that forgot to declare itself ---


def undeclared(request: HttpRequest) -> HttpResponse:
    """Stand for a forgotten decorator."""
    raise AssertionError("must not run")


@declared("public")
def open_to_all(request: HttpRequest) -> HttpResponse:
    """Stand for a public page."""
    return HttpResponse("open")


urlpatterns = [path("undeclared/", undeclared), path("declared/", open_to_all)]


@pytest.mark.urls(__name__)
def test_an_undeclared_view_is_refused(client: Client) -> None:
    with pytest.raises(ImproperlyConfigured, match="undeclared declares no access"):
        client.get("/undeclared/")
    assert client.get("/declared/").content == b"open"
