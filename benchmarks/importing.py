"""A file of new patients, checked and imported, against copying the same rows into the same tables without checks."""

import csv
import io
import time
from contextlib import suppress
from pathlib import Path

import psycopg2

from benchmarks.processes import cpu_s, pss_mb
from benchmarks.results import Goal, Result
from cxplatform.devstack.parts import finish
from cxplatform.devstack.processes import wait_until
from tests.faults.world import World

TABLES = (
    "patients_issuedpseudonym",
    "patients_patient",
    "patients_respondent",
    "patients_answering",
    "patients_service",
    "patients_consent",
    "patients_touchpoint",
)
HEADER = ("external_id", "language", "time_zone", "touchpoint", "occurred_at", "source_id", "backfill", "consents")
_SINCE = """
    SELECT extract(epoch FROM i.changed_at - i.uploaded_at), extract(epoch FROM i.changed_at - a.at), i.id
    FROM patients_import i JOIN tenants_auditentry a ON a.target_id = i.id AND a.action = 'patients.import.started'
    WHERE i.file_name = %s AND i.state = 'done'"""


def measure(world: World, *, rows: int) -> Result:
    """Import a file by the command, then copy what it made, in as many rows, into bare tables with the same indexes."""
    path = _file(world.folder / f"{rows}-patients.csv", rows)
    peak_mb, used_s = _import(world, path)
    whole, alone, import_id = world.ask(_SINCE, path.name)[0]
    whole_s, import_s = float(whole), float(alone)
    copied, copy_s = _copy(world, since=str(import_id))
    return Result(
        f"Import of {rows:,} new patients",
        [
            Goal("time of importing against COPY of the same rows", import_s / copy_s, 15, "×"),
            Goal("peak memory of the command", peak_mb, 150, " MB"),
        ],
        {
            "rows/s imported": rows / import_s,
            "rows/s checked and imported": rows / whole_s,
            "processor ms of the command a row": 1000 * used_s / rows,
            "rows of the database": copied,
            "of these by COPY, rows/s": copied / copy_s,
        },
    )


def _file(path: Path, rows: int) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            said = ("en", "America/Chicago", "onboarding_completed", "2026-02-20T10:00", f"E-{n}", "1", "email:survey")
            writer.writerow((f"B-{n}", *said))
    return path


def _import(world: World, path: Path) -> tuple[float, float]:
    """Run the command; return the most memory that it held, in MB, and the processor seconds that it used."""
    place = ("--organization", world.house["slug"], "--program", f"{world.house['slug']} brand program")
    command = world.command("import_patients", *place, "--partner", "north", str(path))
    command.start()
    peak = used = 0.0

    def is_over() -> bool:
        nonlocal peak, used
        with suppress(OSError):  # it ended a moment ago
            peak, used = max(peak, pss_mb(command.pid)), max(used, cpu_s([command.pid]))
        return not command.running

    wait_until(is_over, timeout_s=3600, pause_s=0.2)
    finish(command)
    return peak, used


def _copy(world: World, *, since: str) -> tuple[int, float]:
    """Copy the rows that came after an id, which are in the order of time; return how many, and the seconds."""
    count, taken = 0, 0.0
    connection = psycopg2.connect(world.servers.database_owner_url)
    try:
        for table in TABLES:
            data = io.StringIO()
            with connection, connection.cursor() as cursor:
                cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES)")
                cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE id > '{since}') TO STDOUT", data)
            data.seek(0)
            begun = time.monotonic()
            with connection, connection.cursor() as cursor:
                cursor.copy_expert(f"COPY bare_{table} FROM STDIN", data)
                count += cursor.rowcount
            taken += time.monotonic() - begun
            with connection, connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE bare_{table}")
    finally:
        connection.close()
    return count, taken
