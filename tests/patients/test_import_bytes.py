"""Whatever bytes come, the answer is rows, faults or a sentence; and single rows, as pure functions."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patients.importing.columns import guess_mapping, places
from patients.importing.decoding import FileRefused
from patients.importing.reading import Line, open_table
from patients.importing.rows import Fault, Row, Rules, read_row

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
RULES = Rules(("en", "es"), "US", "America/New_York", is_backfill=False, keeps_contacts=True)
COLUMNS = [
    "external_id", "pseudonym", "respondent_kind", "language", "time_zone", "stage", "touchpoint", "occurred_at",
    "source_id", "void", "backfill", "consents", "consent_email", "consent_sms", "consent_phone", "consent_wording",
    "consent_at", "email", "phone", "preferred_channel",
]  # fmt: skip


def read(data: bytes) -> tuple[list[str], list[Line], str]:
    with open_table(lambda: io.BytesIO(data)) as table:
        return table.header, list(table.rows), table.encoding


def understood(line: Line, header: list[str]) -> tuple[Row | None, list[Fault]]:
    placed = places(guess_mapping(header), header)
    return read_row(line.number, line.cells, places=placed, width=len(header), rules=RULES, now=NOW)


def one(**cells: str) -> tuple[Row | None, list[Fault]]:
    names = ["external_id", *cells]
    values = ["H-1", *cells.values()] if "external_id" not in cells else list(cells.values())
    names = list(dict.fromkeys(names))
    placed = {name: place for place, name in enumerate(names)}
    return read_row(2, values, places=placed, width=len(names), rules=RULES, now=NOW)


@given(st.binary(max_size=400))
@example(b'external_id\n"')
@example(b"\xff\xfee\x00x\x00")
@example(b'external_id,a\nH-1,"x\n\n\n')
@example("external_id\n\ud800".encode("utf-8", "surrogatepass"))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        header, rows, _ = read(data)
    except FileRefused:
        return
    assert rows
    assert len(set(header)) == len(header)
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))


@given(st.lists(st.lists(st.text(max_size=30), min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=3))
def test_any_cells_are_understood_or_faulted_and_no_fault_repeats_a_value(rows: list[list[str]]) -> None:
    placed = {name: place for place, name in enumerate(COLUMNS)}
    for number, cells in enumerate(rows, 2):
        row, faults = read_row(number, cells, places=placed, width=len(COLUMNS), rules=RULES, now=NOW)
        assert row is not None or any(not fault.is_warning for fault in faults)
        for fault in faults:
            assert len(fault.message) <= 200
            assert fault.message[0].isupper()
            assert fault.message.endswith((".", "?", ".]"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_letters_ends_and_delimiters_are_found_out(encoding: str, end: str, delimiter: str) -> None:
    rows = [["external_id", "etapa", "language"], ["H-1", "año", "es"], ['H"2', "x\ny", "en"]]
    text = end.join(delimiter.join(cell if '"' not in cell else '"H""2"' for cell in row) for row in rows)
    text = text.replace("x\ny", '"x\ny"')
    header, lines, found = read(text.encode(encoding))
    assert header == rows[0]
    assert [line.cells for line in lines] == rows[1:]
    assert [line.number for line in lines] == [2, 3]
    assert (found == "cp1252") == (encoding == "cp1252")


def test_a_huge_cell_an_endless_line_and_an_open_quote_are_named_and_the_rest_is_read() -> None:
    huge, endless = b"x" * 200_000, b"y" * 2_500_000
    data = b"external_id\nH-1\n" + huge + b"\nH-2\n" + endless + b'\nH-3\n"open\n' + b"z\n" * 90_000
    _, rows, _ = read(data)
    found = {row.number: row.problem or row.cells for row in rows[:7]}
    assert found[2] == ["H-1"]
    assert (found[3], found[4], found[5], found[6]) == ("cell_too_long", ["H-2"], "line_too_long", ["H-3"])
    assert found[7] == "cell_too_long"


def test_a_header_again_in_the_middle_is_left_out() -> None:
    _, rows, _ = read(b"external_id,language\nH-1,en\nexternal_id,language\nH-2,en\n\n,\n")
    assert [(row.number, row.problem) for row in rows] == [(2, ""), (3, "header_again"), (4, "")]


def test_columns_of_one_name_stay_apart() -> None:
    header, _, _ = read(b"external_id,email,email,,email\nH-1,a,b,c,d\n")
    assert header == ["external_id", "email", "email (2)", "Column 4", "email (3)"]


@pytest.mark.parametrize(
    ("cells", "code", "says"),
    [
        ({"external_id": "jane@example.org"}, "looks_like_identity", "e-mail"),
        ({"external_id": "(312) 555-0100"}, "looks_like_identity", "telephone"),
        ({"external_id": "123-45-6789"}, "looks_like_identity", "social-security"),
        ({"external_id": ""}, "missing", "external id"),
        ({"external_id": "x" * 81}, "bad_text", "80"),
        ({"pseudonym": "PX-7K3M-29Q2"}, "bad_pseudonym", "mistyped"),
        ({"time_zone": "America/NewYork"}, "unknown_zone", "America/New_York"),
        ({"time_zone": "Eastern"}, "unknown_zone", "America/New_York"),
        ({"time_zone": "chicago"}, "unknown_zone", "America/Chicago"),
        ({"language": "de"}, "unknown_language", "en or es"),
        ({"stage": "onbording"}, "unknown_stage", "onboarding"),
        ({"touchpoint": "first_fil", "occurred_at": "2026-02-20"}, "unknown_touchpoint", "first_fill"),
        ({"touchpoint": "enrolled"}, "missing", "when"),
        ({"touchpoint": "enrolled", "occurred_at": "03/04/2026"}, "ambiguous_date", "two ways"),
        ({"touchpoint": "enrolled", "occurred_at": "45992"}, "not_a_date", "Excel"),
        ({"touchpoint": "enrolled", "occurred_at": "2026-02-30"}, "impossible_date", "no such day"),
        ({"touchpoint": "enrolled", "occurred_at": "2025-03-09T02:30"}, "impossible_date", "no such day or hour"),
        ({"touchpoint": "enrolled", "occurred_at": "0001-01-01T00:00+14:00"}, "impossible_date", "no such day"),
        ({"touchpoint": "enrolled", "occurred_at": "2026-03-03"}, "in_the_future", "planned"),
        ({"consents": "email:surveys"}, "bad_consent", "survey"),
        ({"consents": "survey"}, "bad_consent", "email:survey"),
        ({"consent_email": "yes"}, "bad_consent", "Name what was agreed to"),
        ({"consent_at": "2027-01-01", "consent_email": "all"}, "in_the_future", "future"),
        ({"email": "jane"}, "bad_email", "name@example.org"),
        ({"phone": "12"}, "bad_phone", "+1"),
        ({"void": "1"}, "missing", "event id"),
        ({"void": "perhaps"}, "not_a_flag", "1 for yes"),
        ({"respondent_kind": "nephew"}, "unknown_respondent", "caregiver"),
        ({"preferred_channel": "fax"}, "unknown_channel", "sms"),
        ({"language": "en\0"}, "not_text", "NUL"),
    ],
)
def test_a_fault_has_its_code_and_says_what_to_do(cells: dict[str, str], code: str, says: str) -> None:
    row, faults = one(**cells)
    assert row is None
    assert [fault.code for fault in faults if not fault.is_warning] == [code]
    assert says in next(fault.message for fault in faults if not fault.is_warning)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"touchpoint": "enrolled", "occurred_at": "2025-06-15"}, "too_late"),
        ({"occurred_at": "2026-02-20"}, "no_touchpoint"),
        ({"touchpoint": "enrolled", "occurred_at": "2025-11-02T01:30", "backfill": "1"}, "repeated_hour"),
    ],
)
def test_a_warning_keeps_the_row(cells: dict[str, str], code: str) -> None:
    row, faults = one(**cells)
    assert row is not None
    assert [(fault.code, fault.is_warning) for fault in faults] == [(code, True)]


def test_times_are_those_of_the_row() -> None:
    row, faults = one(touchpoint="Onboarding completed", occurred_at="2026-02-20T10:00", time_zone="America/Denver")
    assert row
    assert not faults
    assert row.occurred_at == datetime(2026, 2, 20, 17, tzinfo=UTC)
    planned, _ = one(touchpoint="first_dose_planned", occurred_at="2026-04-01T10:00Z")
    assert planned
    assert planned.occurred_at == datetime(2026, 4, 1, 10, tzinfo=UTC)


def test_history_is_not_too_late_and_contacts_that_the_partner_holds_are_not_taken() -> None:
    held = Rules(("en",), "US", "America/New_York", is_backfill=True, keeps_contacts=False)
    placed = {"external_id": 0, "touchpoint": 1, "occurred_at": 2, "email": 3}
    cells = ["H-1", "enrolled", "2019-01-01", "jane@example.org"]
    row, faults = read_row(2, cells, places=placed, width=4, rules=held, now=NOW)
    assert row
    assert (row.is_backfill, row.email) == (True, "")
    assert [fault.code for fault in faults] == ["not_kept"]


def test_more_cells_than_columns_leave_the_row_out() -> None:
    row, faults = read_row(2, ["H-1", "x"], places={"external_id": 0}, width=1, rules=RULES, now=NOW)
    assert row is None
    assert [fault.code for fault in faults] == ["too_many_columns"]
    row, faults = read_row(2, ["H-1", ""], places={"external_id": 0}, width=1, rules=RULES, now=NOW)
    assert row
    assert not faults


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (['"H-1,en', "H-2,en", "H-3,en"], {2: "stray_quote"}),  # to the end of the file
        (['"H-1"x,en', "H-2,en"], {2: "stray_quote"}),
        (['"H-1",en', 'H-2,"e""n"'], {}),
        (['H-1 "the first",en', "H-2,en"], {}),
    ],
)
def test_a_quote_that_stands_alone_is_named(rows: list[str], found: dict[int, str]) -> None:
    data = "\n".join(["external_id,language", *rows]).encode()
    _, lines, _ = read(data)
    assert {line.number: line.problem for line in lines if line.problem} == found
