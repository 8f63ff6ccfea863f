"""Make the tables and rows of the bare views, as the owner."""

from tests.faults.world import World

PAGE_VARIABLE = "BENCH_PAGE"
"""Names the file with the bytes that the bare survey view shows."""
TABLES = """
    CREATE TABLE IF NOT EXISTS bare_answer (id uuid PRIMARY KEY, form jsonb NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE IF NOT EXISTS bare_outbox (id uuid PRIMARY KEY, answer_id uuid NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE IF NOT EXISTS bare_case
        (id bigint PRIMARY KEY, number int NOT NULL, pseudonym text NOT NULL, why text NOT NULL,
         due_at timestamptz NOT NULL);
    CREATE INDEX IF NOT EXISTS bare_case_urgency ON bare_case (due_at, id);
    INSERT INTO bare_case
        SELECT n, n, 'PX-2345-6789', 'Not prepared to begin treatment', now() + n * interval '1 minute'
        FROM generate_series(1, 1000) n ON CONFLICT DO NOTHING;
    GRANT SELECT, INSERT ON bare_answer, bare_outbox, bare_case TO cx_app;
    SELECT 1"""


def make_tables(world: World) -> None:
    """Make them, once."""
    world.ask(TABLES)
