"""Patients by pseudonym, and the whole journey of one."""

from datetime import timedelta

import pytest

from caseloop.models import Case
from desk.answers import in_words
from patients.models import Touchpoint
from patients.services import change_status, enrol, merge, note_touchpoint
from surveys.models import Response
from tenants.models.audit import AuditEntry
from tests.conftest import T0, Cast, House, make_invitation, make_member, make_partner, make_program
from tests.steps import Answers, raise_alerts, respond

LIST = "/o/acme/patients/"


def sign_in(client, house: House, who: str = "agent") -> None:
    client.force_login(house.members[who].user)


def shown(response) -> list[str]:
    return [patient.pseudonym for patient, _ in response.context["rows"]]


def more_patients(house: House, count: int) -> None:
    with house.bound():
        for _ in range(count):
            enrol(program=house.program, partner=house.partners["north"], now=T0)


def test_the_newest_come_first_and_pages_follow_without_gap_or_repeat(client, cast: Cast):
    more_patients(cast.acme, 53)
    sign_in(client, cast.acme)
    first = client.get(LIST)
    second = client.get(LIST + first.context["page"].next)
    seen = shown(first) + shown(second)
    with cast.acme.bound():
        everybody = list(cast.acme.patients[0].__class__.objects.order_by("-id").values_list("pseudonym", flat=True))
    assert seen == everybody
    assert len(shown(first)) == 50
    assert not second.context["page"].next
    assert shown(client.get(LIST + second.context["page"].previous)) == shown(first)
    assert not first.context["page"].previous


@pytest.mark.parametrize("typed", [lambda p: p, str.lower, lambda p: p[3:7], lambda p: p.replace("-", " ")])
def test_search_finds_by_beginning_however_it_is_typed(client, cast: Cast, typed):
    pseudonym = cast.acme.patients[0].pseudonym
    sign_in(client, cast.acme)
    assert pseudonym in shown(client.get(LIST, {"q": typed(pseudonym)}))


def test_search_without_a_hit_says_what_to_do(client, cast: Cast):
    sign_in(client, cast.acme)
    html = client.get(LIST, {"q": "O0O0"}).content.decode()
    assert "No patient found" in html
    assert "never 0, 1" in html
    assert "Clear the search" in html


def test_the_first_use_offers_two_ways_in(client, cast: Cast):
    with cast.rival.bound():
        new_hub = make_partner(cast.rival.organization, cast.rival.program, code="west")
        cast.rival.members["west_agent"] = make_member(cast.rival.organization, role="supervisor", partner=new_hub)
    sign_in(client, cast.rival, "west_agent")
    html = client.get("/o/rival/patients/").content.decode()
    assert "No patients yet" in html
    assert "/o/rival/patients/new/" in html
    assert "/o/rival/patients/import/" in html


