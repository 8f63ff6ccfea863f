"""How rows would be understood, in words, before anything is imported."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.models import Channel, Purpose
from patients.importing.checking import rules_of
from patients.importing.chunks import first_lines
from patients.importing.columns import BY_NAME, COLUMNS, ColumnsMissing, places
from patients.importing.rows import Fault, Row, read_row, unreadable
from patients.importing.values import Agreed
from patients.models import STAGES, Import, Respondent, Touchpoint

ROWS = 20


@dataclass(frozen=True, slots=True)
class Understood:
    """One row of the preview: what it says under each mapped column, or nothing, and what is wrong with it."""

    number: int
    cells: list[str]
    faults: list[Fault]


def preview(source: Import, *, now: datetime) -> tuple[list[str], list[Understood]]:
    """Return the labels of the mapped columns and the first rows as they would be understood.

    Contact details are not shown, only that they are there. No rows when the columns cannot work yet.
    """
    try:
        placed = places(source.mapping, source.header)
    except ColumnsMissing:
        return [], []
    names = [column.name for column in COLUMNS if column.name in placed]
    rules, width = rules_of(source), len(source.header)
    rows = []
    for line in first_lines(source, ROWS):
        if line.problem:
            rows.append(Understood(line.number, [], [unreadable(line.number, line.problem)]))
            continue
        row, faults = read_row(line.number, line.cells, places=placed, width=width, rules=rules, now=now)
        cells = [_said(row, name, rules.time_zone) for name in names] if row else []
        rows.append(Understood(line.number, cells, faults))
    return [BY_NAME[name].label for name in names], rows


def _said(row: Row, name: str, zone: str) -> str:
    if name in ("email", "phone"):
        return "given" if getattr(row, name) else ""
    if name in ("void", "backfill"):
        return "yes" if getattr(row, f"is_{name}") else ""
    if name in ("occurred_at", "consent_at"):
        return _when(row.occurred_at if name == "occurred_at" else row.agreed_at, row.time_zone or zone)
    if name.startswith("consent"):
        return _agreed(row, name)
    return _label(name, str(getattr(row, name)))


def _label(name: str, value: str) -> str:
    labels = {
        "stage": STAGES,
        "touchpoint": dict(Touchpoint.Kind.choices),
        "respondent_kind": dict(Respondent.Kind.choices),
        "preferred_channel": dict(Channel.choices),
    }
    return str(labels.get(name, {}).get(value, value))


def _when(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}" if at else ""


def _agreed(row: Row, name: str) -> str:
    if name == "consent_wording":
        return row.wording
    only = name.removeprefix("consent_")
    found = [agreed for agreed in row.agreed if name == "consents" or agreed.channel == only]
    return ", ".join(f"{each.channel}:{_purposes(each)}" for each in found)


def _purposes(agreed: Agreed) -> str:
    words = "all" if len(agreed.purposes) == len(Purpose.values) else "+".join(agreed.purposes)
    return words if agreed.is_given else "none"
