"""`reconcile` is clean on a normal chain and names each kind of gap."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from uuid_utils.compat import uuid7

from alerts.models import Alert, Evaluation, Notice, NoticeMessage
from caseloop.models import Concern
from desk.reconciliation import reconcile
from messaging.models import Message
from safety.services import acknowledge, page
from surveys.models import Response, Verbatim
from tests.conftest import T0, Cast, House, make_house
from tests.safety.things import CRISIS, make_item, make_words
from tests.steps import evaluate, raise_alerts, respond

LATER = timedelta(minutes=10)


def gaps(house: House, *, now=T0) -> dict[str, int]:
    with house.bound():
        return {finding.kind: finding.count for finding in reconcile(now=now).gaps}


def alerted(house: House) -> Alert:
    """Raise one alert with its concern, notices and messages."""
    return raise_alerts(house, {"prepared": "no"})[0]


def copy_of(alert: Alert, **over) -> Alert:
    """Insert a further alert by hand, as a faulty writer would."""
    fields = {f.attname: getattr(alert, f.attname) for f in Alert._meta.concrete_fields}
    return Alert.objects.create(**{**fields, "id": uuid7(), "dedupe_key": str(uuid7())[:60], **over})


def test_a_normal_chain_is_whole(cast: Cast):
    alerted(cast.acme)
    assert gaps(cast.acme) == {}
    with cast.acme.bound():
        counts = reconcile(now=T0).counts
    assert counts["revisions_due"] == counts["evaluations"] == 1
    assert counts["alerts"] == counts["alerts_on_a_case"] == counts["matches"] >= 1
    assert counts["notices_told"] >= 1
    assert counts["messages_queued"] >= 1


def test_a_submitted_answer_is_no_gap_within_grace_and_one_after_it(cast: Cast):
    respond(cast.acme, {"prepared": "no"})
    assert gaps(cast.acme, now=T0 + timedelta(seconds=30)) == {}
    assert gaps(cast.acme, now=T0 + LATER) == {"revision_not_evaluated": 1}


def test_a_revision_that_was_marked_done_without_an_evaluation(cast: Cast):
    respond(cast.acme, {"prepared": "yes"})
    with cast.acme.bound():
        Response.objects.update(evaluate_at=None)
    assert gaps(cast.acme) == {"revision_not_evaluated": 1}


def test_an_older_evaluation_does_not_prove_the_newest_revision(cast: Cast):
    evaluate(cast.acme, respond(cast.acme, {"prepared": "yes"}))
    with cast.acme.bound():
        Response.objects.update(revision=F("revision") + 1)
    assert gaps(cast.acme) == {"revision_not_evaluated": 1}


def test_a_poisoned_revision_is_a_look_at_first_and_then_a_gap(cast: Cast):
    respond(cast.acme, {"prepared": "yes"})
    with cast.acme.bound():
        Response.objects.update(evaluate_at=T0 + LATER, evaluation_failures=1)
        assert [look.kind for look in reconcile(now=T0).looks] == ["revision_pushed_back"]
        Response.objects.update(evaluation_failures=3)
    assert gaps(cast.acme) == {"revision_poisoned": 1}


def test_a_match_without_an_alert(cast: Cast):
    response = respond(cast.acme, {"prepared": "yes"})
    evaluate(cast.acme, response)
    with cast.acme.bound():
        Evaluation.objects.create(
            organization=cast.acme.organization, response=response, revision=99, at=T0, rules=1, matched=["some-rule"]
        )
    assert gaps(cast.acme) == {"match_without_alert": 1}


def test_an_alert_raised_twice_without_its_own_concern_and_notices(cast: Cast):
    alert = alerted(cast.acme)
    with cast.acme.bound():
        copy_of(alert)
    found = gaps(cast.acme)
    assert found["alert_raised_twice"] == 1
    assert found["alert_without_concern"] == 1  # it points at the concern of another alert
    assert found["alert_without_notice"] == 2  # neither raised nor breached


def test_a_concern_without_an_alert(cast: Cast):
    alert = alerted(cast.acme)
    with cast.acme.bound():
        assert alert.concern_id is not None
        concern = Concern.objects.get(pk=alert.concern_id)
        concern.pk, concern.source_id = uuid7(), uuid7()
        concern.save(force_insert=True)
    assert gaps(cast.acme) == {"concern_without_alert": 1}


def test_a_notice_that_is_overdue_or_fails_again_and_again(cast: Cast):
    alerted(cast.acme)
    with cast.acme.bound():
        waiting = Notice.objects.pending().count()
        Notice.objects.pending().update(due_at=T0 - LATER)
    assert gaps(cast.acme) == {"notice_late": waiting}
    with cast.acme.bound():
        Notice.objects.pending().update(due_at=T0 + LATER, failures=3)
    assert gaps(cast.acme) == {"notice_poisoned": waiting}


def test_a_notice_with_fewer_messages_than_recipients(cast: Cast):
    alert = alerted(cast.acme)
    with cast.acme.bound():
        Notice.objects.filter(alert=alert, kind=Notice.Kind.RAISED).update(recipients=F("recipients") + 1)
    assert gaps(cast.acme) == {"notice_told_nobody": 1}


def test_a_message_that_is_late_or_pushed_too_far(cast: Cast):
    alerted(cast.acme)
    with cast.acme.bound():
        queued = Message.objects.queued().count()
    assert gaps(cast.acme, now=T0 + LATER)["message_late"] == queued
    with cast.acme.bound():
        Message.objects.update(next_try_at=T0 + timedelta(hours=2))
    assert gaps(cast.acme) == {"message_next_try_too_far": queued}


def test_a_message_refused_for_good_is_a_look_unless_nobody_else_got_it(cast: Cast):
    alerted(cast.acme)
    with cast.acme.bound():
        told = [link.message for link in NoticeMessage.objects.select_related("message")]
        assert len({message.pk for message in told}) >= 2
        told[0].failed("recipient refused", now=T0)
        result = reconcile(now=T0)
        assert result.is_whole
        assert [(look.kind, look.count) for look in result.looks] == [("message_failed", 1)]
        for message in told[1:]:
            message.failed("recipient refused", now=T0)
    assert gaps(cast.acme) == {}  # the next people in line are about to be told
    assert gaps(cast.acme, now=T0 + LATER) == {"message_failed_nobody_told": len(told)}


def test_gaps_of_one_organization_are_not_seen_in_another(cast: Cast):
    respond(cast.acme, {"prepared": "no"})
    assert gaps(cast.rival, now=T0 + LATER) == {}


def test_the_command_prints_json_and_exits_with_1_on_a_gap(cast: Cast, capsys):
    response = respond(cast.acme, {"prepared": "no"}, now=timezone.now() - LATER)
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", "--json")
    assert ended.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    acme = next(each for each in said["organizations"] if each["slug"] == "acme")
    assert acme["gaps"] == [{"kind": "revision_not_evaluated", "count": 1, "ids": [str(response.pk)]}]
    assert next(each for each in said["organizations"] if each["slug"] == "rival")["ok"]


def test_the_command_checks_one_organization(cast: Cast, capsys):
    respond(cast.acme, {"prepared": "no"}, now=timezone.now() - LATER)
    call_command("reconcile", "--organization", "rival")
    out = capsys.readouterr().out
    assert "rival: nothing is missing" in out
    assert "acme" not in out


def test_the_command_tells_progress_when_there_are_many(cast: Cast, capsys):
    for number in range(3):
        make_house(f"more{number}", partners=())
    call_command("reconcile")
    assert "5 of 5 organizations checked" in capsys.readouterr().err


# --- texts and their safety items ---


def looks(house: House, *, now=T0) -> dict[str, int]:
    with house.bound():
        return {finding.kind: finding.count for finding in reconcile(now=now).looks}


def test_a_text_is_no_gap_within_grace_and_one_after_it(cast: Cast):
    words = make_words(cast.acme)
    evaluate(cast.acme, words.response)
    assert "text_without_item" not in gaps(cast.acme, now=T0 + timedelta(seconds=30))
    assert gaps(cast.acme, now=T0 + LATER)["text_without_item"] == 1


def test_a_text_that_was_marked_done_without_an_item(cast: Cast):
    words = make_words(cast.acme)
    with cast.acme.bound():
        Verbatim.objects.update(needs_review=False)
    evaluate(cast.acme, words.response)
    assert gaps(cast.acme, now=T0 + LATER)["text_without_item"] == 1


def test_texts_items_and_verdicts_are_counted(cast: Cast):
    item = make_item(cast.acme)
    with cast.acme.bound():
        counts = reconcile(now=T0).counts
        assert (counts["texts"], counts["items"], counts["items_in_time"], counts["items_late"]) == (1, 1, 1, 0)
    assert "text_without_item" not in gaps(cast.acme, now=T0 + LATER)
    assert looks(cast.acme, now=item.due_at) == {"item_overdue": 1}


def test_a_crisis_that_nobody_was_paged_about(cast: Cast):
    item = make_item(cast.acme, CRISIS)
    assert "crisis_not_paged" not in gaps(cast.acme, now=T0 + timedelta(seconds=30))
    assert gaps(cast.acme, now=T0 + LATER)["crisis_not_paged"] == 1
    with cast.acme.bound():
        page(item_id=item.pk, now=T0 + LATER)
    assert "crisis_not_paged" not in gaps(cast.acme, now=T0 + LATER)
    with cast.acme.bound():
        acknowledge(item=item, by=cast.acme.members["supervisor"], now=T0 + LATER)
    assert "crisis_not_paged" not in gaps(cast.acme, now=T0 + 10 * LATER)