FILTERS = {
    "program": lambda house: str(house.program.pk),
    "partner": lambda house: str(house.partners["south"].pk),
    "stage": lambda _: "training",
    "status": lambda _: "paused",
    "language": lambda _: "es",
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_keeps_those_that_fit(client, cast: Cast, name: str):
    house = cast.acme
    with house.bound():
        other = make_program(house.organization, name="Other")
        enrol(program=other, partner=None, now=T0)
        fits = enrol(program=house.program, partner=house.partners["south"], now=T0, language="es")
        note_touchpoint(patient=fits, kind="trained", occurred_at=T0, now=T0)
        change_status(patient=fits, status="paused", by=None, now=T0, source="form")
    sign_in(client, house)
    response = client.get(LIST, {name: FILTERS[name](house)})
    found = shown(response)
    assert fits.pseudonym in found
    assert len(found) < len(shown(client.get(LIST)))
    assert client.get(LIST + response.context["clear"]).status_code == 200
    assert "No patient found" in client.get(LIST, {"stage": "discontinued"}).content.decode()


@pytest.mark.parametrize("query", ["program=x", "after=x", "before=%00", "partner='", "status=nope", "q=%00"])
def test_an_address_that_makes_no_sense_breaks_nothing(client, cast: Cast, query: str):
    sign_in(client, cast.acme)
    assert client.get(f"{LIST}?{query}").status_code == 200


def find(client, number: str):
    return client.post(f"{LIST}find/", {"external_id": number})


def numbered(house: House, partner: str, number: str):
    with house.bound():
        return enrol(program=house.program, partner=house.partners[partner], now=T0, external_id=number)


def test_a_partners_agent_finds_by_the_exact_number_and_it_is_audited(client, cast: Cast):
    patient = numbered(cast.acme, "north", "H-4711")
    numbered(cast.acme, "south", "H-4712")
    sign_in(client, cast.acme, "north_agent")
    assert find(client, " H-4711 ")["Location"] == f"{LIST}{patient.pseudonym}/"
    for other in ("H-471", "H-4712", "", "h-4711%"):
        assert find(client, other)["Location"] == LIST
    with cast.acme.bound():
        entries = AuditEntry.objects.filter(action="patients.external_id.searched").order_by("at", "pk")
        assert (entries[0].target_id, entries[0].changes) == (patient.pk, {"found": True})
        assert "4711" not in str([entry.changes for entry in entries])


def test_the_sponsors_people_find_by_number_only_where_the_program_lets_them(client, cast: Cast):
    patient = numbered(cast.acme, "north", "H-4711")
    sign_in(client, cast.acme)
    assert "By number" not in client.get(LIST).content.decode()
    assert find(client, "H-4711")["Location"] == LIST
    with cast.acme.bound():
        cast.acme.program.sponsor_sees_contact = True
        cast.acme.program.save()
    assert "By number" in client.get(LIST).content.decode()
    assert find(client, "H-4711")["Location"] == f"{LIST}{patient.pseudonym}/"
    assert client.get(f"{LIST}find/").status_code == 405


def test_a_merged_pseudonym_leads_to_the_survivor_and_search_finds_it(client, cast: Cast):
    house = cast.acme
    with house.bound():
        gone, stays = (enrol(program=house.program, partner=house.partners["north"], now=T0) for _ in "ab")
        merge(duplicate=gone, into=stays, by=None, now=T0)
    sign_in(client, house)
    response = client.get(f"{LIST}{gone.pseudonym}/")
    assert (response.status_code, response["Location"]) == (301, f"{LIST}{stays.pseudonym}/")
    found = client.get(LIST, {"q": gone.pseudonym})
    assert shown(found) == [gone.pseudonym]
    assert f"now {stays.pseudonym}" in found.content.decode()
    assert gone.pseudonym not in shown(client.get(LIST))


def test_a_confined_agent_sees_the_own_partners_patients_only(client, cast: Cast):
    north, south = cast.acme.patients
    sign_in(client, cast.acme, "north_agent")
    assert shown(client.get(LIST)) == [north.pseudonym]
    assert client.get(f"{LIST}{south.pseudonym}/").status_code == 404
    assert client.get(f"{LIST}{north.pseudonym}/").status_code == 200


def test_strangers_and_invented_pseudonyms_are_not_found(client, cast: Cast):
    sign_in(client, cast.acme)
    assert client.get(f"{LIST}{cast.rival.patients[0].pseudonym}/").status_code == 404
    assert client.get(f"{LIST}somebody/").status_code == 404


def test_a_pseudonym_may_be_typed_in_any_form(client, cast: Cast):
    sign_in(client, cast.acme)
    pseudonym = cast.acme.patients[0].pseudonym
    assert client.get(f"{LIST}{pseudonym.lower().replace('-', '')}/").status_code == 200


def test_the_list_shows_the_open_case_with_the_same_number_of_queries(client, cast: Cast, django_assert_num_queries):
    sign_in(client, cast.acme)
    raise_alerts(cast.acme, {"prepared": "no"})
    client.get(LIST)  # statements that only the first request of a session needs
    with django_assert_num_queries(15) as few:
        html = client.get(LIST).content.decode()
    assert "Urgent" in html
    more_patients(cast.acme, 20)
    with django_assert_num_queries(len(few)):
        client.get(LIST)


def test_the_journey_is_in_one_timeline_newest_first(client, cast: Cast):
    house, patient = cast.acme, cast.acme.patients[0]
    with house.bound():
        note_touchpoint(patient=patient, kind=Touchpoint.Kind.ONBOARDING_COMPLETED, occurred_at=T0, now=T0)
    words: Answers = {"prepared": "no", "missing": ["costs"], "words": "Nobody called me back"}
    raise_alerts(house, words, survey="support_experience", now=T0 + timedelta(days=1))
    with house.bound():
        case = Case.objects.get()
        case.end_without_action(reason="handled_before", text="", by=house.members["agent"], now=T0 + timedelta(days=2))
    sign_in(client, house)
    response = client.get(f"{LIST}{patient.pseudonym}/")
    entries = response.context["journey"].entries
    titles = [entry.title for entry in entries]
    assert titles[0] == "Case 1: no action, handled before the alert"
    assert "Case 1: opened" in titles
    assert "Answered “Patient support experience”" in titles
    assert "Onboarding completed" in titles
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    html = response.content.decode()
    assert "Right now, do you feel prepared to start your treatment?" in html
    assert "Nobody called me back" in html
    assert "Not prepared" in html or "Urgent" in html


def test_a_journey_costs_the_same_number_of_queries_however_long(client, cast: Cast, django_assert_num_queries):
    house, patient = cast.acme, cast.acme.patients[0]
    respond(house, {"prepared": "yes"})
    sign_in(client, house)
    client.get(f"{LIST}{patient.pseudonym}/")
    with django_assert_num_queries(30) as few:
        client.get(f"{LIST}{patient.pseudonym}/")
    for _ in range(5):
        respond(house, {"prepared": "yes"})
        make_invitation(house)
    with django_assert_num_queries(len(few)):
        client.get(f"{LIST}{patient.pseudonym}/")


def test_answers_are_told_in_words_never_in_codes(cast: Cast):
    respond(cast.acme, {"prepared": "no", "suggest": "4", "words": "A text"}, survey="support_experience")
    with cast.acme.bound():
        responses = list(Response.objects.select_related("program"))
        said = in_words(responses)[responses[0].pk]
    answers = {each.question: (each.answer, each.words) for each in said}
    assert answers["Right now, do you feel prepared to start your treatment?"] == ("No", "")
    assert ("4 out of 10", "") in answers.values()
    assert ("", "A text") in answers.values()


@pytest.mark.parametrize("who", ["analyst", "auditor", "safety"])
def test_who_works_no_cases_sees_no_patients(client, cast: Cast, who: str):
    sign_in(client, cast.acme, who)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{cast.acme.patients[0].pseudonym}/").status_code == 403
