"""Admins invite, change and deactivate members."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.models import AuditEntry, Member, TeamMember, User
from tests.conftest import Cast, House, join_team, make_member, make_team

OTHERS = ["supervisor", "agent", "safety", "analyst", "auditor"]


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def at(name: str, *args, slug: str = "acme") -> str:
    return reverse(f"tenants:{name}", args=[slug, *args])


def person(**over) -> dict[str, Any]:
    return {"email": "new@acme.example", "name": "New Person", "role": "agent", "languages": ["en"], **over}


def members_of(house: House, **filters) -> list[Member]:
    with house.bound():
        return list(Member.objects.select_related("user").filter(**filters))


def audited(house: House) -> list[str]:
    with house.bound():
        return list(AuditEntry.objects.values_list("action", flat=True))


def test_other_roles_are_refused(client, cast: Cast):
    for role in OTHERS:
        client.force_login(cast.acme.members[role].user)
        assert [client.get(at(page)).status_code for page in ("settings", "members", "invite")] == [403] * 3, role


def test_admin_of_one_partner_is_refused(client, cast: Cast):
    with cast.acme.bound():
        member = make_member(cast.acme.organization, role="admin", partner=cast.acme.partners["north"])
    client.force_login(member.user)
    assert client.get(at("members")).status_code == 403


def test_outsider_finds_nothing(client, cast: Cast):
    client.force_login(cast.rival.members["admin"].user)
    assert client.get(at("members")).status_code == 404
    assert client.post(at("invite"), person()).status_code == 404
    assert not User.objects.filter(email="new@acme.example").exists()


def test_list_shows_own_people_only(admin, cast: Cast):
    html = admin.get(at("members")).content.decode()
    assert "agent@acme.example" in html
    assert "North Hub only" in html
    assert "acme team" in html
    assert "rival" not in html


def test_list_takes_as_many_queries_for_many(admin, cast: Cast):
    admin.get(at("members"))
    with CaptureQueriesContext(connection) as few:
        admin.get(at("members"))
    with cast.acme.bound():
        for number in range(20):
            member = make_member(cast.acme.organization, role="agent", email=f"a{number}@acme.example")
            join_team(cast.acme.team, member)
    with CaptureQueriesContext(connection) as many:
        admin.get(at("members"))
    assert len(many) == len(few)


def test_invited_person_becomes_member_and_is_welcomed(admin, cast: Cast):
    team = cast.acme.team
    response = admin.post(at("invite"), person(email=" New@Acme.example ", teams=[team.pk], languages=["en", "es"]))
    assert (response.status_code, response.url) == (303, at("members"))
    (member,) = members_of(cast.acme, user__email="new@acme.example")
    assert (member.role, member.partner_id, member.languages, member.welcome_pending) == (
        "agent",
        None,
        ["en", "es"],
        True,
    )
    assert not member.user.has_usable_password()
    with cast.acme.bound():
        assert TeamMember.objects.filter(team=team, member=member).exists()
        assert AuditEntry.objects.get(action="tenants.member.invited").target_id == member.pk


def test_welcome_is_nudged_after_the_commit(admin, cast: Cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        admin.post(at("invite"), person())
    assert len(callbacks) == 1


def test_existing_person_keeps_name_and_password(admin, cast: Cast):
    with cast.rival.bound():
        rival = make_member(cast.rival.organization, role="agent", email="both@example.org")
    rival.user.set_password("a long enough secret")
    rival.user.save()
    admin.post(at("invite"), person(email="BOTH@example.org", name="Somebody Else"))
    user = User.objects.get(email="both@example.org")
    assert user.pk == rival.user_id
    assert user.name == "rival agent"
    assert user.check_password("a long enough secret")
    assert len(members_of(cast.acme, user=user)) == 1


def test_member_is_not_invited_twice(admin, cast: Cast):
    before = len(members_of(cast.acme))
    response = admin.post(at("invite"), person(email="agent@acme.example"))
    assert response.status_code == 422
    assert "is a member already" in response.content.decode()
    assert len(members_of(cast.acme)) == before
    assert audited(cast.acme) == []


def test_deactivated_member_is_named_as_such(admin, cast: Cast):
    agent = cast.acme.members["agent"]
    admin.post(at("deactivate_member", agent.pk))
    assert "let them in again" in admin.post(at("invite"), person(email=agent.user.email)).content.decode()


WRONG: list[Any] = [
    {"email": "no address"},
    {"email": "a" * 250 + "@acme.example"},
    {"name": "x" * 121},
    {"name": "nul\x00"},
    {"email": "nul\x00@acme.example"},
    {"name": ""},
    {"role": "root"},
    {"languages": []},
    {"languages": ["xx"]},
    {"partner": "not-an-id"},
    {"teams": ["not-an-id"]},
]


def test_bad_invitation_writes_nothing_and_keeps_what_was_typed(admin, cast: Cast):
    before, users = len(members_of(cast.acme)), User.objects.count()
    for wrong in WRONG:
        response = admin.post(at("invite"), person(**{"name": "Kept Name", **wrong}))
        html = response.content.decode()
        assert response.status_code == 422, wrong
        assert "There is a problem" in html
        assert "name" in wrong or "Kept Name" in html
    assert (len(members_of(cast.acme)), User.objects.count()) == (before, users)
    assert audited(cast.acme) == []


def test_rows_of_the_rival_cannot_be_chosen(admin, cast: Cast):
    for guessed in ({"partner": cast.rival.partners["east"].pk}, {"teams": [cast.rival.team.pk]}):
        assert admin.post(at("invite"), person(**guessed)).status_code == 422
    assert not User.objects.filter(email="new@acme.example").exists()


def test_confined_member_cannot_be_in_a_team_of_others(admin, cast: Cast):
    north = cast.acme.partners["north"]
    response = admin.post(at("invite"), person(partner=north.pk, teams=[cast.acme.team.pk]))
    assert response.status_code == 422
    assert "can only be in teams of North Hub" in response.content.decode()
    with cast.acme.bound():
        own = make_team(cast.acme.organization, name="North desk", partner=north)
    assert admin.post(at("invite"), person(partner=north.pk, teams=[own.pk])).status_code == 303


def test_role_partner_and_teams_change(admin, cast: Cast):
    agent, north = cast.acme.members["agent"], cast.acme.partners["north"]
    form = {"role": "supervisor", "partner": north.pk, "languages": ["es"], "teams": []}
    assert admin.post(at("member", agent.pk), form).status_code == 303
    (changed,) = members_of(cast.acme, pk=agent.pk)
    assert (changed.role, changed.partner_id, changed.languages) == ("supervisor", north.pk, ["es"])
    with cast.acme.bound():
        assert not TeamMember.objects.filter(member=agent).exists()
        changes = AuditEntry.objects.get(action="tenants.member.changed").changes
    assert (changes["before"]["role"], changes["after"]["role"]) == ("agent", "supervisor")


def test_member_of_the_rival_is_not_found(admin, cast: Cast):
    stranger = cast.rival.members["agent"]
    for page in ("member", "deactivate_member", "reactivate_member", "resend_welcome"):
        response = admin.post(at(page, stranger.pk), {"role": "admin", "languages": ["en"]})
        assert response.status_code == 404
    (unchanged,) = members_of(cast.rival, pk=stranger.pk)
    assert (unchanged.role, unchanged.is_active, unchanged.welcome_pending) == ("agent", True, False)


def test_deactivated_member_is_shut_out_at_once(admin, cast: Cast, client):
    agent = cast.acme.members["agent"]
    assert admin.post(at("deactivate_member", agent.pk)).status_code == 303
    assert "Open cases stay assigned" in admin.get(at("members")).content.decode()
    client.force_login(agent.user)
    assert client.get(reverse("surveys:index", args=["acme"])).status_code == 404
    assert audited(cast.acme) == ["tenants.member.deactivated"]


def test_deactivating_twice_is_once(admin, cast: Cast):
    agent = cast.acme.members["agent"]
    for _ in range(2):
        admin.post(at("deactivate_member", agent.pk))
    assert audited(cast.acme) == ["tenants.member.deactivated"]
    for _ in range(2):
        admin.post(at("reactivate_member", agent.pk))
    assert members_of(cast.acme, pk=agent.pk)[0].is_active
    assert len(audited(cast.acme)) == 2


def test_last_admin_cannot_be_deactivated(admin, cast: Cast):
    me = cast.acme.members["admin"]
    response = admin.post(at("deactivate_member", me.pk), follow=True)
    assert "last active admin" in response.content.decode()
    assert members_of(cast.acme, pk=me.pk)[0].is_active


def test_last_admin_cannot_be_demoted_or_confined(admin, cast: Cast):
    me = cast.acme.members["admin"]
    for change in ({"role": "agent"}, {"role": "admin", "partner": cast.acme.partners["north"].pk}):
        response = admin.post(at("member", me.pk), {"languages": ["en"], **change})
        assert response.status_code == 422
        assert "last active admin" in response.content.decode()
    (unchanged,) = members_of(cast.acme, pk=me.pk)
    assert (unchanged.role, unchanged.partner_id) == ("admin", None)


def test_admin_of_one_partner_does_not_count_as_the_other_admin(admin, cast: Cast):
    with cast.acme.bound():
        make_member(cast.acme.organization, role="admin", partner=cast.acme.partners["north"])
    admin.post(at("deactivate_member", cast.acme.members["admin"].pk))
    assert members_of(cast.acme, pk=cast.acme.members["admin"].pk)[0].is_active


def test_one_of_two_admins_may_go(admin, cast: Cast):
    with cast.acme.bound():
        second = make_member(cast.acme.organization, role="admin", email="second@acme.example")
    admin.post(at("deactivate_member", second.pk))
    assert not members_of(cast.acme, pk=second.pk)[0].is_active


def test_welcome_goes_out_again(admin, cast: Cast):
    agent = cast.acme.members["agent"]
    assert admin.post(at("resend_welcome", agent.pk)).status_code == 303
    assert members_of(cast.acme, pk=agent.pk)[0].welcome_pending


def test_actions_need_a_post(admin, cast: Cast):
    for page in ("deactivate_member", "reactivate_member", "resend_welcome"):
        assert admin.get(at(page, cast.acme.members["agent"].pk)).status_code == 405


ASKED = {"survey_gap_days": "14", "surveys_a_year": "4"}


def test_organization_is_renamed_and_its_mail_previewed(admin, cast: Cast):
    html = admin.get(at("settings")).content.decode()
    assert "Follow-up needed: PX-7K3M-29QD" in html
    assert "First attempt due: Monday 2 March" in html
    response = admin.post(at("settings"), {"name": "Acme Support", "mail_shows_due_time": "on", **ASKED})
    assert response.status_code == 303
    with cast.acme.bound():
        cast.acme.organization.refresh_from_db()
    organization = cast.acme.organization
    assert (organization.name, organization.mail_shows_due_time) == ("Acme Support", True)
    assert (organization.survey_gap_days, organization.surveys_a_year) == (14, 4)
    assert audited(cast.acme) == ["tenants.organization.changed"]


def test_bad_organization_name_is_refused(admin, cast: Cast):
    for name in ("", "x" * 121, "nul\x00"):
        assert admin.post(at("settings"), {"name": name, **ASKED}).status_code == 422
    assert audited(cast.acme) == []
