"""Files of patients for tests, and the steps from a file to its import."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from patients.importing import steering, working
from patients.importing.uploading import receive
from patients.models import Import
from tests.conftest import House

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HEADER = ["external_id", "language", "time_zone", "touchpoint", "occurred_at", "source_id", "consents"]


def csv_of(rows: Iterable[Mapping[str, Any] | Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """Write rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([row.get(name, "") for name in header] if isinstance(row, Mapping) else row)
    return out.getvalue().encode()


def upload(house: House, data: bytes, *, partner: str = "north", now=NOW, by: str = "admin", **over: Any) -> Import:
    """Take a file in for a partner."""
    with house.bound():
        return receive(
            **{
                "program": house.program,
                "partner": house.partners[partner],
                "file_name": "patients.csv",
                "reopen": lambda: io.BytesIO(data),
                "is_backfill": False,
                "by": house.members[by],
                "now": now,
                **over,
            }
        )


def work(house: House, source: Import, *, now=NOW, steps: int = 100_000) -> Import:
    """Work on it until nothing is left, or for some steps."""
    for _ in range(steps):
        if not working.step(organization_id=house.organization.pk, import_id=source.pk, now=now):
            break
    with house.bound():
        source.refresh_from_db()
    return source


def check(house: House, data: bytes, *, now=NOW, mapping: Mapping[str, str] | None = None, **over: Any) -> Import:
    """Upload a file and have every row checked."""
    source = upload(house, data, now=now, **over)
    with house.bound():
        steering.check(
            source=source,
            mapping=mapping if mapping is not None else source.mapping,
            is_backfill=source.is_backfill,
            by=house.members["admin"],
            now=now,
        )
    return work(house, source, now=now)


def bring_in(house: House, data: bytes, *, now=NOW, **over: Any) -> Import:
    """Upload, check and import a file."""
    source = check(house, data, now=now, **over)
    with house.bound():
        steering.start(source=source, by=house.members["admin"], now=now)
    return work(house, source, now=now)


def undo(house: House, source: Import, *, now=NOW + timedelta(hours=1)) -> Import:
    """Take an import back."""
    with house.bound():
        steering.undo(source=source, by=house.members["admin"], now=now)
    return work(house, source, now=now)


def codes_of(house: House, source: Import) -> dict[int, set[str]]:
    """Return the codes of the faults by row."""
    found: dict[int, set[str]] = {}
    with house.bound():
        for row, code in source.faults.values_list("row", "code"):
            found.setdefault(row, set()).add(code)
    return found
