"""Every text becomes exactly one item, on a clock of calendar hours, whoever sees it first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError

from messaging.models import Inbound
from safety import services, tasks
from safety.models import Item, ItemEvent
from safety.services.intake import due_at
from surveys.models import Verbatim
from tests.conftest import T0, Cast, House, make_invitation
from tests.safety.things import (
    CRISIS,
    DIZZY,
    make_case,
    make_death,
    make_inbound,
    make_item,
    make_note,
    make_words,
    words_of,
)
from tests.steps import REAL_COMMITS, answer, at_once, respond

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 2, 28, 22, 10, tzinfo=NEW_YORK), datetime(2026, 3, 1, 22, 10, tzinfo=NEW_YORK)),  # a Saturday
        (datetime(2026, 3, 7, 22, 10, tzinfo=NEW_YORK), datetime(2026, 3, 8, 23, 10, tzinfo=NEW_YORK)),  # clocks go on
        (datetime(2026, 10, 31, 22, 10, tzinfo=NEW_YORK), datetime(2026, 11, 1, 21, 10, tzinfo=NEW_YORK)),  # and back
        (datetime(2026, 12, 24, 17, 0, tzinfo=NEW_YORK), datetime(2026, 12, 25, 17, 0, tzinfo=NEW_YORK)),
    ],
)
def test_due_is_24_real_hours_after_receipt(received, due):
    assert due_at(received_at=received, hours=24) == due
    assert due_at(received_at=received, hours=24) - received.astimezone(UTC) == timedelta(hours=24)


def test_a_text_of_saturday_evening_is_due_on_sunday_evening_from_its_first_page_save(cast: Cast):
    saturday = datetime(2026, 2, 28, 22, 10, tzinfo=NEW_YORK)
    invitation = make_invitation(cast.acme, survey="support_experience", now=saturday)
    response = answer(cast.acme, invitation, {"prepared": "no", "prepared_words": DIZZY, "words": DIZZY}, now=saturday)
    with cast.acme.bound():
        words = response.verbatims.order_by("received_at")[0]
        item = services.take_verbatim(verbatim_id=words.pk, now=saturday)
        assert item is not None
        assert item.due_at == datetime(2026, 3, 1, 22, 10, tzinfo=NEW_YORK)
        assert item.state == Item.State.PENDING


def test_the_hours_are_the_programs(cast: Cast):
    with cast.acme.bound():
        type(cast.acme.program).objects.update(safety_hours=72)
    assert make_item(cast.acme).due_at == T0 + timedelta(hours=72)


def sources(house: House) -> dict[str, tuple[Any, Callable[[Any], Item | None]]]:
    """Return for each kind of pending row the row and the call that takes it in."""
    return {
        "answer": (make_words(house), lambda row: services.take_verbatim(verbatim_id=row.pk, now=T0)),
        "note": (make_note(house), lambda row: services.take_case_text(text_id=row.pk, now=T0)),
        "message": (make_inbound(house), lambda row: services.take_inbound(inbound_id=row.pk, now=T0)),
        "status": (make_death(house), lambda row: services.take_patient_event(event_id=row.pk, now=T0)),
    }


def test_every_source_makes_one_item_and_the_second_time_none(cast: Cast):
    for source, (row, take) in sources(cast.acme).items():
        with cast.acme.bound():
            item = take(row)
            assert item is not None
            assert (item.source, item.source_id, item.received_at) == (source, row.pk, T0)
            assert list(item.events.values_list("kind", flat=True)) == [ItemEvent.Kind.OPENED]
            assert take(row) is None
            row.refresh_from_db()
            assert not row.needs_review
    with cast.acme.bound():
        assert Item.objects.count() == 4


def test_one_item_for_each_row_even_by_hand(cast: Cast):
    item = make_item(cast.acme)
    with cast.acme.bound(), pytest.raises(IntegrityError):
        Item.objects.create(
            organization=cast.acme.organization,
            program=cast.acme.program,
            source="answer",
            source_id=item.source_id,
            received_at=T0,
            due_at=T0,
        )


@REAL_COMMITS
def test_eight_threads_make_one_item(cast: Cast):
    words = make_words(cast.acme)

    def take(_: int) -> object:
        with cast.acme.bound():
            return services.take_verbatim(verbatim_id=words.pk, now=T0)

    made = [result for result in at_once(8, take) if result is not None]
    assert len(made) == 1
    assert isinstance(made[0], Item)
    with cast.acme.bound():
        assert Item.objects.filter(source_id=words.pk).count() == 1


def test_what_something_else_was_is_a_text_too(cast: Cast):
    answers = {"prepared": "no", "missing": "other", "missing__other": "the rash must go first"}
    response = respond(cast.acme, answers)
    with cast.acme.bound():
        words = words_of(response)
    assert (words.question_key, words.needs_review) == ("missing__other", True)


@pytest.mark.parametrize(("said", "times"), [("I do not want to live any more", 1), ("dizzy since the first shot", 0)])
def test_danger_is_taken_in_at_once_and_other_texts_by_the_sweep(cast: Cast, said: str, times: int):
    with patch("surveys.services.nudge") as nudged:
        words = make_words(cast.acme, said)
    assert [call.args[0] for call in nudged.call_args_list].count("surveys.text") == times
    assert tasks.sweep_verbatims() == 1
    with cast.acme.bound():
        assert Item.objects.filter(source_id=words.pk).exists()


@pytest.mark.django_db
def test_the_sweeps_take_in_whatever_no_nudge_told_of(cast: Cast):
    make_note(cast.acme)
    make_words(cast.acme, patient=cast.acme.patients[1])
    make_inbound(cast.acme)
    make_death(cast.acme)
    make_words(cast.rival)
    sweeps = (tasks.sweep_verbatims, tasks.sweep_case_texts, tasks.sweep_inbound, tasks.sweep_patient_events)
    assert [sweep() for sweep in sweeps] == [2, 1, 1, 1]
    assert [sweep() for sweep in sweeps] == [0, 0, 0, 0]
    with cast.acme.bound():
        assert Item.objects.count() == 4
    with cast.rival.bound():
        assert Item.objects.count() == 1


def test_a_text_that_fails_stays_pending_and_stops_no_other(cast: Cast):
    first, second = make_words(cast.acme), make_words(cast.acme, patient=cast.acme.patients[1])
    real = services.take_verbatim

    def fail_first(*, verbatim_id, now):
        if verbatim_id == str(first.pk):
            raise RuntimeError("broken")
        return real(verbatim_id=verbatim_id, now=now)

    with patch("safety.services.take_verbatim", fail_first):
        tasks.sweep_verbatims()
    with cast.acme.bound():
        assert Verbatim.objects.get(pk=first.pk).needs_review
        assert Item.objects.get().source_id == second.pk


def test_an_empty_message_is_no_text(cast: Cast):
    row = make_inbound(cast.acme, "  ")
    with cast.acme.bound():
        assert services.take_inbound(inbound_id=row.pk, now=T0) is None
        assert not Inbound.objects.get(pk=row.pk).needs_review
        assert not Item.objects.exists()


def test_a_message_whose_number_nobody_knows_is_read_all_the_same(cast: Cast):
    row = make_inbound(cast.acme, program=None)
    with cast.acme.bound():
        item = services.take_inbound(inbound_id=row.pk, now=T0)
        assert item is not None
        assert (item.program_id, item.patient_id) == (cast.acme.program.pk, None)
        assert item.known_as.startswith("SI-")


def test_a_message_of_a_respondent_names_the_one_patient(cast: Cast):
    with cast.acme.bound():
        owner = cast.acme.patients[0].answering.get().respondent_id
    row = make_inbound(cast.acme, owner_id=owner, program=None)
    with cast.acme.bound():
        item = services.take_inbound(inbound_id=row.pk, now=T0)
        assert item is not None
        assert item.patient_id == cast.acme.patients[0].pk


def test_a_report_starts_its_clock_when_we_learned_of_it(cast: Cast):
    case = make_case(cast.acme)
    with cast.acme.bound():
        item = services.report(
            patient=case.patient,
            case=case,
            text=DIZZY,
            learned_at=T0 - timedelta(hours=3),
            by=cast.acme.members["agent"],
            now=T0,
        )
        assert item.due_at == T0 + timedelta(hours=21)
        assert item.case_id == case.pk
        for text, learned in (("  ", T0), (DIZZY, T0 + timedelta(seconds=1))):
            with pytest.raises(ValueError, match=r"Write|future"):
                services.report(
                    patient=case.patient,
                    case=None,
                    text=text,
                    learned_at=learned,
                    by=cast.acme.members["agent"],
                    now=T0,
                )


def test_the_list_is_ordered_by_what_was_found_and_drops_nothing(cast: Cast):
    texts = ["Everything was fine", DIZZY, CRISIS, "No rash at all"]
    for text in texts:
        make_item(cast.acme, text)
    with cast.acme.bound():
        ranks = dict(Item.objects.values_list("source_id", "rank"))
        found = {Verbatim.objects.get(pk=pk).text: rank for pk, rank in ranks.items()}
    assert sorted(found, key=lambda text: -found[text]) == [CRISIS, DIZZY, "No rash at all", "Everything was fine"]
    assert len(found) == len(texts)
