"""The proof that nothing is lost: every link of the chain is counted, and every gap is named by kind and id.

revision → evaluation → alert → concern or stated reason → notices → messages, final or with a next try in bounds;
text → safety item → verdict, or pending in time.
Each check is one set-based statement (an anti-join) over the bound organization.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

GRACE = timedelta(seconds=120)  # sweeps run every few seconds; what waits longer was missed
NEXT_TRY_WITHIN = timedelta(minutes=15)  # the longest step of the post office's back-off
POISON_AFTER = 3  # failures in a row; fewer may have been a passing fault
LISTED = 1000  # ids listed per kind; the counts go on

_COUNTS = """
    SELECT
        (SELECT count(*) FROM surveys_response WHERE evaluate_at IS NULL OR evaluate_at <= %(late)s) AS revisions_due,
        (SELECT count(*) FROM surveys_response WHERE evaluate_at > %(late)s) AS revisions_waiting,
        (SELECT count(*) FROM alerts_evaluation) AS evaluations,
        (SELECT coalesce(sum(jsonb_array_length(matched)), 0) FROM alerts_evaluation) AS matches,
        (SELECT count(*) FROM alerts_alert) AS alerts,
        (SELECT count(*) FROM alerts_alert WHERE concern_id IS NOT NULL) AS alerts_on_a_case,
        (SELECT count(*) FROM alerts_alert WHERE no_case_reason <> '') AS alerts_without_a_case,
        (SELECT count(*) FROM alerts_notice WHERE settled_at IS NULL) AS notices_pending,
        (SELECT count(*) FROM alerts_notice WHERE settled_at IS NOT NULL AND suppressed = '') AS notices_told,
        (SELECT count(*) FROM alerts_notice WHERE suppressed <> '') AS notices_suppressed,
        (SELECT count(*) FROM messaging_message WHERE state = 'queued') AS messages_queued,
        (SELECT count(*) FROM messaging_message WHERE state = 'sent') AS messages_sent,
        (SELECT count(*) FROM messaging_message WHERE state = 'failed') AS messages_failed,
        (SELECT count(*) FROM surveys_verbatim) + (SELECT count(*) FROM caseloop_casetext)
            + (SELECT count(*) FROM safety_report)
            + (SELECT count(*) FROM messaging_inbound t WHERE t.needs_review
                OR EXISTS (SELECT 1 FROM safety_item i WHERE i.source_id = t.id))
            + (SELECT count(*) FROM patients_patientevent t WHERE t.needs_review
                OR EXISTS (SELECT 1 FROM safety_item i WHERE i.source_id = t.id)) AS texts,
        (SELECT count(*) FROM safety_item) AS items,
        (SELECT count(*) FROM safety_item WHERE state NOT IN ('pending', 'possible')) AS items_decided,
        (SELECT count(*) FROM safety_item WHERE state IN ('pending', 'possible') AND due_at > %(now)s) AS items_in_time,
        (SELECT count(*) FROM safety_item WHERE state IN ('pending', 'possible') AND due_at <= %(now)s) AS items_late
