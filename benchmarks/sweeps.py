"""What each sweep costs when nothing is due, with few and with many patients who have been asked."""

import json
import tempfile
from pathlib import Path

from benchmarks.results import Goal, Result
from cxplatform.devstack.parts import finish, operator_command
from tests.faults.journeys import tell
from tests.faults.world import World, running_world

FEW = 1_000
CALLS = 300
_MAKE_PEOPLE = """
    CREATE TABLE bare_people AS SELECT 0 AS n, gen_random_uuid() AS patient, gen_random_uuid() AS respondent,
        gen_random_uuid() AS invitation, gen_random_uuid() AS response WHERE false;
    SELECT 1"""
_PEOPLE = """
    TRUNCATE bare_people;
    INSERT INTO bare_people SELECT n, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid()
        FROM generate_series(%s, %s) n RETURNING 1"""
_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"""
# By table, what differs from the one row that is copied for each of `people p`: nothing of it is pending or due.
_COPIES: dict[str, dict[str, str]] = {
    "patients_patient": {"id": "p.patient", "pseudonym": "'BS-' || p.n"},
    "patients_respondent": {"id": "p.respondent"},
    "patients_answering": {"respondent_id": "p.respondent", "patient_id": "p.patient"},
    "patients_touchpoint": {
        "patient_id": "p.patient",
        "source_id": "'BS-' || p.n",
        "plan_pending": "false",
    },
    "surveys_invitation": {
        "id": "p.invitation",
        "patient_id": "p.patient",
        "respondent_id": "p.respondent",
        "token_hash": "sha256(p.n::text::bytea)",
        "step": "'remind'",
        "invited_at": "now()",
        "next_step_at": "now() + (1 + random()) * interval '3 days'",
        "follows_up_id": "NULL",
    },
    "surveys_response": {
        "id": "p.response",
        "patient_id": "p.patient",
        "respondent_id": "p.respondent",
        "invitation_id": "p.invitation",
        "evaluate_at": "NULL",
    },
    "surveys_verbatim": {"response_id": "p.response", "needs_review": "false"},
    "safety_item": {"source_id": "gen_random_uuid()", "patient_id": "p.patient", "next_page_at": "NULL"},
    "messaging_message": {
        "dedupe_key": "'BS-' || p.n",
        "state": "'sent'",
        "needs_stand_in": "false",
    },
    "caseloop_case": {
        "patient_id": "p.patient",
        "number": "1000000 + p.n",
        "status": "'resolved'",
        "resolved_at": "now() - random() * interval '10 days'",
    },
}


def measure(*, many: int) -> Result:
    """Call every sweep of the schedule over and over in a world of its own, with FEW patients and then with `many`."""
    with (
        tempfile.TemporaryDirectory(prefix="cx-bench-", ignore_cleanup_errors=True) as folder,
        running_world(folder=Path(folder), links=1, resolved=1, parts=False) as world,
    ):
        _sweep(world, calls=1)  # does what is due, and so makes the rows to copy
        tell(world, [next(world.links).patient_id])
        world.ask(_MAKE_PEOPLE)
        make_people(world, first=1, last=FEW)
        few = _sweep(world, calls=CALLS)
        make_people(world, first=FEW + 1, last=many)
        full = _sweep(world, calls=CALLS)
    return _result(few, full, many=many)


def make_people(world: World, *, first: int, last: int) -> None:
    """Make patients who were told of, asked and answered, numbered `first` to `last`, as the owner; nothing is due."""
    count = last - first + 1
    assert len(world.ask(_PEOPLE, first, last)) == count
    for table, differences in _COPIES.items():
        assert world.ask(_copying(world, table, differences))[0][0] == count, table
    world.ask(f"{'; '.join(f'ANALYZE {table}' for table in _COPIES)}; SELECT 1")


def _copying(world: World, table: str, differences: dict[str, str]) -> str:
    columns = [name for (name,) in world.ask(_COLUMNS, table)]
    values = {name: f"m.{name}" for name in columns} | {"id": "gen_random_uuid()"} | differences
    return f"""WITH made AS (INSERT INTO {table} ({", ".join(values)}) SELECT {", ".join(values.values())}
        FROM bare_people p, (SELECT * FROM {table} LIMIT 1) m RETURNING 1) SELECT count(*) FROM made"""


def _sweep(world: World, *, calls: int) -> dict[str, dict[str, float]]:
    """Return by sweep the median `ms`, that of a bare statement beside it (`bare_ms`), and how many `statements`."""
    found = world.folder / "sweeps.json"
    code = f"from benchmarks.sweeping import time_sweeps; time_sweeps(calls={calls}, to={str(found)!r})"
    finish(operator_command("shell", "--no-imports", "-c", code, env=world.env, folder=world.folder))
    timed: dict[str, dict[str, float]] = json.loads(found.read_text())
    return timed


def _result(few: dict[str, dict[str, float]], full: dict[str, dict[str, float]], *, many: int) -> Result:
    grown = {name: _against_bare(full[name]) / _against_bare(few[name]) for name in few}
    most = max(grown, key=lambda name: grown[name])
    return Result(
        f"Sweeps with nothing due, {FEW:,} and {many:,} patients",
        [
            Goal(f"all of them, time at {many:,} against {FEW:,}", _sum(full, "ms") / _sum(few, "ms"), 1.2, "×"),
            Goal("SQL statements of each, at most", max(each["statements"] for each in full.values()), 1),
        ],
        {
            "sweeps": len(full),
            f"all of them, ms at {FEW:,}": _sum(few, "ms"),
            f"all of them, ms at {many:,}": _sum(full, "ms"),
            "the one that grew most, beside a bare statement": most.replace(".tasks.sweep_", ": "),
            "it grew, ×": grown[most],
            "the dearest, ms": max(each["ms"] for each in full.values()),
            "a bare statement, ms": _sum(full, "bare_ms") / len(full),
        },
    )


def _sum(timed: dict[str, dict[str, float]], what: str) -> float:
    return sum(each[what] for each in timed.values())


def _against_bare(timed: dict[str, float]) -> float:
    return timed["ms"] / timed["bare_ms"]
