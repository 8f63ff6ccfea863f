"""Asking whether it is taken care of, and what the answer does."""

from datetime import timedelta
from uuid import UUID

import pytest

from caseloop.models import Case, CaseEvent
from caseloop.services import close_if_quiet, hear_back
from messaging.models import Message
from patients.services import is_held
from surveys.models import Invitation
from tests.caseloop.conftest import NOW, at, events, fresh, open_for, post, settling
from tests.caseloop.reached import agree, reopens, resolves, set_program, set_status
from tests.conftest import join_team, make_team


@pytest.fixture
def resolved(acme, case) -> Case:
    """A resolved case whose patient agreed to be asked."""
    agree(acme)
    return resolves(acme, case)


def asked(house, case) -> Invitation:
    with house.bound():
        return Invitation.objects.get(follows_up_id=case.pk, round=fresh(house, case).reopened_count)


def hears(house, case, settled, *, contacted="yes", prepared=None, now=NOW, **over) -> Case:
    with house.bound():
        hear_back(case_id=case.pk, contacted=contacted, settled=settled, prepared=prepared, now=now, **over)
    return fresh(house, case)


def last_event(house, case) -> CaseEvent:
    with house.bound():
        return CaseEvent.objects.filter(case=case).latest("at", "id")


def told(house) -> set[UUID | None]:
    with house.bound():
        mine = Message.objects.filter(template="follow_up", dedupe_key__startswith="reopened:")
        return set(mine.values_list("member_id", flat=True))


@pytest.mark.parametrize("days", [3, 5])
def test_the_patient_is_asked_so_many_days_after_resolving(acme, case, days):
    agree(acme)
    set_program(acme, follow_up_days=days)
    resolves(acme, case)
    invitation = asked(acme, case)
    assert invitation.next_step_at == NOW + timedelta(days=days)
    assert (invitation.patient_id, invitation.ended_as) == (case.patient_id, "")


def test_the_case_says_when_the_patient_will_be_asked(acme, agent, case):
    agree(acme)
    post(agent, acme, "resolve", case, seen=case.version, **settling(acme, case))
    page = agent.get(at(acme, "case", number=case.number)).content.decode()
    assert "The patient will be asked on Thursday 5 March whether it is taken care of." in page


def test_without_consent_the_case_cannot_be_verified(acme, agent, case):
    resolves(acme, case)
    assert fresh(acme, case).closed_as == "not_verifiable"
    assert "closed as not verifiable" in agent.get(at(acme, "case", number=case.number)).content.decode()
    with acme.bound():
        assert close_if_quiet(case_id=case.pk, now=NOW + timedelta(days=15))
    assert fresh(acme, case).closed_as == "not_verifiable"


def test_who_asked_not_to_be_contacted_is_not_asked(acme):
    agree(acme)
    case = resolves(acme, open_for(acme, do_not_contact=True))
    with acme.bound():
        assert not Invitation.objects.filter(follows_up_id=case.pk).exists()
    assert fresh(acme, case).closed_as == "not_verifiable"


def test_silence_closes_as_unverified(acme, resolved):
    with acme.bound():
        assert close_if_quiet(case_id=resolved.pk, now=NOW + timedelta(days=15))
    assert fresh(acme, resolved).closed_as == "unverified"


def test_silence_of_a_patient_who_withdrew_says_nothing(acme, resolved):
    set_status(acme, "withdrawn")
    with acme.bound():
        close_if_quiet(case_id=resolved.pk, now=NOW + timedelta(days=15))
    assert fresh(acme, resolved).closed_as == "not_verifiable"


@pytest.mark.parametrize("again", ["by hand", "by an alert"])
def test_a_reopened_case_is_not_asked_about(acme, resolved, again):
    before = asked(acme, resolved)
    reopens(acme, resolved) if again == "by hand" else open_for(acme, severity="p2", now=NOW)
    with acme.bound():
        before.refresh_from_db()
    assert before.ended_as == "revoked"
    resolves(acme, resolved, now=NOW + timedelta(days=1))
    assert asked(acme, resolved).round == 1


@pytest.mark.parametrize("settled", ["yes", "no_matter"])
def test_taken_care_of_closes_as_verified(acme, resolved, settled):
    after = hears(acme, resolved, settled, prepared="yes")
    assert (after.status, after.closed_as, after.ended_at) == ("closed", "verified", NOW)
    event = last_event(acme, resolved)
    assert (event.kind, event.actor_id) == ("verified", None)
    assert event.data == {"contacted": "yes", "settled": settled, "prepared": "yes"}