"""

# What a gap means and what to do about each is told in docs/operations.md, by these names.
GAPS = {
    "revision_not_evaluated": """
        SELECT r.id FROM surveys_response r
        WHERE (r.evaluate_at IS NULL OR r.evaluate_at <= %(late)s) AND NOT EXISTS (
            SELECT 1 FROM alerts_evaluation e WHERE e.response_id = r.id AND e.revision = r.revision)""",
    "revision_poisoned": """
        SELECT r.id FROM surveys_response r
        WHERE r.evaluate_at > %(late)s AND r.evaluation_failures >= %(poison)s""",
    "revision_evaluated_twice": """
        SELECT e.response_id FROM alerts_evaluation e GROUP BY e.response_id, e.revision HAVING count(*) > 1""",
    "match_without_alert": """
        SELECT e.id FROM alerts_evaluation e CROSS JOIN LATERAL jsonb_array_elements_text(e.matched) AS m (key)
        WHERE NOT EXISTS (
            SELECT 1 FROM alerts_alert a WHERE a.response_id = e.response_id AND a.rule_copy ->> 'key' = m.key)""",
    "alert_raised_twice": """
        SELECT a.response_id FROM alerts_alert a GROUP BY a.response_id, a.rule_copy ->> 'key' HAVING count(*) > 1""",
    "alert_without_concern": """
        SELECT a.id FROM alerts_alert a
        WHERE a.no_case_reason = '' AND NOT EXISTS (
            SELECT 1 FROM caseloop_concern c WHERE c.id = a.concern_id AND c.source_id = a.id)""",
    "concern_without_alert": """
        SELECT c.id FROM caseloop_concern c WHERE NOT EXISTS (
            SELECT 1 FROM alerts_alert a WHERE a.id = c.source_id AND a.concern_id = c.id)""",
    "alert_without_notice": """
        SELECT a.id FROM alerts_alert a WHERE NOT EXISTS (
            SELECT 1 FROM alerts_notice n WHERE n.alert_id = a.id AND n.kind = 'raised')
        UNION ALL
        SELECT a.id FROM alerts_alert a WHERE a.concern_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM alerts_notice n WHERE n.alert_id = a.id AND n.kind = 'breached')""",
    "notice_late": """
        SELECT n.id FROM alerts_notice n WHERE n.settled_at IS NULL AND n.due_at <= %(late)s""",
    "notice_poisoned": """
        SELECT n.id FROM alerts_notice n
        WHERE n.settled_at IS NULL AND n.due_at > %(late)s AND n.failures >= %(poison)s""",
    "notice_told_nobody": """
        SELECT n.id FROM alerts_notice n
        LEFT JOIN (SELECT notice_id, count(*) AS told FROM alerts_noticemessage GROUP BY notice_id) m
            ON m.notice_id = n.id
        WHERE n.settled_at IS NOT NULL AND n.suppressed = ''
            AND (n.recipients = 0 OR coalesce(m.told, 0) <> n.recipients)""",
    "message_late": """
        SELECT m.id FROM messaging_message m WHERE m.state = 'queued' AND m.next_try_at <= %(late)s""",
    "message_next_try_too_far": """
        SELECT m.id FROM messaging_message m
        WHERE m.state = 'queued'  -- those to patients may wait for the morning
            AND m.next_try_at > %(far)s::timestamptz
                + CASE WHEN m.owner_id IS NULL THEN interval '0' ELSE interval '13 hours' END""",
    "message_failed_nobody_told": """
        SELECT m.id FROM messaging_message m JOIN alerts_noticemessage l ON l.message_id = m.id
        WHERE m.state = 'failed' AND NOT (m.needs_stand_in AND m.final_at > %(late)s) AND NOT EXISTS (
            SELECT 1 FROM alerts_noticemessage other JOIN messaging_message got ON got.id = other.message_id
            WHERE other.notice_id = l.notice_id AND got.state <> 'failed')""",
}

# Every text that was received before `late` has its item; what people have not judged in time is theirs to look at.
_TEXTS = """
    SELECT v.id FROM surveys_verbatim v WHERE v.received_at <= %(late)s AND v.text <> ''
    UNION ALL SELECT t.id FROM caseloop_casetext t WHERE t.received_at <= %(late)s AND t.text <> ''
    UNION ALL SELECT r.id FROM safety_report r
    UNION ALL SELECT i.id FROM messaging_inbound i
        WHERE i.received_at <= %(late)s AND i.text <> '' AND (i.needs_review OR i.keyword = '')
    UNION ALL SELECT e.id FROM patients_patientevent e WHERE e.at <= %(late)s AND e.needs_review"""
GAPS |= {
    "text_without_item": f"""
        SELECT words.id FROM ({_TEXTS}) AS words
        WHERE NOT EXISTS (SELECT 1 FROM safety_item i WHERE i.source_id = words.id)""",  # noqa: S608
    "crisis_not_paged": """
        SELECT i.id FROM safety_item i WHERE i.is_crisis AND i.acknowledged_at IS NULL AND i.state = 'pending'
            AND (i.next_page_at IS NULL OR i.next_page_at <= %(late)s)""",
}

# Not lost, but a person should look.
LOOKS = {
    "revision_pushed_back": """
        SELECT r.id FROM surveys_response r
        WHERE r.evaluate_at > %(late)s AND r.evaluation_failures BETWEEN 1 AND %(poison)s - 1""",
    "notice_nobody_to_tell": "SELECT n.id FROM alerts_notice n WHERE n.suppressed = 'nobody'",
    "message_failed": "SELECT m.id FROM messaging_message m WHERE m.state = 'failed'",
    "item_overdue": """
        SELECT i.id FROM safety_item i WHERE i.state IN ('pending', 'possible') AND i.due_at <= %(now)s""",
    "crisis_nobody_to_page": """
        SELECT DISTINCT i.id FROM safety_item i JOIN safety_itemevent e ON e.item_id = i.id
        WHERE i.acknowledged_at IS NULL AND e.kind = 'paged' AND e.data -> 'told' = '[]'::jsonb""",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding: how many, and the ids of the first LISTED of them."""

    kind: str
    count: int
    ids: list[str]


@dataclass(slots=True)
class Reconciliation:
    """The chain of one organization: counts per link, gaps, and what a person should look at."""

    counts: dict[str, int]
    gaps: list[Finding] = field(default_factory=list)
    looks: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether no gap was found."""
        return not self.gaps


def reconcile(*, now: datetime, grace: timedelta = GRACE) -> Reconciliation:
    """Check every link of the chain of the bound organization.

    grace: how long work may be due before it counts as missed.
    Each statement sees its own snapshot, and each link is written in one transaction, so it may run during work.
    """
    bounds = {
        "now": now,
        "late": now - grace,
        "far": now + NEXT_TRY_WITHIN + grace,
        "poison": POISON_AFTER,
        "listed": LISTED,
    }
    return Reconciliation(_counts(bounds), _findings(GAPS, bounds), _findings(LOOKS, bounds))


def _counts(bounds: dict[str, Any]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, bounds)
        row = cursor.fetchone()
        return {column.name: int(value) for column, value in zip(cursor.description, row, strict=True)}


def _findings(checks: dict[str, str], bounds: dict[str, Any]) -> list[Finding]:
    found = [_finding(kind, sql, bounds) for kind, sql in checks.items()]
    return [finding for finding in found if finding.count]


def _finding(kind: str, sql: str, bounds: dict[str, Any]) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.id::text, count(*) OVER () FROM ({sql}) AS found (id) ORDER BY found.id LIMIT %(listed)s",  # noqa: S608
            bounds,
        )
        rows = cursor.fetchall()
    return Finding(kind, rows[0][1] if rows else 0, [row[0] for row in rows])
