"""Admins set up programs, with a public name that gives nothing away."""

from typing import Any

import pytest
from django.urls import reverse

from tenants.models import AuditEntry, Engagement, Program
from tests.conftest import Cast, House


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def at(name: str, *args, slug: str = "acme") -> str:
    return reverse(f"tenants:{name}", args=[slug, *args])


def program(**over) -> dict[str, Any]:
    form = {"name": "Brandex RA", "public_name": "Kind Start", "country": "us", "languages": ["en", "es"]}
    told = {
        "phone": "+1 555 0199",
        "phone_hours": "8 to 20",
        "emergency": "911",
        "postal_address": "PO Box 2, Springfield",
    }
    reached = {"links_sent_by": "us", "follow_up_days": "3", "contact_held_by": "partner"}
    return {**form, **told, **reached, **over}


def programs_of(house: House, **filters) -> list[Program]:
    with house.bound():
        return list(Program.objects.filter(**filters))


def test_only_admins_open_programs(client, cast: Cast):
    client.force_login(cast.acme.members["auditor"].user)
    assert client.get(at("programs")).status_code == 403
    client.force_login(cast.rival.members["admin"].user)
    assert client.post(at("new_program"), program()).status_code == 404


def test_list_shows_both_names_and_the_partners(admin):
    html = admin.get(at("programs")).content.decode()
    assert "acme brand program" in html
    assert "Care Support" in html
    assert "North Hub, South Hub" in html
    assert "rival" not in html


def test_new_program_is_served_by_the_ticked_partners(admin, cast: Cast):
    north = cast.acme.partners["north"]
    assert admin.post(at("new_program"), program(partners=[north.pk])).status_code == 303
    (made,) = programs_of(cast.acme, name="Brandex RA")
    assert (made.public_name, made.country, made.languages) == ("Kind Start", "US", ["en", "es"])
    assert made.maker_sees_names is False
    with cast.acme.bound():
        assert [row.partner_id for row in made.engagements.all()] == [north.pk]
        assert AuditEntry.objects.get().changes["partners"] == ["north"]


def test_changed_program_loses_unticked_partners(admin, cast: Cast):
    south = cast.acme.partners["south"]
    form = program(name="Renamed", partners=[south.pk], maker_sees_names="on")
    assert admin.post(at("program", cast.acme.program.pk), form).status_code == 303
    with cast.acme.bound():
        assert [row.partner_id for row in Engagement.objects.all()] == [south.pk]
        assert Program.objects.get().maker_sees_names


@pytest.mark.parametrize("public", ["Brandex RA", "brandex-ra", "The BRANDEX  RA line", "Brandex RA."])
def test_public_name_that_says_the_staff_name_is_refused(admin, cast: Cast, public: str):
    response = admin.post(at("new_program"), program(public_name=public))
    assert response.status_code == 422
    assert "Choose a neutral one" in response.content.decode()
    assert programs_of(cast.acme, name="Brandex RA") == []


BAD: list[Any] = [
    {"name": ""},
    {"name": "x" * 121},
    {"name": "acme brand program"},
    {"public_name": "x" * 81},
    {"public_name": "Diabetes Support"},
    {"public_name": "nul\x00"},
    {"country": "USA"},
    {"country": "1!"},
    {"languages": ["xx"]},
    {"phone": ""},
    {"phone": "5" * 41},
    {"emergency": "9" * 21},
    {"postal_address": "x" * 201},
    {"links_sent_by": "pigeon"},
    {"follow_up_days": "0"},
    {"follow_up_days": "31"},
    {"contact_held_by": ""},
    {"partners": ["not-an-id"]},
]


def test_bad_programs_are_refused_with_nothing_written(admin, cast: Cast):
    for wrong in BAD:
        response = admin.post(at("new_program"), program(**wrong))
        assert response.status_code == 422, wrong
        assert "There is a problem" in response.content.decode()
    assert len(programs_of(cast.acme)) == 1
    with cast.acme.bound():
        assert not AuditEntry.objects.exists()


def test_rows_of_the_rival_cannot_be_chosen_or_changed(admin, cast: Cast):
    assert admin.post(at("new_program"), program(partners=[cast.rival.partners["east"].pk])).status_code == 422
    assert admin.post(at("program", cast.rival.program.pk), program()).status_code == 404
    assert [each.name for each in programs_of(cast.acme)] == ["acme brand program"]
    assert [each.name for each in programs_of(cast.rival)] == ["rival brand program"]
