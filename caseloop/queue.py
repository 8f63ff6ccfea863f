"""The queue: which cases a member looks at, page by page, at the same cost for a thousand and for a million."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from caseloop.calling import newest_wish
from caseloop.codes import Severity, Status
from caseloop.lens import Cursor, Lens, View
from caseloop.models import Case, PartnerTask
from caseloop.models.cases import CaseQuerySet
from caseloop.wishes import Wish, call_from, may_call
from caseloop.words import HIDDEN_COLLEAGUE
from cxplatform.lib.clocks import relative
from cxplatform.lib.codes import NotAPseudonym
from cxplatform.lib.languages import language_name
from patients.models import Patient
from tenants.models import Member, Team, TeamMember

PAGE = 50
CAP = 500
SOON = timedelta(hours=2)
STATUS_COLOUR = {"withdrawn": "p0", "deceased": "p0", "paused": "p2", "under_age": "p2"}
LEAVE_ALONE = {"withdrawn": "No contact", "deceased": "No contact", "paused": "Paused"}

_COLUMNS = (
    "id", "number", "version", "status", "severity", "why", "language", "due_at", "changed_at", "opened_at",
    "owner_id", "team_id", "patient__pseudonym", "patient__time_zone", "patient__contact_status", "partner__name",
    "owner__user__name", "owner__user__email",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One case as the queue shows it. marks: (word, colour of its chip) for what stands over the whole case."""

    id: UUID
    number: int
    version: int
    status: str
    status_word: str
    severity: str
    severity_word: str
    why: str
    pseudonym: str
    owner: str
    initials: str
    is_mine: bool
    due_at: datetime | None
    due_state: str
    due_text: str
    opened_at: datetime
    partner: str
    language: str
    language_word: str
    zone: str
    is_callable: bool
    call_text: str
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the queue: rows in order, counts by view (CAP + 1 means more), and the places before and after."""

    rows: list[Row]
    counts: Mapping[str, int]
    previous: Cursor | None
    next: Cursor | None
    problem: str = ""

    @property
    def etag(self) -> str:
        """Return a strong validator: it changes with each row, its clock's colour, its callability and the counts."""
        seen = [(row.id.hex, row.version, row.due_state, row.call_text, row.marks) for row in self.rows]
        digest = hashlib.sha256(repr((seen, sorted(self.counts.items()), self.previous, self.next)).encode())
        return f'"{digest.hexdigest()[:32]}"'


def capped(count: int) -> str:
    """Say a capped count: "" for none, "500+" for more than the cap."""
    return f"{CAP}+" if count > CAP else str(count or "")


def listing(lens: Lens, *, member: Member, now: datetime) -> Listing:
    """Return one page of what the lens shows, in three statements whatever the number of cases (four for a search)."""
    counts = _counts(member=member, now=now)
    if lens.search:
        return _found(lens, counts, member=member, now=now)
    is_back, ascending = lens.before is not None, lens.view is not View.DONE
    field = "due_at" if ascending else "changed_at"
    forward = ascending is not is_back
    cases = _filtered(_in_view(lens.view, member=member, now=now), lens.filters, member=member, now=now)
    if cursor := lens.before or lens.after:
        cases = cases.filter(_beyond(field, cursor, forward=forward))
    sign = "" if forward else "-"
    fetched = _fetched(cases.order_by(f"{sign}{field}", f"{sign}id"), PAGE + 1)
    more, shown = len(fetched) > PAGE, fetched[:PAGE]
    if is_back:
        shown.reverse()
    has_previous, has_next = (more, True) if is_back else (lens.after is not None, more)
    return Listing(
        rows=_rows(shown, member=member, now=now),
        counts=counts,
        previous=Cursor(shown[0][field], shown[0]["id"]) if shown and has_previous else None,
        next=Cursor(shown[-1][field], shown[-1]["id"]) if shown and has_next else None,
    )


def _in_view(view: View, *, member: Member, now: datetime) -> CaseQuerySet:
    cases = Case.objects.all()
    if view is View.MINE:
        return cases.worked().filter(Q(due_at__lte=now) | ~Q(status=Status.WAITING), owner=member)
    if view is View.UNASSIGNED:
        return cases.unassigned()
    if view is View.TEAMS:
        return cases.worked().filter(team_id__in=TeamMember.objects.filter(member=member).values("team_id"))
    if view is View.OVERDUE:
        return cases.overdue(now=now)
    return cases.done() if view is View.DONE else cases.worked()


def _filtered(cases: CaseQuerySet, filters: Mapping[str, str], *, member: Member, now: datetime) -> CaseQuerySet:
    for name, value in filters.items():
        if name == "owner":
            cases = cases.filter(owner=member if value == "me" else None)
        elif name == "overdue":
            cases = cases.overdue(now=now)
        elif name == "asked":
            cases = cases.filter(pk__in=PartnerTask.objects.open().values("case_id"))
        else:
            field = name if name in ("status", "severity") else f"{name}_id"
            cases = cases.filter(**{field: value})
    return cases


