"""The patient's own choice of when and how to be contacted decides what can be called now, and is shown."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine

from alerts.words import wish
from caseloop.models import Case, Concern
from caseloop.services import open_case
from caseloop.wishes import NO_WISH, Wish, call_from, may_call
from tests.caseloop.conftest import NOW, at, fresh, new_patient, open_for, resolved_by
from tests.conftest import T0
from tests.steps import raise_alerts

CHOSEN: dict[str, str | list[str]] = {
    "contact_times": ["morning"],
    "contact_language": "es",
    "contact_voicemail": "no",
    "contact_channel": "call",
}


def local(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def ask(acme, *, patient=None, wish: Wish, now: datetime = T0) -> Case:
    with acme.bound():
        return open_case(
            patient_id=(patient or acme.patients[0]).pk,
            team=acme.team,
            severity="p1",
            why={"summary": "Not prepared to start"},
            source_id=uuid4(),
            wish=wish,
            now=now,
        ).case


def call_column(browser, acme) -> list[str]:
    return [row.call_text for row in browser.get(at(acme, "queue"), {"view": "open"}).context["rows"]]


def taken(browser, acme, case) -> bool:
    browser.post(at(acme, "take_next"))
    return fresh(acme, case).owner_id is not None


@pytest.mark.parametrize(
    ("parts", "time", "may"),
    [
        ((), "07:59", False), ((), "08:00", True), ((), "20:59", True), ((), "21:00", False),
        (("morning",), "11:59", True), (("morning",), "12:00", False),
        (("morning", "evening"), "14:00", False), (("morning", "evening"), "17:00", True),
        (("evening",), "19:59", True), (("evening",), "20:00", False),  # the survey says "5 to 8"
    ],
)  # fmt: skip
def test_a_call_is_made_by_day_and_in_the_chosen_part(parts, time, may):
    assert may_call("America/New_York", Wish(parts), now=local(f"2026-03-02T{time}")) is may


def test_a_call_is_made_on_a_chosen_day():
    tuesday = Wish(("morning",), days=("tue",))
    assert may_call("America/New_York", tuesday, now=local("2026-03-03T09:00"))
    assert not may_call("America/New_York", tuesday, now=local("2026-03-02T09:00"))
    assert call_from("America/New_York", tuesday, now=local("2026-03-03T13:00")) == "Tue 08:00"


@pytest.mark.parametrize(
    ("parts", "time", "hour"),
    [
        ((), "06:00", "08:00"),
        ((), "22:00", "08:00"),
        (("evening",), "10:00", "17:00"),
        (("morning",), "15:00", "08:00"),
    ],
)
def test_the_next_hour_to_call_is_named(parts, time, hour):
    assert call_from("America/New_York", Wish(parts), now=local(f"2026-03-02T{time}")) == hour


def test_the_answers_become_the_wish_and_say_so():
    assert wish(CHOSEN).in_words() == "a call; mornings; in Spanish; no voicemail"
    assert (
        wish({**CHOSEN, "contact_days": ["wed", "tue"]}).in_words().startswith("a call; Tuesday, Wednesday; mornings;")
    )
    assert wish({"contact_times": ["evening", "morning"]}).in_words() == "mornings and evenings"
    assert wish({"contact_times": ["any"], "contact_language": "other"}).in_words() == "in another language"
    assert wish({"prepared": "no"}) == NO_WISH
    assert Wish.read(wish(CHOSEN).stored()) == wish(CHOSEN)
    assert NO_WISH.stored() is None


def test_every_concern_keeps_the_wish_of_its_answers(acme):
    raise_alerts(acme, {"prepared": "no", "callme": "yes", **CHOSEN})
    with acme.bound():
        kept = list(Concern.objects.values_list("wish", flat=True))
    assert len(kept) == 2  # not prepared, and asked for a call
    assert [Wish.read(each) for each in kept] == [wish(CHOSEN)] * 2


def test_the_queue_and_take_next_keep_to_the_chosen_part(acme, agent):
    case = ask(acme, wish=Wish(parts=("afternoon",)))
    assert call_column(agent, acme) == ["From 12:00"]
    assert not taken(agent, acme, case)
    with time_machine.travel(local("2026-03-02T12:00"), tick=False):
        assert call_column(agent, acme) == [""]
        assert taken(agent, acme, case)


def test_the_queue_and_take_next_keep_to_the_chosen_day(acme, agent):
    later = ask(acme, wish=Wish(days=("tue",)))
    today = ask(acme, patient=acme.patients[1], wish=Wish(days=("mon", "fri")))
    with time_machine.travel(local("2026-03-02T12:00"), tick=False):
        assert sorted(call_column(agent, acme)) == ["", "From Tue 08:00"]
        assert taken(agent, acme, today)
        assert not taken(agent, acme, later)


def test_the_part_is_that_of_the_patients_zone(acme, agent):
    patient = new_patient(acme, time_zone="America/Los_Angeles")  # 08:10 there when it is 11:10 in New York
    with time_machine.travel(local("2026-03-02T11:10"), tick=False):
        case = ask(acme, patient=patient, wish=Wish(parts=("morning",)))
        assert call_column(agent, acme) == [""]
        assert taken(agent, acme, case)


def test_a_wish_without_a_part_leaves_the_whole_day(acme, agent):
    assert taken(agent, acme, ask(acme, wish=Wish(voicemail=False)))


def test_the_newest_wish_holds_until_it_is_settled(acme, agent):
    ask(acme, wish=Wish(parts=("morning",)))
    case = ask(acme, wish=Wish(parts=("evening",)), now=T0 + timedelta(minutes=1))
    assert call_column(agent, acme) == ["From 17:00"]
    assert not taken(agent, acme, case)
    resolved_by(acme, case)
    open_for(acme, now=NOW)  # reopens it, without a wish
    assert call_column(agent, acme) == [""]


def test_the_case_page_says_what_was_asked_for(acme, agent):
    case = ask(acme, wish=Wish(parts=("afternoon",), voicemail=False))
    page = agent.get(at(acme, "case", number=case.number)).content.decode()
    assert "<dt>Asked for</dt><dd>Afternoons; no voicemail</dd>" in page
    assert "From 12:00" in page


def test_the_chosen_language_is_the_cases(acme, agent):
    case = ask(acme, wish=Wish(language="es"))
    assert fresh(acme, case).language == "es"
    assert not taken(agent, acme, case)  # the agent of the cast speaks English
    ask(acme, wish=Wish(language="en"))
    assert fresh(acme, case).language == "en"
    ask(acme, wish=Wish(language="other"))
    assert fresh(acme, case).language == "en"
