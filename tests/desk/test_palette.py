"""Search and jump."""

from django.urls import reverse

from tests.conftest import Cast
from tests.steps import raise_alerts

PALETTE = "/o/acme/palette/"


def ask(client, cast: Cast, q: str, who: str = "agent", *, script: bool = True) -> str:
    client.force_login(cast.acme.members[who].user)
    page = client.get(PALETTE, {"q": q}, headers={"HX-Request": "true"} if script else {})
    return str(page.content.decode())


def test_a_case_is_found_by_its_number(client, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"})
    for typed in ("1", "#1"):
        assert 'href="/o/acme/cases/1/"' in ask(client, cast, typed)


def test_a_patient_is_found_by_the_beginning_of_the_pseudonym(client, cast: Cast):
    pseudonym = cast.acme.patients[0].pseudonym
    html = ask(client, cast, pseudonym[:7].lower())
    assert reverse("desk:patient", args=["acme", pseudonym]) in html


def test_other_partners_are_not_found(client, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"})
    html = ask(client, cast, "1", "south_agent") + ask(client, cast, cast.acme.patients[0].pseudonym, "south_agent")
    assert "/cases/1/" not in html
    assert "/patients/PX" not in html


def test_an_analyst_finds_pages_only(client, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"})
    assert "/cases/1/" not in ask(client, cast, "1", "analyst")
    assert "/patients/PX" not in ask(client, cast, cast.acme.patients[0].pseudonym, "analyst")
    assert "Home" in ask(client, cast, "ho", "analyst")


def test_an_admin_finds_settings_and_an_agent_does_not(client, cast: Cast):
    assert reverse("tenants:members", args=["acme"]) in ask(client, cast, "memb", "admin")
    assert reverse("tenants:members", args=["acme"]) not in ask(client, cast, "memb")


def test_nothing_found_says_what_can_be_typed(client, cast: Cast):
    assert "Nothing found for “zebra &lt;b&gt;”" in ask(client, cast, "zebra <b>")


def test_without_script_it_is_a_page_with_a_form(client, cast: Cast):
    html = ask(client, cast, "1", script=False)
    assert "<html" in html
    assert 'value="1"' in html
    assert "<html" not in ask(client, cast, "1")
