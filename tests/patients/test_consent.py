"""The ledger: what holds, whatever the order in which it was told, and what stops when it is taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.models import Channel, Message, Purpose, Stop
from messaging.services import usable_channels
from patients.models import Consent, PatientEvent
from patients.services import consented_channels, in_force, record_consent, wish_no_contact
from tests.conftest import T0, Cast
from tests.patients.people import agree, keep, queued, reachable, respondent_of, state_of, twins
from tests.steps import REAL_COMMITS, at_once, later, respond


def test_without_an_entry_there_is_no_consent(cast: Cast) -> None:
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        for purpose in Purpose.values:
            assert consented_channels(respondent_id=respondent.pk, purpose=purpose) == []


def test_consent_holds_for_its_purpose_and_channel_only(cast: Cast) -> None:
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        agree(respondent, purposes=[Purpose.SURVEY], channel=Channel.EMAIL)
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == ["email"]
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.FOLLOW_UP) == []


def test_the_preferred_channel_comes_first(cast: Cast) -> None:
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        for channel in ("phone", "email", "sms"):
            agree(respondent, channel=channel)
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == ["email", "sms", "phone"]
        type(respondent).objects.filter(pk=respondent.pk).update(preferred_channel="phone")
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == ["phone", "email", "sms"]


def test_the_newest_word_holds_even_when_it_is_entered_first(cast: Cast) -> None:
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        agree(respondent, is_given=False, given_at=T0)
        agree(respondent, is_given=True, given_at=later(days=-9), now=later(hours=1))
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == []


def test_of_two_words_of_the_same_instant_the_later_entered_holds(cast: Cast) -> None:
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        for is_given in (True, False, True):
            agree(respondent, is_given=is_given)
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == ["sms"]


Said = tuple[int, bool, str]
SAID = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from(["sms", "email"])), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SAID, shuffle=st.randoms())
def test_the_order_of_entry_decides_nothing_but_ties(cast: Cast, said: Sequence[Said], shuffle: Any) -> None:
    """Enter the same words in another order: what holds is the newest by the day on which they were said."""
    distinct = list({(day, channel): (day, given, channel) for day, given, channel in said}.values())
    expected = {channel: is_given for _, is_given, channel in sorted(distinct)}
    entered = list(distinct)
    shuffle.shuffle(entered)
    with cast.acme.bound(), transaction.atomic():
        respondent = respondent_of(cast.acme.patients[0])
        for day, is_given, channel in entered:
            agree(respondent, is_given=is_given, channel=channel, given_at=later(days=day), purposes=[Purpose.SURVEY])
        holding = set(consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY))
        transaction.set_rollback(True)
    assert holding == {channel for channel, is_given in expected.items() if is_given}


def test_the_ledger_is_append_only(cast: Cast) -> None:
    with cast.acme.bound():
        agree(respondent_of(cast.acme.patients[0]))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Consent.objects.update(is_given=False)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Consent.objects.all().delete()


def test_an_entry_says_who_entered_it_when_and_in_which_words(cast: Cast) -> None:
    agent = cast.acme.members["agent"]
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        agree(respondent, purposes=[Purpose.SURVEY], by=agent, given_at=later(days=-2), now=T0)
        entry = in_force([respondent.pk])[respondent.pk, "sms", "survey"]
        event = PatientEvent.objects.get(kind="consent")
    assert (entry.recorded_by_id, entry.recorded_at, entry.given_at) == (agent.pk, T0, later(days=-2))
    assert (entry.source, entry.wording) == ("form", "Enrolment 3")
    assert (event.actor_id, event.data["purposes"], event.data["is_given"]) == (agent.pk, ["survey"], True)


@pytest.mark.parametrize("purpose", Purpose.values)
def test_taking_back_drops_what_waits_for_that_purpose_and_nothing_else(cast: Cast, purpose: str) -> None:
    acme = cast.acme
    with acme.bound():
        respondent = reachable(acme, acme.patients[0])
        waiting = {each: queued(acme, respondent, purpose=each) for each in Purpose.values}
        agree(respondent, is_given=False, purposes=[purpose], given_at=later(hours=1), now=later(hours=1))
        states = {each: state_of(message) for each, message in waiting.items()}
    assert states.pop(purpose) == ("dropped", "consent")
    assert set(states.values()) == {("queued", "")}


def test_an_old_no_that_a_newer_yes_overrules_drops_nothing(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        respondent = reachable(acme, acme.patients[0])
        message = queued(acme, respondent)
        agree(respondent, is_given=False, given_at=later(days=-5), now=later(hours=1))
        assert state_of(message)[0] == "queued"


def test_taking_back_by_one_channel_leaves_the_other(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        respondent = reachable(acme, acme.patients[0])
        message = queued(acme, respondent)
        agree(respondent, channel=Channel.EMAIL, is_given=False, given_at=later(hours=1), now=later(hours=1))
        assert state_of(message)[0] == "queued"
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == ["sms"]


def test_the_wish_not_to_be_contacted_takes_back_and_stops_the_addresses(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        respondent = reachable(acme, acme.patients[0])
        message, source = queued(acme, respondent), uuid4()
        for _ in range(2):
            wish_no_contact(respondent_id=respondent.pk, source_id=source, now=later(hours=1))
        held = [p for p in Purpose.values if consented_channels(respondent_id=respondent.pk, purpose=p)]
        stop = Stop.objects.standing().get()
        assert held == [Purpose.SAFETY_CONTACT]
        assert usable_channels(owner_id=respondent.pk, channels=["sms"]) == []
        assert state_of(message)[0] == "dropped"
        assert (stop.reason, stop.source_id) == ("wish", source)
        assert acme.patients[0].events.filter(kind="stopped").exists()


def test_a_consent_of_before_the_wish_that_is_entered_late_does_not_hold(cast: Cast) -> None:
    with cast.acme.bound():
        respondent = respondent_of(cast.acme.patients[0])
        wish_no_contact(respondent_id=respondent.pk, source_id=uuid4(), now=T0)
        agree(respondent, given_at=later(days=-1), now=later(days=1))
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == []


@pytest.mark.parametrize(("said", "stops"), [("do_not_contact", 1), ("no", 0), ("yes", 0)])
def test_an_answer_that_asks_for_no_contact_is_obeyed_on_submit(cast: Cast, said: str, stops: int) -> None:
    acme = cast.acme
    with acme.bound():
        reachable(acme, acme.patients[0])
    response = respond(acme, {"prepared": "no", "callme": said}, now=later(hours=1))
    with acme.bound():
        assert Stop.objects.standing().filter(source_id=response.pk).count() == stops
        assert Consent.objects.filter(source="survey").exists() == bool(stops)


def test_a_mother_of_twins_says_it_once_and_both_histories_tell_it(cast: Cast) -> None:
    with cast.acme.bound():
        one, two, mother = twins(cast.acme)
        keep(mother)
        wish_no_contact(respondent_id=mother.pk, source_id=uuid4(), now=T0)
        assert [each.events.filter(kind="stopped").count() for each in (one, two)] == [1, 1]


@REAL_COMMITS
def test_consent_taken_back_and_a_message_queued_at_once_never_leave_a_message(cast: Cast) -> None:
    """Whoever queues asks for consent in the same transaction: either it is gone by then, or the message is found."""
    acme = cast.acme
    with acme.bound():
        respondent = reachable(acme, acme.patients[0])

    def take_back(now: Any) -> Any:
        return record_consent(
            respondent=respondent,
            channel="sms",
            purposes=["survey"],
            is_given=False,
            source="form",
            wording="",
            given_at=now,
            by=None,
            now=now,
        )

    def send() -> Any:
        agreed = consented_channels(respondent_id=respondent.pk, purpose="survey")
        return queued(acme, respondent) if agreed else None

    for day in range(3):

        def work(place: int, day: int = day) -> Any:
            with acme.bound():
                return take_back(later(days=2 * day, minutes=1)) if place == 1 else send()

        results = at_once(4, work)
        assert not [each for each in results if isinstance(each, Exception)], results
        with acme.bound():
            assert not Message.objects.filter(owner_id=respondent.pk, state="queued").exists()
            agree(respondent, given_at=later(days=2 * day + 1), now=later(days=2 * day + 1))


def test_confined_members_see_their_own_ledger_only(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        for patient in acme.patients:
            agree(respondent_of(patient))
    with acme.bound(acme.partners["north"]):
        assert {entry.respondent_id for entry in Consent.objects.all()} == {respondent_of(acme.patients[0]).pk}
    with cast.rival.bound():
        assert not Consent.objects.exists()
