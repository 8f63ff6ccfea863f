"""Errors of settings and rule forms say what to do, and pages name languages."""

import pytest
from django.urls import reverse
from django.utils import translation

from cxplatform.lib.languages import language_name
from tests.conftest import Cast


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


@pytest.mark.parametrize(
    ("page", "typed", "words"),
    [
        ("tenants:new_program", {}, ["Enter the name for staff.", "Enter the telephone number.", "Tick at least one"]),
        ("tenants:new_partner", {"name": "x" * 121}, ["Use at most 120 characters; these are 121.", "Enter the code."]),
        ("tenants:new_team", {}, ["Enter the name.", "Choose the time zone."]),
        ("tenants:invite", {"email": "nobody"}, ["Enter an e-mail address, such as", "Choose the role."]),
        ("tenants:settings", {}, ["Enter the organization name."]),
        ("caseloop:clocks", {"p1-first": "0", "p1-resolve": "x"}, ["Enter 0.1 or more.", "Enter a number, such"]),
        ("alerts:new_rule", {"severity": "p9"}, ["Enter the name.", "This is not on the list any more."]),
    ],
)  # fmt: skip
def test_an_error_says_what_to_do(admin, page, typed, words):
    args = ["acme", "pulse_5"] if page == "alerts:new_rule" else ["acme"]
    response = admin.post(reverse(page, args=args), {"any": "thing", **typed})
    html = response.content.decode()
    assert response.status_code == 422
    for each in words:
        assert each in html
    for default in ("This field is required", "Ensure this value", "Select a valid choice"):
        assert default not in html


def test_the_words_are_there_in_spanish(admin):
    with translation.override("es"):
        assert translation.gettext("Enter the %(thing)s.") % {"thing": "x"} == "Escriba este dato: x."


def test_pages_name_languages_in_full(admin, cast: Cast):
    for page in ("tenants:programs", "tenants:teams"):
        assert "English" in admin.get(reverse(page, args=["acme"])).content.decode()
    for page in (
        reverse("desk:patients", args=["acme"]),
        reverse("desk:patient", args=["acme", cast.acme.patients[0].pseudonym]),
    ):
        html = admin.get(page).content.decode()
        assert "English" in html
        assert ">EN<" not in html
    assert (language_name("es"), language_name("tlh")) == ("Spanish", "tlh")
