"""What must hold of the chain from answer to e-mail, asked of Postgres as the owner and of the mail server."""

import json
from collections.abc import Sequence

from cxplatform.devstack.processes import wait_until
from tests.faults.crowd import Visit
from tests.faults.journeys import let_pauses_pass, tell_of_all
from tests.faults.world import World

PEOPLE_TOLD = 2  # the agent and the supervisor of the team that `seed` makes
WAYS_COUNTED = 2  # the respondent, and the one address
TEXTS = """
    SELECT id, needs_review FROM surveys_verbatim UNION ALL SELECT id, needs_review FROM caseloop_casetext"""

# Each query returns how many rows break the law that its name states.
LAWS = {
    "a revision is evaluated other than once": """
        SELECT count(*) FROM surveys_response r WHERE 1 <>
            (SELECT count(*) FROM alerts_evaluation e WHERE e.response_id = r.id AND e.revision = r.revision)""",
    "an evaluated response is still pending": "SELECT count(*) FROM surveys_response WHERE evaluate_at IS NOT NULL",
    "an unprepared patient has other than one alert, or a prepared one has any": """
        SELECT count(*) FROM surveys_response r WHERE (CASE WHEN r.answers->>'prepared' = 'no' THEN 1 ELSE 0 END) <>
            (SELECT count(*) FROM alerts_alert a WHERE a.response_id = r.id)""",
    "an alert has no concern": "SELECT count(*) FROM alerts_alert WHERE concern_id IS NULL",
    "an alert has other than one concern": """
        SELECT count(*) FROM alerts_alert a WHERE 1 <>
            (SELECT count(*) FROM caseloop_concern c WHERE c.source_id = a.id)""",
    "a concern belongs to no alert": """
        SELECT count(*) FROM caseloop_concern c WHERE NOT EXISTS
            (SELECT FROM alerts_alert a WHERE a.concern_id = c.id)""",
    "a notice of a new alert is not settled": """
        SELECT count(*) FROM alerts_notice WHERE kind = 'raised' AND settled_at IS NULL""",
    "an alert has other than one message per person": f"""
        SELECT count(*) FROM alerts_alert a WHERE {PEOPLE_TOLD} <>
            (SELECT count(*) FROM alerts_noticemessage m JOIN alerts_notice n ON n.id = m.notice_id
             WHERE n.alert_id = a.id AND n.kind = 'raised')""",
    "a message is not sent": "SELECT count(*) FROM messaging_message WHERE state <> 'sent'",
    "a journey event is not planned": "SELECT count(*) FROM patients_touchpoint WHERE plan_pending",
    "an event has other than one invitation or reason": """
        SELECT count(*) FROM patients_touchpoint t WHERE NOT t.plan_pending AND 1 <>
            (SELECT count(*) FROM surveys_invitation i WHERE i.touchpoint_id = t.id) +
            (SELECT count(*) FROM surveys_skip s WHERE s.touchpoint_id = t.id AND s.invitation_id IS NULL)""",
    "a step of an invitation is due": "SELECT count(*) FROM surveys_invitation WHERE next_step_at <= now()",
    "a step of an invitation failed and waits": """
        SELECT count(*) FROM surveys_invitation WHERE step_failures > 0 AND next_step_at IS NOT NULL""",
    "an invitation has other than one message or reason, or one before its time": """
        SELECT count(*) FROM surveys_invitation i WHERE (i.invited_at IS NOT NULL OR i.ended_as = 'skipped')::int <>
            (SELECT count(*) FROM messaging_message m
             WHERE m.about_id = i.id AND m.template IN ('invitation', 'outcome')) +
            (SELECT count(*) FROM surveys_skip s WHERE s.invitation_id = i.id AND s.step = 'invite')""",
    "an invitation has other than as many reminders or reasons as were due": """
        SELECT count(*) FROM surveys_invitation i LEFT JOIN surveys_occasion o ON o.id = i.occasion_id WHERE
            (SELECT count(*) FROM unnest(o.reminder_days) day
             WHERE i.invited_at + day * interval '24 hours' <= now()) <>
            (SELECT count(*) FROM messaging_message m WHERE m.about_id = i.id AND m.template = 'reminder') +
            (SELECT count(*) FROM surveys_skip s WHERE s.invitation_id = i.id AND s.step = 'remind')""",
    "an invitation counts its reminders otherwise": """
        SELECT count(*) FROM surveys_invitation i WHERE i.reminders_sent <>
            (SELECT count(*) FROM messaging_message m WHERE m.about_id = i.id AND m.template = 'reminder')""",
    "a survey is counted against the contact rules without being sent, or the other way about": f"""
        SELECT count(*) FROM surveys_invitation i WHERE
            CASE WHEN i.source = 'journey' AND i.invited_at IS NOT NULL THEN {WAYS_COUNTED} ELSE 0 END <>
            (SELECT count(*) FROM messaging_surveycontact c WHERE c.invitation_id = i.id)""",
    "a text has other than one safety item": f"""
        SELECT count(*) FROM ({TEXTS}) t WHERE 1 <> (SELECT count(*) FROM safety_item i WHERE i.source_id = t.id)""",
    "a safety item belongs to no text": f"""
        SELECT count(*) FROM safety_item i WHERE i.source_id NOT IN (SELECT id FROM ({TEXTS}) t)""",
    "a text is still to be taken in": f"SELECT count(*) FROM ({TEXTS}) t WHERE needs_review",
}


def broken_laws(world: World) -> dict[str, int]:
    """Return the laws that do not hold (yet), with the number of rows that break them."""
    asked = ", ".join(f"({sql})" for sql in LAWS.values())
    (counts,) = world.ask(f"SELECT {asked}")  # one statement, so that all is seen at one instant
    return {law: count for law, count in zip(LAWS, counts, strict=True) if count}


def settle(world: World, visits: Sequence[Visit], *, within_s: float) -> None:
    """Wait until the chain is complete, then check that all of it is true. Raises AssertionError naming what is not.

    The hub first tells of all whom it was to tell of.
    """
    tell_of_all(world, visits)
    wait_until(lambda: not (let_pauses_pass(world) or broken_laws(world)), timeout_s=within_s, pause_s=0.3)
    broken = broken_laws(world)
    assert broken == {}, broken
    assert lost(world, visits) == []
    sent = {f"<{pk}@cxplatform.invalid>" for (pk,) in world.ask("SELECT id::text FROM messaging_message")}
    assert set(world.mail.copies()) == sent
    _reconcile(world)


def lost(world: World, visits: Sequence[Visit]) -> list[str]:
    """Return the invitations whose acknowledged answers are not all stored as they were given."""
    rows = world.ask(
        """SELECT r.invitation_id::text, r.answers->>'prepared', v.text FROM surveys_response r
        LEFT JOIN surveys_verbatim v ON v.response_id = r.id AND v.question_key = 'words'
        WHERE r.submitted_at IS NOT NULL"""
    )
    stored = {invitation: (prepared, words) for invitation, prepared, words in rows}
    return [
        visit.link.invitation_id
        for visit in visits
        if visit.acknowledged_at and stored.get(visit.link.invitation_id) != (visit.prepared, visit.words)
    ]


def _reconcile(world: World) -> None:
    command = world.command("reconcile", "--json", "--grace", "0")
    command.log.unlink(missing_ok=True)
    command.start()
    code = command.wait()
    assert code == 0, json.dumps(command.last_words(40))
