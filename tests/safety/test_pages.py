"""The list, an item's page, the verdicts by HTTP, reports, and the monthly reconciliation."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safety import services
from safety.lists import PAGE
from safety.models import Item, Report
from safety.reconciling import Month, plain_cell, sheet, statement
from safety.services import Forwarding
from safety.words import mark_terms, said_in
from tenants.models import TenantRow
from tests.conftest import T0, Cast, House, make_member
from tests.safety.things import (
    CRISIS,
    DIZZY,
    make_case,
    make_death,
    make_inbound,
    make_item,
    make_note,
    train,
)
from tests.steps import respond


@pytest.fixture
def acme(cast: Cast, client: Client) -> House:
    train(cast.acme, cast.acme.members["safety"], until=timezone.localdate() + timedelta(days=9))
    client.force_login(cast.acme.members["safety"].user)
    return cast.acme


def url(name: str, *args: object, **query: str) -> str:
    return reverse(f"safety:{name}", args=["acme", *args], query=query or None)


def stored(house: House, item: Item) -> Item:
    with house.bound():
        return Item.objects.get(pk=item.pk)


def test_the_list_shows_crisis_first_then_by_rank(acme: House, client: Client):
    texts = ["All fine", DIZZY, CRISIS]
    items = [make_item(acme, text) for text in texts]
    html = client.get(url("index")).content.decode()
    places = [html.index(item.reference) for item in items]
    assert places == sorted(places, reverse=True)


def test_the_list_costs_the_same_for_one_and_for_many(acme: House, client: Client):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("index")).status_code == 200
        return len(queries)

    first = make_item(acme)
    one = cost()
    copies(acme, first, 20)
    assert cost() == one


def copies(house: House, item: Item, number: int, **over) -> None:
    """Insert further items by hand; nothing reads their sources."""
    with house.bound():
        fields = {f.attname: getattr(item, f.attname) for f in Item._meta.concrete_fields if f.attname != "id"}
        for n in range(number):
            due = item.due_at + timedelta(minutes=n)
            words = type(item)._meta.pk.get_default()
            Item.objects.create(**{**fields, "source_id": words, "due_at": due, **over})


def test_the_pages_of_the_list_hold_every_item_once(acme: House, client: Client):
    first = make_item(acme)
    copies(acme, first, PAGE)
    copies(acme, first, 5, rank=200, is_crisis=True)
    copies(acme, first, 5, rank=1)
    seen: list[str] = []
    at = url("index")
    for _ in range(3):
        page = client.get(at).context
        seen += [row.item.pk for row in page["page"].rows]
        at = page["next"]
        if not at:
            break
    assert len(seen) == len(set(seen)) == PAGE + 11


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"view": "overdue"}, 1),
        ({"view": "done"}, 0),
        ({"view": "check"}, 0),
        ({"source": "answer"}, 1),
        ({"source": "note"}, 0),
        ({"state": "pending"}, 1),
        ({"state": "nonsense"}, 1),
        ({"program": "nonsense"}, 1),
        ({"after": "nonsense"}, 1),
    ],
)
def test_filters_and_views(acme: House, client: Client, query: dict[str, str], found: int):
    make_item(acme)  # received in March 2026: overdue by now
    assert len(client.get(url("index", **query)).context["page"].rows) == found


def test_words_are_shown_escaped_with_what_was_found_marked():
    html = mark_terms("<script>alert(1)</script> rash & no fever")
    assert "<script>" not in html
    assert '<mark title="Symptom">rash</mark> &amp; no <mark title="Symptom (denied)">fever</mark>' in html


def test_an_item_says_where_the_words_come_from(acme: House, client: Client):
    answers = {
        "prepared": "no",
        "missing": "other",
        "missing__other": "a helper",
        "words": DIZZY,
        "maker_contact": "yes",
    }
    response = respond(acme, answers)
    with acme.bound():
        for words in response.verbatims.all():
            services.take_verbatim(verbatim_id=words.pk, now=T0)
        item = Item.objects.order_by("-rank")[0]
        said = said_in(item)
    assert said.text == DIZZY
    assert said.language == "English"
    assert [text for _, text in said.others] == ["a helper"]
    assert said.others[0][0].endswith("(something else)")
    assert said.may_contact.startswith("Yes")
    html = client.get(url("item", item.pk)).content.decode()
    for shown in (said.where, "a helper", acme.patients[0].pseudonym, item.reference):
        assert shown in html


def test_every_source_has_its_page(acme: House, client: Client):
    rows: dict[str, tuple[TenantRow, Callable[..., Item | None], str]] = {
        "note": (make_note(acme), services.take_case_text, "text_id"),
        "message": (make_inbound(acme), services.take_inbound, "inbound_id"),
        "status": (make_death(acme), services.take_patient_event, "event_id"),
    }
    for row, take, name in rows.values():
        with acme.bound():
            item = take(**{name: row.pk}, now=T0)
        assert item is not None
        assert client.get(url("item", item.pk)).status_code == 200


def verdict(**over: str | list[str]) -> dict[str, str | list[str]]:
    return {"seen": "1", "verdict": "not_event", "reason": "service", **over}


def test_after_a_verdict_comes_the_next_item(acme: House, client: Client):
    first, second = make_item(acme, DIZZY), make_item(acme, "All fine")
    response = client.post(url("judge", first.pk), verdict())
    assert (response.status_code, response["Location"]) == (303, url("item", second.pk))
    assert stored(acme, first).state == Item.State.NOT_EVENT
    response = client.post(url("judge", second.pk), verdict())
    assert response["Location"] == url("index")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verdict": ""}, "Choose the verdict"),
        ({"reason": ""}, "Choose why"),
        ({"verdict": "reported"}, "Enter the number"),
        ({"verdict": "possible", "way": "email"}, "Enter when"),
        ({"verdict": "possible", "at": "2026-03-02T11:00"}, "Choose how"),
    ],
)
def test_a_verdict_that_lacks_something_is_shown_again(acme: House, client: Client, form: dict[str, str], words: str):
    item = make_item(acme)
    response = client.post(url("judge", item.pk), verdict(**form))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert stored(acme, item).state == Item.State.PENDING


def test_a_possible_event_is_forwarded_and_numbered_on_its_page(acme: House, client: Client):
    item = make_item(acme)
    form = verdict(verdict="possible", special=["overdose", "error"], elements=["patient", "product"])
    assert client.post(url("judge", item.pk), form).status_code == 303
    html = client.get(url("item", item.pk)).content.decode()
    assert "Overdose" in html
    assert "Not known yet" in html  # a missing element is named and blocks nothing
    sent = {"seen": "2", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "way": "portal"}
    assert client.post(url("forward", item.pk), sent).status_code == 303
    assert client.post(url("number", item.pk), {"number": "AE-1"}).status_code == 303
    judged = stored(acme, item)
    assert (judged.state, judged.sponsor_number, judged.forwarded_by_way) == ("forwarded", "AE-1", "portal")
    report = client.get(url("record", item.pk)).content.decode()
    assert DIZZY in report
    assert acme.patients[0].pseudonym in report


def test_a_conflict_keeps_what_was_entered_and_says_so(acme: House, client: Client):
    item = make_item(acme)
    assert client.post(url("judge", item.pk), verdict(verdict="possible")).status_code == 303
    response = client.post(url("judge", item.pk), verdict(verdict="reported", partner_number="H-123"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else changed this item" in html
    assert 'value="H-123"' in html
    again = verdict(verdict="reported", partner_number="H-123", seen="2")
    assert client.post(url("judge", item.pk), again).status_code == 303
    assert stored(acme, item).state == Item.State.REPORTED


def test_without_a_certificate_the_page_says_who_can_record_one(cast: Cast, client: Client):
    item = make_item(cast.acme)
    client.force_login(cast.acme.members["safety"].user)
    assert "An admin can record it" in client.get(url("item", item.pk)).content.decode()
    response = client.post(url("judge", item.pk), verdict())
    assert response.status_code == 403
    assert stored(cast.acme, item).state == Item.State.PENDING


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_who_leads_reads_but_does_not_judge(acme: House, client: Client, role: str):
    item = make_item(acme)
    client.force_login(acme.members[role].user)
    assert client.get(url("item", item.pk)).status_code == 200
    assert client.post(url("judge", item.pk), verdict()).status_code == 403


def test_the_second_reader_agrees_or_not_on_the_page(acme: House, client: Client):
    with acme.bound():
        type(acme.program).objects.update(safety_sample_pct=100)
        other = make_member(acme.organization, role="safety", email="second@acme.example")
    train(acme, other, until=timezone.localdate() + timedelta(days=1))
    item = make_item(acme)
    client.post(url("judge", item.pk), verdict())
    assert "a colleague reads it" in client.get(url("item", item.pk)).content.decode()
    assert client.post(url("check", item.pk), {"seen": "2", "agrees": "no"}).status_code == 409
    client.force_login(other.user)
    assert len(client.get(url("index", view="check")).context["page"].rows) == 1
    assert client.post(url("check", item.pk), {"seen": "2", "agrees": "no"}).status_code == 303
    client.force_login(acme.members["supervisor"].user)
    assert "Judge again" in client.get(url("index")).content.decode()


def test_an_agent_reports_from_a_case_and_sees_what_became_of_it(acme: House, client: Client):
    case = make_case(acme)
    client.force_login(acme.members["agent"].user)
    at = url("report", case=str(case.number))
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    assert client.post(at, {"text": "", "learned_at": now}).status_code == 422
    ahead = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    wrong = client.post(at, {"text": DIZZY, "learned_at": ahead})
    assert (wrong.status_code, DIZZY in wrong.content.decode()) == (422, True)
    response = client.post(at, {"text": DIZZY, "learned_at": now})
    assert response["Location"] == reverse("caseloop:case", args=["acme", case.number])
    with acme.bound():
        item = Item.objects.get(source="report")
        assert (item.case_id, item.patient_id) == (case.pk, case.patient_id)
    assert item.reference in client.get(url("report")).content.decode()
    assert client.get(url("item", item.pk)).status_code == 403


def test_a_report_needs_a_known_pseudonym(acme: House, client: Client):
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    form = {"text": DIZZY, "learned_at": now, "pseudonym": "PX-2222-2222"}
    assert client.post(url("report"), form).status_code == 422
    form["pseudonym"] = acme.patients[0].pseudonym.lower()
    assert client.post(url("report"), form).status_code == 303


def test_erased_reports_keep_the_item(acme: House, client: Client):
    case = make_case(acme)
    with acme.bound():
        item = services.report(
            patient=case.patient, case=case, text=DIZZY, learned_at=T0, by=acme.members["agent"], now=T0
        )
        assert services.erase_texts(patient_id=case.patient_id, now=T0) == 1
        assert services.erase_texts(patient_id=case.patient_id, now=T0) == 0
        assert Report.objects.get().text == ""
    assert "erased on request" in client.get(url("item", item.pk)).content.decode()


# --- the monthly reconciliation ---


def month(house: House) -> list[Item]:
    """Make one item of each outcome in March 2026, and one in April."""
    by = house.members["safety"]
    with house.bound():
        type(house.program).objects.update(safety_sample_pct=0)
    items = [make_item(house, f"{DIZZY} {n}") for n in range(5)]
    make_item(house, DIZZY, now=T0 + timedelta(days=31))
    how: dict[str, Any] = {"by": by, "version": 1}
    late = T0 + timedelta(hours=30)
    train(house, by)
    with house.bound():
        services.judge_not_event(item_id=items[0].pk, reason="known", now=T0, **how)
        services.judge_already_reported(item_id=items[1].pk, number="=H1", now=T0, **how)
        for item, at in ((items[2], T0 + timedelta(hours=2)), (items[3], late)):
            services.judge_possible(
                item_id=item.pk,
                special=["error"],
                elements=[],
                now=late,
                forwarding=Forwarding(at, "email", "S"),
                **how,
            )
    return items


def test_the_counts_of_a_month_add_up(acme: House):
    month(acme)
    with acme.bound():
        counted = statement(acme.program, Month(2026, 3))
    assert (counted.received, counted.forwarded, counted.not_events, counted.reported, counted.pending) == (
        5,
        2,
        1,
        1,
        1,
    )
    assert counted.adds_up
    assert not counted.is_nil
    assert (counted.on_time, counted.median_hours) == (1, 16.0)


def test_a_nil_return_says_so_in_words(acme: House, client: Client):
    html = client.get(url("reconciliation", month="2026-01")).content.decode()
    assert "Nil return" in html
    month(acme)
    html = client.get(url("reconciliation", month="2026-03")).content.decode()
    assert "Nil return" not in html
    assert "5 received = 2 forwarded + 1 not events + 1 already reported + 1 pending" in html


def test_the_csv_lists_each_item_and_runs_nothing(acme: House, client: Client):
    items = month(acme)
    response = client.get(url("reconciliation_csv", program=str(acme.program.pk), month="2026-03"))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["Item"] for row in rows] == [item.reference for item in items]
    assert rows[1]["Partner number"] == "'=H1"
    assert [row["On time"] for row in rows] == ["", "", "yes", "no", ""]
    with acme.bound():
        assert len(list(sheet(acme.program, Month(2025, 1)))) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1"])
def test_no_cell_begins_like_a_formula(text: str):
    assert plain_cell(text).startswith("'")


def test_plain_cells_stay():
    assert plain_cell("AE-77") == "AE-77"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-02", "2026-02"), ("", "2026-02"), ("2026-13", "2026-02"), ("2026-04", "2026-02"), ("x-y-z", "2026-02")],
)
def test_a_month_that_makes_no_sense_is_the_last_one(text: str, expected: str):
    assert str(Month.parse(text, now=T0)) == expected


def test_december_ends_with_the_year():
    assert (Month(2025, 12).end.year, str(Month(2026, 1).before())) == (2026, "2025-12")