def _beyond(field: str, cursor: Cursor, *, forward: bool) -> Q:
    # The first comparison is the one that an index serves; the others break ties.
    way = "gt" if forward else "lt"
    here = Q(**{f"{field}__{way}e": cursor.at})
    return here & (Q(**{f"{field}__{way}": cursor.at}) | Q(**{f"id__{way}": cursor.id}))


def _found(lens: Lens, counts: Mapping[str, int], *, member: Member, now: datetime) -> Listing:
    """Search all cases, whatever their status: by number, or by the beginning of a pseudonym."""
    text = lens.search.removeprefix("#")
    if text.isascii() and text.isdigit():
        cases = Case.objects.filter(number=min(int(text), 2**31 - 1))
    else:
        try:
            patients = Patient.objects.starting_with(text).order_by("pseudonym").values("pk")[:PAGE]
        except NotAPseudonym as problem:
            return Listing([], counts, None, None, problem=str(problem))
        cases = Case.objects.filter(patient__in=list(patients.values_list("pk", flat=True)))
    fetched = _fetched(cases.order_by("-changed_at", "-id"), PAGE)
    return Listing(_rows(fetched, member=member, now=now), counts, None, None)


def _fetched(cases: CaseQuerySet, count: int) -> list[dict[str, Any]]:
    asked = Exists(PartnerTask.objects.open().filter(case=OuterRef("pk")))
    return list(cases.values(*_COLUMNS, wish=newest_wish(), asked=asked)[:count])


def _counts(*, member: Member, now: datetime) -> dict[str, int]:
    """Count every view up to the cap, in one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for view in View:
        some = _in_view(view, member=member, now=now).order_by().values("pk")[: CAP + 1]
        sql, values = some.query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS capped)")  # noqa: S608 (the ORM wrote it; values are bound)
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(View.values, cursor.fetchone(), strict=True))


def _rows(fetched: list[dict[str, Any]], *, member: Member, now: datetime) -> list[Row]:
    teams = Team.objects.filter(pk__in={row["team_id"] for row in fetched})
    closed = {team.pk for team in teams if not team.week.is_open(now)}
    return [_row(row, closed=closed, member=member, now=now) for row in fetched]


def _row(row: dict[str, Any], *, closed: set[UUID], member: Member, now: datetime) -> Row:
    owner = (row["owner__user__name"] or row["owner__user__email"]) if row["owner_id"] else ""
    zone = row["patient__time_zone"]
    call_text = _call_text(row, is_closed=row["team_id"] in closed, now=now)
    return Row(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        status=row["status"],
        status_word=Status(row["status"]).label,
        severity=row["severity"],
        severity_word=Severity(row["severity"]).label,
        why=row["why"],
        pseudonym=row["patient__pseudonym"],
        owner=owner or (HIDDEN_COLLEAGUE if row["owner_id"] else ""),
        initials=_initials(owner or "Sponsor") if row["owner_id"] else "",
        is_mine=row["owner_id"] == member.pk,
        due_at=row["due_at"],
        due_state=_due_state(row, now=now),
        due_text=_due_text(row, now=now),
        opened_at=row["opened_at"],
        partner=row["partner__name"] or "",
        language=row["language"],
        language_word=language_name(row["language"]),
        zone=zone,
        is_callable=not call_text,
        call_text=call_text,
        marks=_marks(row, member=member),
    )


def _marks(row: dict[str, Any], *, member: Member) -> tuple[tuple[str, str], ...]:
    status = row["patient__contact_status"]
    marks = [(str(Patient.ContactStatus(status).label), STATUS_COLOUR[status])] if status in STATUS_COLOUR else []
    if row["asked"]:
        marks.append(("Asked by sponsor" if member.partner_id else "Partner asked", "info"))
    return tuple(marks)


def _call_text(row: dict[str, Any], *, is_closed: bool, now: datetime) -> str:
    """Say why not to call now; "" when one may."""
    if not row["due_at"]:
        return "–"
    if (status := row["patient__contact_status"]) in LEAVE_ALONE:
        return LEAVE_ALONE[status]
    if is_closed:
        return "Team closed"
    zone, wish = row["patient__time_zone"], Wish.read(row["wish"])
    return "" if may_call(zone, wish, now=now) else f"From {call_from(zone, wish, now=now)}"


def _due_state(row: dict[str, Any], *, now: datetime) -> str:
    due = row["due_at"]
    if due is None:
        return "met"
    if row["status"] == Status.WAITING and due > now:
        return "paused"
    return "overdue" if due < now else "soon" if due < now + SOON else "later"


def _due_text(row: dict[str, Any], *, now: datetime) -> str:
    if row["due_at"] is None:
        return ""
    return relative(row["due_at"], now).replace("due in", "check in" if row["status"] == Status.WAITING else "due in")


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()
