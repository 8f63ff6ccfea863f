"""Which team gets the alerts of a program and partner."""

from itertools import product
from typing import Any

import pytest
from django.urls import reverse

from alerts.models import Route
from alerts.routing import Table
from alerts.services import find_team
from surveys.models import Response
from tenants.models import AuditEntry, Team
from tests.conftest import Cast, House, make_program, make_team
from tests.steps import raise_alerts

PAGE = "/o/acme/settings/routes/"


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def routes_of(house: House) -> set[tuple[Any, ...]]:
    with house.bound():
        return set(Route.objects.values_list("program_id", "partner_id", "team_id"))


def line(program=None, partner=None) -> str:
    return f"{program.pk if program else 'any'}_{partner.pk if partner else 'any'}"


def test_only_admins_open_routes(client, cast: Cast):
    assert reverse("alerts:routes", args=["acme"]) == PAGE
    for role in ("supervisor", "agent", "analyst", "auditor", "safety"):
        client.force_login(cast.acme.members[role].user)
        assert client.get(PAGE).status_code == 403
    client.force_login(cast.rival.members["admin"].user)
    assert client.post(PAGE, {}).status_code == 404


def test_table_says_where_anything_else_goes(admin):
    html = admin.get(PAGE).content.decode()
    assert "Anything else goes to <strong>acme team</strong>" in html
    assert "No team gets these alerts" not in html
    assert "rival" not in html
    assert "East Hub" not in html


def test_chosen_teams_are_stored_and_empty_ones_taken_away(admin, cast: Cast):
    acme, north = cast.acme, cast.acme.partners["north"]
    with acme.bound():
        desk = make_team(acme.organization, name="North desk", partner=north)
    form = {line(): "", line(acme.program, north): desk.pk, line(None, north): acme.team.pk}
    assert admin.post(PAGE, form).status_code == 303
    assert routes_of(acme) == {(acme.program.pk, north.pk, desk.pk), (None, north.pk, acme.team.pk)}
    with acme.bound():
        assert AuditEntry.objects.filter(action="alerts.route.changed").count() == 3


def test_saving_the_same_again_writes_nothing(admin, cast: Cast):
    before = routes_of(cast.acme)
    assert admin.post(PAGE, {line(): cast.acme.team.pk}).status_code == 303
    assert routes_of(cast.acme) == before
    with cast.acme.bound():
        assert not AuditEntry.objects.exists()


def test_teams_of_others_cannot_be_chosen(admin, cast: Cast):
    acme, north, south = cast.acme, cast.acme.partners["north"], cast.acme.partners["south"]
    with acme.bound():
        desk = make_team(acme.organization, name="North desk", partner=north)
        closed = make_team(acme.organization, name="Closed", is_active=False)
    before = routes_of(acme)
    for place, team in product(
        (line(), line(None, south), line(acme.program, south)), (desk.pk, closed.pk, cast.rival.team.pk, "x", "nul\x00")
    ):
        assert admin.post(PAGE, {place: team}).status_code == 422, (place, team)
    assert routes_of(acme) == before


def test_lines_of_the_rival_are_not_read(admin, cast: Cast):
    form = {line(): cast.acme.team.pk, line(cast.rival.program, cast.rival.partners["east"]): cast.acme.team.pk}
    assert admin.post(PAGE, form).status_code == 303
    assert routes_of(cast.acme) == {(None, None, cast.acme.team.pk)}
    assert routes_of(cast.rival) == {(None, None, cast.rival.team.pk)}


def test_missing_team_is_warned_of(admin, cast: Cast):
    with cast.acme.bound():
        Team.objects.update(is_active=False)
    html = admin.get(PAGE).content.decode()
    assert "No team gets these alerts" in html
    assert "acme team (deactivated)" in html


def test_fallback_is_named(admin, cast: Cast):
    with cast.acme.bound():
        Route.objects.all().delete()
    assert "the oldest active team, because no line says otherwise" in admin.get(PAGE).content.decode()


def test_table_decides_as_alerts_are_routed(cast: Cast):
    """Whatever routes and teams there are, the table says the team that `find_team` gives an alert to."""
    acme = cast.acme
    with acme.bound():
        programs = [acme.program, make_program(acme.organization, name="Second")]
        partners = list(acme.partners.values())
        desks = [make_team(acme.organization, name=f"{p.code} desk", partner=p) for p in partners]
        second = make_team(acme.organization, name="Second team")
        places = [(None, None), (programs[0], None), (None, partners[0]), (programs[0], partners[0])]
        for kept in range(2 ** len(places)):
            Route.objects.all().delete()
            for number, (program, partner) in enumerate(places):
                if kept & 2**number:
                    team = desks[0] if partner else second
                    Route.objects.create(organization=acme.organization, program=program, partner=partner, team=team)
            Team.objects.filter(pk=desks[0].pk).update(is_active=bool(kept % 3))
            agrees(programs, [*partners, None])


def agrees(programs, partners) -> None:
    table = Table()
    for program, partner in product(programs, partners):
        response = Response(program=program, partner=partner)
        assert table.team_for(program.pk, response.partner_id)[0] == find_team(response)


# --- a route ends at people who can reach the patient ---


def response_of(house: House, partner) -> Response:
    return Response(program=house.program, partner=partner)


def test_a_wider_line_yields_to_the_partners_own_team(admin, cast: Cast):
    acme, north = cast.acme, cast.acme.partners["north"]
    with acme.bound():
        assert find_team(response_of(acme, north)) == acme.team
        desk = make_team(acme.organization, name="North desk", partner=north)
        assert find_team(response_of(acme, north)) == desk
        assert find_team(response_of(acme, acme.partners["south"])) == acme.team
    assert "the partner's own team, because the team of the wider line cannot reach patients" in page(admin)


def test_a_line_that_names_the_partner_holds(cast: Cast):
    acme, north = cast.acme, cast.acme.partners["north"]
    with acme.bound():
        make_team(acme.organization, name="North desk", partner=north)
        Route.objects.create(organization=acme.organization, partner=north, team=acme.team)
        assert find_team(response_of(acme, north)) == acme.team


def test_where_the_organizations_people_reach_patients_a_wider_line_holds(cast: Cast):
    acme, north = cast.acme, cast.acme.partners["north"]
    acme.program.sponsor_sees_contact = True
    with acme.bound():
        acme.program.save()
        make_team(acme.organization, name="North desk", partner=north)
        assert find_team(response_of(acme, north)) == acme.team


def page(admin) -> str:
    return str(admin.get(PAGE).content.decode())


def test_what_ends_at_oversight_is_warned_of_with_the_way_out(admin, cast: Cast):
    html = page(admin)
    assert "These alerts end at a team that cannot reach the patient:" in html
    assert "acme brand program, North Hub (acme team); acme brand program, South Hub (acme team)" in html
    with cast.acme.bound():
        for partner in cast.acme.partners.values():
            make_team(cast.acme.organization, name=f"{partner.code} desk", partner=partner)
    assert "cannot reach the patient:" not in page(admin)


def test_the_list_of_alerts_labels_oversight(admin, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"})
    assert '<span class="chip chip-info">Oversight</span>' in admin.get("/o/acme/alerts/").content.decode()
    cast.acme.program.sponsor_sees_contact = True
    with cast.acme.bound():
        cast.acme.program.save()
    assert "Oversight" not in admin.get("/o/acme/alerts/").content.decode()
