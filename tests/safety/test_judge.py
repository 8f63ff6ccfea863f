"""Verdicts: by trained people, on an item as it is, with a second person for a sample."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from caseloop.models import CaseEvent
from cxplatform.lib.tenancy import bound
from safety import services
from safety.models import Item, ItemEvent, Training
from safety.services import Forwarding
from safety.services.judging import in_sample
from tenants.models import AuditEntry, Member, Program
from tests.conftest import T0, Cast, House, make_member
from tests.safety.things import make_case, make_item, make_note, train
from tests.steps import REAL_COMMITS, at_once


@pytest.fixture
def acme(cast: Cast) -> House:
    train(cast.acme, cast.acme.members["safety"])
    return cast.acme


def no_event(house: House, item: Item, *, by: Member | None = None, version: int | None = None) -> Item:
    with house.bound():
        return services.judge_not_event(
            item_id=item.pk,
            reason="service",
            by=by or house.members["safety"],
            version=item.version if version is None else version,
            now=T0,
        )


def sample(house: House, percent: int) -> None:
    with house.bound():
        Program.objects.update(safety_sample_pct=percent)


def second_reader(house: House) -> Member:
    with house.bound():
        member = make_member(house.organization, role="safety", email="second@acme.example")
    train(house, member)
    return member


def test_not_an_event_is_decided_and_audited(acme: House):
    sample(acme, 0)
    item = no_event(acme, make_item(acme))
    assert (item.state, item.not_event, item.check_state) == (Item.State.NOT_EVENT, "service", "")
    with acme.bound():
        kinds = list(item.events.order_by("id").values_list("kind", flat=True))
        assert kinds == [ItemEvent.Kind.OPENED, ItemEvent.Kind.JUDGED]
        assert AuditEntry.objects.filter(action="safety.item.judged", target_id=item.pk).count() == 1


def test_a_possible_event_keeps_its_clock_until_it_is_forwarded(acme: House):
    item, by = make_item(acme), acme.members["safety"]
    with acme.bound():
        judged = services.judge_possible(
            item_id=item.pk, special=["overdose"], elements=["patient"], by=by, version=1, now=T0
        )
        assert (judged.state, judged.is_undecided, judged.due_at) == ("possible", True, item.due_at)
        later = T0 + timedelta(hours=5)
        sent = services.forward(
            item_id=item.pk, forwarding=Forwarding(later, "email"), by=by, version=judged.version, now=later
        )
        assert (sent.state, sent.is_undecided, sent.sponsor_number) == ("forwarded", False, "")
        numbered = services.add_sponsor_number(item_id=item.pk, number=" AE-77 ", by=by, now=later)
        assert numbered.sponsor_number == "AE-77"
        kinds = list(item.events.order_by("id").values_list("kind", flat=True))
        assert kinds == ["opened", "judged", "forwarded", "numbered"]


def test_a_possible_event_that_was_forwarded_already_is_one_step(acme: House):
    item = make_item(acme)
    with acme.bound():
        sent = services.judge_possible(
            item_id=item.pk,
            special=[],
            elements=[],
            by=acme.members["safety"],
            version=1,
            now=T0,
            forwarding=Forwarding(T0, "phone", "X1"),
        )
        sent.refresh_from_db()
        assert (sent.state, sent.forwarded_by_way, sent.sponsor_number) == ("forwarded", "phone", "X1")


@pytest.mark.parametrize("off", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_time_of_forwarding_before_receipt_or_to_come_is_refused_and_nothing_is_stored(acme: House, off: timedelta):
    item = make_item(acme)
    with acme.bound(), pytest.raises(services.JudgementRefused, match="between"):
        services.judge_possible(
            item_id=item.pk,
            special=[],
            elements=[],
            by=acme.members["safety"],
            version=1,
            now=T0,
            forwarding=Forwarding(T0 + off, "email"),
        )
    with acme.bound():
        assert Item.objects.get(pk=item.pk).state == Item.State.PENDING
        assert item.events.count() == 1


def test_already_reported_needs_the_partners_number(acme: House):
    item, by = make_item(acme), acme.members["safety"]
    with acme.bound():
        with pytest.raises(services.JudgementRefused, match="number"):
            services.judge_already_reported(item_id=item.pk, number=" ", by=by, version=1, now=T0)
        done = services.judge_already_reported(item_id=item.pk, number="H-9", by=by, version=1, now=T0)
        assert (done.state, done.partner_number) == ("reported", "H-9")


@pytest.mark.parametrize(
    ("until", "may"),
    [(date(2026, 3, 1), False), (date(2026, 3, 2), True), (date(2026, 3, 3), True)],
)
def test_a_certificate_counts_through_its_last_day_only(cast: Cast, until: date, may: bool):
    house, item = cast.acme, make_item(cast.acme)
    train(house, house.members["safety"], until=until)
    if may:
        assert no_event(house, item).state == Item.State.NOT_EVENT
    else:
        with pytest.raises(services.NotTrained, match="admin can record"):
            no_event(house, item)


def test_a_newer_certificate_replaces_an_expired_one(cast: Cast):
    house = cast.acme
    train(house, house.members["safety"], until=date(2026, 2, 1))
    train(house, house.members["safety"], until=date(2027, 2, 1))
    assert no_event(house, make_item(house)).state == Item.State.NOT_EVENT
    with house.bound():
        assert Training.objects.count() == 2


def test_somebody_who_saw_an_older_version_is_told(acme: House):
    item = make_item(acme)
    no_event(acme, item)
    with pytest.raises(services.ItemChanged):
        no_event(acme, item, version=1)
    with pytest.raises(services.AlreadyJudged):
        no_event(acme, item, version=2)


@REAL_COMMITS
def test_of_two_verdicts_at_once_one_wins(cast: Cast):
    house = cast.acme
    train(house, house.members["safety"])
    other = second_reader(house)
    item = make_item(house)
    people = [house.members["safety"], other]
    results = at_once(2, lambda place: no_event(house, item, by=people[place]))
    assert sorted(type(result).__name__ for result in results) == ["Item", "ItemChanged"]
    with house.bound():
        assert item.events.filter(kind="judged").count() == 1


def test_the_sample_is_chosen_by_the_id_alone():
    ids = [UUID(int=number) for number in range(2000)]
    chosen = [each for each in ids if in_sample(each, 10)]
    assert chosen == [each for each in ids if in_sample(each, 10)]
    assert 120 <= len(chosen) <= 280
    assert [in_sample(ids[0], percent) for percent in (0, 100)] == [False, True]


def test_a_second_person_reads_the_sample_and_never_the_first(acme: House):
    sample(acme, 100)
    item = no_event(acme, make_item(acme))
    assert item.check_state == Item.Check.DUE
    with acme.bound():
        assert list(Item.objects.to_check(by=acme.members["safety"])) == []
        with pytest.raises(services.JudgementRefused, match="Somebody else"):
            services.check(item_id=item.pk, agrees=True, by=acme.members["safety"], version=item.version, now=T0)
    other = second_reader(acme)
    with acme.bound():
        assert list(Item.objects.to_check(by=other)) == [item]
        checked = services.check(item_id=item.pk, agrees=True, by=other, version=item.version, now=T0)
        assert (checked.state, checked.check_state) == (Item.State.NOT_EVENT, Item.Check.AGREED)
        with pytest.raises(services.AlreadyJudged):
            services.check(item_id=item.pk, agrees=True, by=other, version=checked.version, now=T0)


def test_who_disagrees_opens_it_again_with_the_clock_as_it_was(acme: House):
    sample(acme, 100)
    first = make_item(acme)
    item = no_event(acme, first)
    other = second_reader(acme)
    with acme.bound():
        again = services.check(item_id=item.pk, agrees=False, by=other, version=item.version, now=T0)
        assert (again.state, again.due_at, again.decided_by) == (Item.State.PENDING, first.due_at, None)
        assert again.events.filter(kind="opened_again", data__first=str(acme.members["safety"].pk)).exists()
    sample(acme, 0)
    judged = no_event(acme, again, by=other)
    assert judged.check_state == Item.Check.DUE  # two people disagreed: it is never settled by one


def test_a_case_and_its_safety_items_live_apart(acme: House):
    note = make_note(acme)
    with acme.bound():
        item = services.take_case_text(text_id=note.pk, now=T0)
        assert item is not None
        case = item.case
        assert case is not None
        before = (case.version, case.status, case.due_at, case.events.count())
    judged = no_event(acme, item)
    with acme.bound():
        case.refresh_from_db()
        assert (case.version, case.status, case.due_at, case.events.count()) == before
    second = make_item(acme, patient=acme.patients[1])
    case = make_case(acme, patient=acme.patients[1])
    with acme.bound():
        case.end_without_action(reason="duplicate", text="", by=acme.members["supervisor"], now=T0)
        assert case.events.filter(kind=CaseEvent.Kind.NO_ACTION).exists()
        second.refresh_from_db()
        judged.refresh_from_db()
        assert (second.state, judged.state) == (Item.State.PENDING, Item.State.NOT_EVENT)


def test_a_reviewer_of_a_partner_sees_its_own_items_only(cast: Cast):
    house = cast.acme
    mine, theirs = (make_item(house, patient=patient) for patient in house.patients)
    with bound(house.organization.pk, house.partners["north"].pk):
        assert list(Item.objects.all()) == [mine]
        assert not ItemEvent.objects.filter(item=theirs).exists()
    with cast.rival.bound():
        assert not Item.objects.exists()
