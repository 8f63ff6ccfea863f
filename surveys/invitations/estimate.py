"""What would hinder invitations, worked out for many patients in one statement; a forecast, never a gate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from patients.models import Patient
from surveys.invitations.gates import asks_text
from surveys.models import Skip, Survey, SurveyVersion
from surveys.models.survey import definition_of
from tenants.models import Organization, Program

MOST = 5_000  # patients or events that a forecast looks at
YEAR = timedelta(days=365)
Reason = Skip.Reason

# The gates of gates.py, in their order, over the rows (patient_id, due_at) of `wanted`.
_FORECAST = """
SELECT w.patient_id, w.due_at, coalesce(reach.person, encode(uuid_send(r.id), 'hex'), w.patient_id::text), CASE
    WHEN p.program_id = ANY(%(off)s) THEN 'program_off'
    WHEN p.program_id = ANY(%(unsafe)s) THEN 'no_safety'
    WHEN p.contact_status IN ('paused', 'withdrawn', 'deceased') THEN 'status'
    WHEN EXISTS (SELECT 1 FROM patients_hold h WHERE h.patient_id = p.id AND h.lifted_at IS NULL) THEN 'hold'
    WHEN p.contact_status = 'under_age' AND r.kind IS DISTINCT FROM 'caregiver' THEN 'under_age'
    WHEN r.id IS NULL THEN 'no_address'
    WHEN agreed.channels IS NULL THEN 'no_consent'
    WHEN p.program_id = ANY(%(by_partner)s) THEN ''
    WHEN reach.person IS NULL THEN CASE WHEN reach.refused > 0 THEN 'stopped' ELSE 'no_address' END
    WHEN asked.last_at > w.due_at - %(gap)s THEN 'too_soon'
    WHEN asked.times >= %(a_year)s THEN 'too_often'
    ELSE '' END
FROM wanted w
JOIN patients_patient p ON p.id = w.patient_id
LEFT JOIN LATERAL (
    SELECT r.id, r.kind FROM patients_answering a JOIN patients_respondent r ON r.id = a.respondent_id
    WHERE a.patient_id = p.id AND (p.contact_status <> 'under_age' OR r.kind = 'caregiver')
) r ON true
LEFT JOIN LATERAL (
    SELECT array_agg(c.channel) AS channels FROM (
        SELECT DISTINCT ON (c.channel) c.channel, c.is_given FROM patients_consent c
        WHERE c.respondent_id = r.id AND c.purpose = 'survey'
            AND (c.channel <> 'phone' OR p.program_id = ANY(%(by_partner)s))
        ORDER BY c.channel, c.given_at DESC, c.id DESC
    ) c WHERE c.is_given
) agreed ON true
LEFT JOIN LATERAL (
    SELECT min(encode(a.fingerprint, 'hex')) FILTER (WHERE s.id IS NULL) AS person,
        count(*) FILTER (WHERE s.reason <> 'bounce') AS refused,
        array_agg(a.fingerprint) FILTER (WHERE s.id IS NULL) AS fingerprints
    FROM messaging_address a
    LEFT JOIN messaging_stop s ON s.organization_id = a.organization_id AND s.fingerprint = a.fingerprint
        AND s.lifted_at IS NULL AND (s.reason <> 'bounce' OR s.channel = a.channel)
    WHERE a.owner_id = r.id AND a.channel = ANY(agreed.channels)
) reach ON true
LEFT JOIN LATERAL (
    SELECT max(k.at) AS last_at, count(*) AS times FROM messaging_surveycontact k
    WHERE k.organization_id = p.organization_id AND k.fingerprint = ANY(reach.fingerprints)
        AND k.at > w.due_at - %(year)s AND k.at <= w.due_at
) asked ON true
"""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of one invitation. person: one key for all who share an address. reason: "" when it is sent."""

    patient_id: UUID
    due_at: datetime
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many of a list would be asked, and why others would not; of the newest MOST patients if there are more."""

    patients: int
    looked_at: int
    invited: int
    skipped: list[tuple[str, int]]

    @property
    def is_sample(self) -> bool:
        """Tell whether only a part was looked at."""
        return self.patients > self.looked_at


def forecast(wanted: str, params: dict[str, Any], *, survey: Survey, organization: Organization) -> list[Forecast]:
    """Return what the gates would say now of each respondent of the patients that `wanted` selects.

    wanted: a SELECT of ours of (patient_id, due_at), with its named `params`.
    Who is asked twice in the list itself is not noticed here; see `paced`.
    """
    rules: dict[str, Any] = {
        "gap": timedelta(days=organization.survey_gap_days),
        "a_year": organization.surveys_a_year,
        "year": YEAR,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"WITH wanted AS ({wanted}) {_FORECAST}", {**params, **_programs(survey), **rules})
        return [Forecast(*row) for row in cursor.fetchall()]


def paced(rows: Iterable[Forecast], *, organization: Organization) -> list[Forecast]:
    """Apply the contact rules among the rows themselves: whoever is asked once is not asked again too soon."""
    gap, asked, result = timedelta(days=organization.survey_gap_days), dict[str, list[datetime]](), []
    for row in sorted(rows, key=lambda each: each.due_at):
        if row.reason:
            result.append(row)
            continue
        before = asked.setdefault(row.person, [])
        reason = ""
        if before and row.due_at - before[-1] < gap:
            reason = Reason.TOO_SOON
        elif sum(1 for at in before if at > row.due_at - YEAR) >= organization.surveys_a_year:
            reason = Reason.TOO_OFTEN
        else:
            before.append(row.due_at)
        result.append(replace(row, reason=reason))
    return result


def estimate(patients: QuerySet[Patient], *, survey: Survey, organization: Organization, now: datetime) -> Estimate:
    """Return what would become of a survey to these patients now: one count and one statement."""
    total = patients.count()
    newest = patients.order_by("-pk").values("id")[:MOST]
    sql, given = newest.query.sql_with_params()
    named = {f"p{place}": value for place, value in enumerate(given)}
    listed = sql % tuple(f"%({name})s" for name in named)
    wanted = f"SELECT n.id AS patient_id, %(now)s::timestamptz AS due_at FROM ({listed}) n"  # noqa: S608 - from the ORM
    rows = forecast(wanted, {**named, "now": now}, survey=survey, organization=organization)
    rows = paced(rows, organization=organization)
    return Estimate(
        patients=total,
        looked_at=min(total, MOST),
        invited=sum(1 for row in rows if not row.reason),
        skipped=by_reason(row.reason for row in rows),
    )


def by_reason(reasons: Iterable[str]) -> list[tuple[str, int]]:
    """Count reasons in words, the most frequent first; "" does not count."""
    counts: dict[str, int] = {}
    for reason in filter(None, reasons):
        counts[reason] = counts.get(reason, 0) + 1
    ordered: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda each: -each[1])
    return [(str(Reason(reason).label), count) for reason, count in ordered]


def _programs(survey: Survey) -> dict[str, list[UUID]]:
    programs = list(Program.objects.all())
    version = SurveyVersion.objects.filter(survey=survey, number=survey.current_number).values_list("pk", flat=True)
    takes_text = any(asks_text(definition_of(pk)) for pk in version)
    return {
        "off": [each.pk for each in programs if not each.is_active],
        "unsafe": [each.pk for each in programs if takes_text and not each.may_collect_text],
        "by_partner": [each.pk for each in programs if each.links_sent_by == Program.Sender.PARTNER],
    }
