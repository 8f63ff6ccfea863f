"""What must hold of the chain from answer to e-mail, asked of Postgres as the owner and of the mail server."""

import json
from collections.abc import Sequence

from cxplatform.devstack.processes import wait_until
from tests.faults.crowd import Visit
from tests.faults.world import World

PEOPLE_TOLD = 2  # the agent and the supervisor of the team that `seed` makes

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
}


def broken_laws(world: World) -> dict[str, int]:
    """Return the laws that do not hold (yet), with the number of rows that break them."""
    counts = {law: world.ask(sql)[0][0] for law, sql in LAWS.items()}
    return {law: count for law, count in counts.items() if count}


def settle(world: World, visits: Sequence[Visit], *, within_s: float) -> None:
    """Wait until the chain is complete, then check that all of it is true. Raises AssertionError naming what is not."""
    wait_until(lambda: not broken_laws(world), timeout_s=within_s, pause_s=0.3)
    assert broken_laws(world) == {}
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
