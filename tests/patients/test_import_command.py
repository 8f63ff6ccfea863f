"""`manage.py import_patients`."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from patients.models import Patient, Touchpoint
from tests.conftest import Cast
from tests.patients.files import csv_of

pytestmark = pytest.mark.django_db

PLACE = ["--organization", "acme", "--program", "acme brand program", "--partner", "north"]
ROWS = [["H-1", "enrolled", "2025-06-15"], ["jane@example.org", "enrolled", "2025-06-15"]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "patients.csv"
    path.write_bytes(csv_of(ROWS, ["MRN", "touchpoint", "occurred_at"]))
    return path


def test_a_dry_run_names_faults_ends_with_1_and_imports_nobody(cast: Cast, file: Path, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("import_patients", *PLACE, str(file), "--dry-run", "--map", "external_id=MRN")
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert "row 3, external_id, looks_like_identity (left out): This looks like an e-mail address." in out
    assert "jane" not in out
    assert "2 of 2 rows checked" in err
    with cast.acme.bound():
        assert not Patient.objects.filter(services__external_id="H-1").exists()


def test_it_imports_what_can_be_taken(cast: Cast, file: Path, capsys) -> None:
    call_command("import_patients", *PLACE, str(file), "--backfill", "--map", "external_id=MRN")
    with cast.acme.bound():
        event = Touchpoint.objects.get(patient__services__external_id="H-1")
    assert (event.is_backfill, event.plan_pending) == (True, False)
    assert "New patients: 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--organization", "nobody"], "no organization"),
        (["--program", "x"], "no active program"),
        (["--partner", "x"], "No partner"),
        (["--map", "nickname=MRN"], "not a column"),
        ([], "external id"),
    ],
)
def test_it_says_what_is_wrong(cast: Cast, file: Path, change: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("import_patients", *PLACE, *change, str(file))