@pytest.mark.parametrize(("settled", "severity"), [("partly", "p2"), ("no", "p1")])
def test_not_taken_care_of_reopens_and_no_raises_the_priority(acme, settled, severity):
    agree(acme)
    case = resolves(acme, open_for(acme, severity="p2"))
    after = hears(acme, case, settled)
    assert (after.status, after.severity, after.reopened_count, after.closed_as) == ("reopened", severity, 1, "")
    with acme.bound():
        assert is_held(case.patient_id) == (severity == "p1")
        concern = case.concerns.get()
    assert (concern.settled_at, concern.action) == (None, "Sent the card again")
    assert after.due_at == concern.resolve_due_at == NOW + timedelta(days=2)
    assert told(acme) == {acme.members["agent"].pk}


def test_the_second_time_the_supervisors_decide(acme, supervisor, resolved):
    hears(acme, resolved, "no")
    resolves(acme, resolved, now=NOW + timedelta(hours=1))
    after = hears(acme, resolved, "partly", now=NOW + timedelta(days=3))
    assert (after.status, after.owner_id, after.reopened_count) == ("reopened", None, 2)
    assert last_event(acme, resolved).data["to"] == "supervisors"
    assert told(acme) == {acme.members["agent"].pk, acme.members["supervisor"].pk}
    page = supervisor.get(at(acme, "case", number=resolved.number)).content.decode()
    assert "It came back a second time: a supervisor decides who takes it." in page


def test_that_nobody_made_contact_is_kept(acme, resolved):
    hears(acme, resolved, "yes", contacted="no")
    assert last_event(acme, resolved).data["contacted"] == "no"


def test_an_answer_without_the_question_moves_nothing(acme, resolved):
    after = hears(acme, resolved, None, contacted="not_sure")
    assert (after.status, events(acme, resolved)[-1]) == ("resolved", "followed_up")


def test_a_late_yes_verifies_what_silence_had_closed(acme, resolved):
    with acme.bound():
        close_if_quiet(case_id=resolved.pk, now=NOW + timedelta(days=15))
    after = hears(acme, resolved, "yes", now=NOW + timedelta(days=16))
    assert (after.status, after.closed_as, after.ended_at) == ("closed", "verified", NOW + timedelta(days=15))


def test_a_late_no_takes_up_again_what_silence_had_closed(acme, resolved):
    with acme.bound():
        close_if_quiet(case_id=resolved.pk, now=NOW + timedelta(days=15))
    after = hears(acme, resolved, "no", now=NOW + timedelta(days=16))
    assert (after.status, after.ended_at, after.closed_as) == ("reopened", None, "")


def test_a_late_no_goes_to_the_case_that_was_opened_meanwhile(acme, resolved):
    with acme.bound():
        close_if_quiet(case_id=resolved.pk, now=NOW + timedelta(days=15))
    newer = open_for(acme, now=NOW + timedelta(days=15))
    after = hears(acme, resolved, "no", now=NOW + timedelta(days=16))
    assert after.status == "closed"
    assert last_event(acme, newer).data["case"] == resolved.number


def test_an_answer_after_an_alert_joined_takes_the_old_concern_up_too(acme, resolved):
    open_for(acme, severity="p2", now=NOW)
    after = hears(acme, resolved, "no", round=0)
    assert (after.status, after.reopened_count) == ("reopened", 1)
    with acme.bound():
        assert resolved.concerns.unsettled().count() == 2


def test_an_answer_to_an_earlier_round_moves_nothing(acme, resolved):
    reopens(acme, resolved)
    resolves(acme, resolved, now=NOW + timedelta(hours=1))
    assert hears(acme, resolved, "no", round=0, now=NOW + timedelta(hours=2)).status == "resolved"
    assert events(acme, resolved)[-1] == "followed_up"


def test_history_tells_it_in_words(acme, agent, resolved):
    hears(acme, resolved, "partly", contacted="no", prepared="no")
    page = agent.get(at(acme, "case", number=resolved.number)).content.decode()
    assert "It is partly taken care of; nobody made contact; still not prepared." in page
    assert "reopened the case" in page


def test_a_partners_agent_resolves_and_the_patient_is_asked(acme, sign_in, case):
    agree(acme)
    with acme.bound():
        join_team(
            make_team(acme.organization, name="North", partner=acme.partners["north"]), acme.members["north_agent"]
        )
    response = post(sign_in(acme, "north_agent"), acme, "resolve", case, seen=case.version, **settling(acme, case))
    assert response.status_code == 303
    assert asked(acme, case).partner_id == acme.partners["north"].pk
