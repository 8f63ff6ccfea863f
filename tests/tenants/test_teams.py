"""Admins set up teams: hours, holidays, people."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tenants.models import AuditEntry, Member, Team, TeamMember
from tests.conftest import Cast, House, make_team


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def at(name: str, *args, slug: str = "acme") -> str:
    return reverse(f"tenants:{name}", args=[slug, *args])


def night_shift(**over) -> dict[str, Any]:
    hours = {"mon_0_from": "08:30", "mon_0_to": "12:00", "mon_1_from": "13:00", "mon_1_to": "00:00"}
    return {"name": "Night shift", "time_zone": "Europe/Madrid", "languages": ["es"], **hours, **over}


def teams_of(house: House, **filters) -> list[Team]:
    with house.bound():
        return list(Team.objects.filter(**filters))


def test_only_admins_of_the_whole_organization_open_teams(client, cast: Cast):
    client.force_login(cast.acme.members["supervisor"].user)
    assert client.get(at("teams")).status_code == 403
    assert client.post(at("new_team"), night_shift()).status_code == 403
    client.force_login(cast.rival.members["admin"].user)
    assert client.get(at("teams")).status_code == 404


def test_list_and_form_show_own_rows_only(admin, cast: Cast):
    for page in (at("teams"), at("team", cast.acme.team.pk), at("new_team")):
        html = admin.get(page).content.decode()
        assert "rival" not in html
        assert "East Hub" not in html
    assert "2 members" in admin.get(at("teams")).content.decode()


def test_new_team_has_hours_holidays_and_members(admin, cast: Cast):
    agent = cast.acme.members["agent"]
    form = night_shift(holidays="2026-12-25\n\n 2026-01-06 \n2026-12-25", members=[agent.pk])
    assert admin.post(at("new_team"), form).status_code == 303
    (team,) = teams_of(cast.acme, name="Night shift")
    assert team.hours == {"mon": [["08:30", "12:00"], ["13:00", "24:00"]]}
    assert team.holidays == [date(2026, 1, 6), date(2026, 12, 25)]
    assert (team.time_zone, team.languages) == ("Europe/Madrid", ["es"])
    assert team.week.day_length.total_seconds() == 14.5 * 3600
    with cast.acme.bound():
        assert [row.member_id for row in TeamMember.objects.filter(team=team)] == [agent.pk]
        assert AuditEntry.objects.get().changes["members"] == [str(agent.pk)]


def test_saving_what_was_shown_changes_nothing(admin, cast: Cast):
    admin.post(at("new_team"), night_shift(holidays="2026-12-25"))
    (team,) = teams_of(cast.acme, name="Night shift")
    shown = admin.get(at("team", team.pk)).context["form"]
    again = {name: shown[name].value() for name in shown.fields if shown[name].value() is not None}
    assert admin.post(at("team", team.pk), again).status_code == 303
    (after,) = teams_of(cast.acme, pk=team.pk)
    assert (after.hours, after.holidays, after.languages) == (team.hours, team.holidays, team.languages)


def test_members_leave_when_they_are_unticked(admin, cast: Cast):
    supervisor = cast.acme.members["supervisor"]
    form = night_shift(name="acme team", members=[supervisor.pk])
    assert admin.post(at("team", cast.acme.team.pk), form).status_code == 303
    with cast.acme.bound():
        assert [row.member_id for row in cast.acme.team.team_members.all()] == [supervisor.pk]


BAD: list[Any] = [
    ({"time_zone": "Mars/Olympus"}, "not on the list any more"),
    ({"time_zone": "../../etc/passwd"}, "not on the list any more"),
    ({"name": "x" * 81}, "at most 80"),
    ({"name": "nul\x00"}, "Null characters"),
    ({"name": "acme team"}, "Another team is called"),
    ({"languages": []}, "Tick at least one language"),
    ({"mon_0_to": ""}, "Fill in both times"),
    ({"mon_0_from": "", "mon_1_from": ""}, "Fill in both times"),
    ({"mon_0_from": "12:00", "mon_0_to": "08:00"}, "Monday"),
    ({"mon_0_from": "25:00"}, "Monday"),
    ({"mon_1_from": "11:00"}, "Monday"),
    ({"mon_0_from": "08:3\x00"}, "Null characters"),
    ({f"mon_{n}_{edge}": "" for n in (0, 1) for edge in ("from", "to")}, "hours for at least one day"),
    ({"holidays": "Christmas"}, "is not a date"),
    ({"holidays": "2026-02-30"}, "is not a date"),
    ({"holidays": "\n".join(["2026-01-01"] * 201)}, "at most 200 dates"),
    ({"partner": "not-an-id"}, "There is a problem"),
    ({"members": ["not-an-id"]}, "There is a problem"),
]


@pytest.mark.thorough
def test_bad_teams_are_refused_in_words_with_nothing_written(admin, cast: Cast):
    for wrong, words in BAD:
        response = admin.post(at("new_team"), night_shift(**wrong))
        assert response.status_code == 422, wrong
        assert words in response.content.decode().replace("&#x27;", "'"), wrong
    assert [team.name for team in teams_of(cast.acme)] == ["acme team"]
    with cast.acme.bound():
        assert not AuditEntry.objects.exists()


def test_rows_of_the_rival_cannot_be_chosen_or_changed(admin, cast: Cast):
    stranger, east = cast.rival.members["agent"], cast.rival.partners["east"]
    assert admin.post(at("new_team"), night_shift(members=[stranger.pk])).status_code == 422
    assert admin.post(at("new_team"), night_shift(partner=east.pk)).status_code == 422
    for page in ("team", "deactivate_team", "reactivate_team"):
        assert admin.post(at(page, cast.rival.team.pk), night_shift()).status_code == 404
    assert teams_of(cast.acme, name="Night shift") == []
    assert teams_of(cast.rival)[0].name == "rival team"


def test_members_of_one_partner_stay_in_its_teams(admin, cast: Cast):
    confined = cast.acme.members["north_agent"]
    response = admin.post(at("new_team"), night_shift(members=[confined.pk]))
    assert "members of a partner can only be in its teams" in response.content.decode()
    north = cast.acme.partners["north"]
    assert admin.post(at("new_team"), night_shift(partner=north.pk, members=[confined.pk])).status_code == 303
    with cast.acme.bound(north):
        assert Team.objects.get().name == "Night shift"


def test_only_active_team_cannot_be_deactivated(admin, cast: Cast):
    with cast.acme.bound():
        make_team(cast.acme.organization, name="Closed", is_active=False)
    response = admin.post(at("deactivate_team", cast.acme.team.pk), follow=True)
    assert "only active team" in response.content.decode()
    assert teams_of(cast.acme, pk=cast.acme.team.pk)[0].is_active


def test_one_of_two_teams_is_deactivated_and_comes_back(admin, cast: Cast):
    with cast.acme.bound():
        second = make_team(cast.acme.organization, name="Second")
    for _ in range(2):
        assert admin.post(at("deactivate_team", second.pk)).status_code == 303
    assert not teams_of(cast.acme, pk=second.pk)[0].is_active
    admin.post(at("reactivate_team", second.pk))
    assert teams_of(cast.acme, pk=second.pk)[0].is_active
    with cast.acme.bound():
        actions = list(AuditEntry.objects.order_by("at", "pk").values_list("action", flat=True))
    assert actions == ["tenants.team.deactivated", "tenants.team.reactivated"]


def test_deactivated_members_do_not_count(admin, cast: Cast):
    with cast.acme.bound():
        Member.objects.filter(pk=cast.acme.members["agent"].pk).update(is_active=False)
    assert "1 member" in admin.get(at("teams")).content.decode()
