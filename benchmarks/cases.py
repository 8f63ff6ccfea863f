"""The first page of the case queue with few and with many cases, against a bare list."""

from benchmarks.client import Browser, closed_loop
from benchmarks.results import Goal, Result
from tests.faults.crowd import percentile
from tests.faults.signing_in import session_cookie
from tests.faults.world import World

FEW = 1_000
BARE = "/bare/cases/"
_PATIENTS = """
    INSERT INTO patients_patient (id, organization_id, program_id, partner_id, pseudonym, kind, contact_status,
        language, time_zone, stage, stage_at, created_at)
    SELECT gen_random_uuid(), p.organization_id, p.program_id, p.partner_id, 'BX-' || n, p.kind, p.contact_status,
        p.language, p.time_zone, p.stage, p.stage_at, now()
    FROM (SELECT * FROM patients_patient WHERE id = %s) p, generate_series(%s, %s) n"""
_CASES = """
    INSERT INTO caseloop_case (id, organization_id, number, program_id, partner_id, patient_id, team_id, owner_id,
        status, severity, why, language, version, opened_at, changed_at, due_at, waiting_on, no_action_reason,
        closed_as, reopened_count)
    SELECT gen_random_uuid(), p.organization_id, 1000000 + substr(p.pseudonym, 4)::int, p.program_id, p.partner_id,
        p.id, t.id, CASE WHEN random() < 0.5 THEN m.id END,
        (ARRAY['new', 'contacting', 'contacted'])[1 + floor(random() * 3)],
        (ARRAY['p1', 'p2', 'p3'])[1 + floor(random() * 3)], 'Not prepared to begin treatment', 'en', 1, now(), now(),
        now() + (random() * 20 - 5) * interval '1 day', '', '', '', 0
    FROM patients_patient p
    JOIN LATERAL (SELECT id FROM tenants_team WHERE organization_id = p.organization_id LIMIT 1) t ON true
    JOIN LATERAL (SELECT id FROM tenants_member WHERE organization_id = p.organization_id AND role = 'agent'
        AND partner_id IS NULL LIMIT 1) m ON true
    WHERE p.pseudonym LIKE 'BX-%%' AND substr(p.pseudonym, 4)::int BETWEEN %s AND %s"""


def measure(world: World, *, many: int, rounds: int, seconds: float) -> Result:
    """Show the page to one signed-in agent over and over, with FEW cases and then with `many`."""
    user = next(each for each in world.house["users"] if each["role"] == "agent")
    cookie = session_cookie(port=world.port, email=user["email"], password=user["password"])
    queue = f"/o/{world.house['slug']}/cases/"
    make_cases(world, first=1, last=FEW)
    few, bare = _p50_ms(world, (queue, BARE), cookie, rounds=rounds, seconds=seconds)
    make_cases(world, first=FEW + 1, last=many)
    full, bare_again = _p50_ms(world, (queue, BARE), cookie, rounds=rounds, seconds=seconds)
    return Result(
        f"Case queue page, {FEW:,} and {many:,} cases",
        [
            Goal(f"p50 at {many:,} against {FEW:,}", (full / bare_again) / (few / bare), 1.2, "×"),
            Goal("p50 against a bare list", full / bare_again, 3, "×"),
        ],
        {
            f"p50 ms at {FEW:,}": few,
            f"p50 ms at {many:,}": full,
            "bare list, p50 ms": bare,
            "bare list again, p50 ms": bare_again,
        },
    )


def make_cases(world: World, *, first: int, last: int) -> None:
    """Make open cases of patients of their own, numbered `first` to `last`, as the owner."""
    model = world.house["links"][0]["patient_id"]
    world.ask(f"{_PATIENTS} RETURNING 1", model, first, last)
    world.ask(f"{_CASES} RETURNING 1", first, last)
    world.ask("ANALYZE patients_patient; ANALYZE caseloop_case; SELECT 1")


def _p50_ms(world: World, paths: tuple[str, ...], cookie: str, *, rounds: int, seconds: float) -> list[float]:
    latencies: dict[str, list[float]] = {path: [] for path in paths}

    def show(path: str, browser: Browser) -> None:
        answer = browser.get(path, headers=f"Cookie: {cookie}\r\n")
        assert answer.status == 200, f"{path}: {answer.status}"

    for number in range(rounds + 1):
        for path in paths:
            done = closed_loop(port=world.port, clients=1, seconds=seconds, act=lambda b, path=path: show(path, b))  # type: ignore[misc]
            latencies[path] += done.latencies_s if number else []  # the first round only warms up
    return [percentile(latencies[path], 50) * 1000 for path in paths]
