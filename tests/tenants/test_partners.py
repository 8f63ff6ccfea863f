"""Admins set up partners and what they serve."""

from typing import Any

import pytest
from django.urls import reverse

from tenants.models import AuditEntry, Partner
from tests.conftest import Cast, House


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def at(name: str, *args, slug: str = "acme") -> str:
    return reverse(f"tenants:{name}", args=[slug, *args])


def west(**over) -> dict[str, Any]:
    return {"name": "West Hub", "code": "west", "is_active": "on", **over}


def partners_of(house: House, **filters) -> list[Partner]:
    with house.bound():
        return list(Partner.objects.filter(**filters))


def test_only_admins_open_partners(client, cast: Cast):
    client.force_login(cast.acme.members["analyst"].user)
    assert client.get(at("partners")).status_code == 403
    client.force_login(cast.rival.members["admin"].user)
    assert client.post(at("new_partner"), west()).status_code == 404


def test_list_shows_own_partners_only(admin):
    html = admin.get(at("partners")).content.decode()
    assert "North Hub" in html
    assert "East Hub" not in html


def test_new_partner_serves_the_ticked_programs(admin, cast: Cast):
    assert admin.post(at("new_partner"), west(programs=[cast.acme.program.pk])).status_code == 303
    (made,) = partners_of(cast.acme, code="west")
    with cast.acme.bound():
        assert [row.program_id for row in made.engagements.all()] == [cast.acme.program.pk]
        assert AuditEntry.objects.get().action == "tenants.partner.created"


def test_code_stays_when_the_rest_changes(admin, cast: Cast):
    north = cast.acme.partners["north"]
    assert admin.post(at("partner", north.pk), {"name": "Northern Hub", "code": "renamed"}).status_code == 303
    (after,) = partners_of(cast.acme, pk=north.pk)
    assert (after.name, after.code, after.is_active) == ("Northern Hub", "north", False)
    with cast.acme.bound():
        assert not after.engagements.exists()


def test_inactive_partner_is_no_longer_offered(admin, cast: Cast):
    north = cast.acme.partners["north"]
    page = admin.get(at("invite"))
    with cast.acme.bound():
        assert north in page.context["form"].fields["partner"].queryset
    admin.post(at("partner", north.pk), {"name": "North Hub"})
    page = admin.get(at("invite"))
    with cast.acme.bound():
        assert north not in page.context["form"].fields["partner"].queryset


BAD: list[Any] = [
    {"name": ""},
    {"name": "x" * 121},
    {"name": "nul\x00"},
    {"code": "north"},
    {"code": "Not A Code"},
    {"code": "x" * 41},
    {"code": ""},
    {"programs": ["not-an-id"]},
]


def test_bad_partners_are_refused_with_nothing_written(admin, cast: Cast):
    for wrong in BAD:
        assert admin.post(at("new_partner"), west(**wrong)).status_code == 422, wrong
    assert sorted(each.code for each in partners_of(cast.acme)) == ["north", "south"]
    with cast.acme.bound():
        assert not AuditEntry.objects.exists()


def test_rows_of_the_rival_cannot_be_chosen_or_changed(admin, cast: Cast):
    assert admin.post(at("new_partner"), west(programs=[cast.rival.program.pk])).status_code == 422
    assert admin.post(at("partner", cast.rival.partners["east"].pk), west()).status_code == 404
    assert [each.name for each in partners_of(cast.rival)] == ["East Hub"]


def test_both_organizations_may_use_the_same_code(client, cast: Cast):
    client.force_login(cast.rival.members["admin"].user)
    assert client.post(at("new_partner", slug="rival"), west(code="north")).status_code == 303
