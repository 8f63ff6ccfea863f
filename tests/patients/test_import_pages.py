"""The pages of imports: upload, columns, check, import, watch, undo."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cxplatform.lib.sheets import csv_lines
from patients.importing import spool
from patients.models import Import, ImportChunk, Patient
from patients.tasks import work_import
from tenants.models.audit import AuditEntry
from tests.conftest import Cast, House, make_member
from tests.patients.files import bring_in, csv_of, upload

pytestmark = pytest.mark.django_db

ROWS = [
    {"external_id": "H-1", "language": "en", "touchpoint": "enrolled", "occurred_at": "2026-02-20"},
    {"external_id": "jane@example.org", "touchpoint": "enrolled", "occurred_at": "2026-02-20"},
]


def address(name: str, *args: object) -> str:
    return reverse(f"patients:{name}", args=["acme", *args])


def client_of(house: House, name: str = "supervisor", **over) -> Client:
    client = Client(**over)
    client.force_login(house.members[name].user)
    return client


def post_file(client: Client, house: House, data: bytes, *, partner: str = "north", name: str = "patients.csv", **over):
    place = f"{house.program.pk}:{house.partners[partner].pk}"
    file = SimpleUploadedFile(name, data, content_type="text/csv")
    return client.post(address("imports"), {"place": place, "file": file, **over})


def work(house: House, source: Import) -> None:
    while work_import(organization_id=str(house.organization.pk), import_id=str(source.pk)):
        pass


def newest(house: House) -> Import:
    with house.bound():
        return Import.objects.order_by("-id")[0]


def test_a_file_goes_from_upload_to_patients_and_back(cast: Cast) -> None:
    acme, client = cast.acme, client_of(cast.acme)
    assert "None yet." in client.get(address("imports")).content.decode()
    response = post_file(client, acme, csv_of(ROWS))
    source = newest(acme)
    page = address("import", source.pk)
    assert (response.status_code, response.headers["Location"]) == (303, page)
    shown = client.get(page).content.decode()
    assert "Which column is which" in shown
    assert "Enrolled" in shown
    assert "jane@" not in shown
    chosen = {name: name for name in ("external_id", "language", "touchpoint", "occurred_at")}
    assert client.post(address("check_import", source.pk), chosen).status_code == 303
    shown = client.get(page).content.decode()
    assert "Being checked" in shown
    assert "every 2s" in shown
    work(acme, source)
    shown = client.get(page).content.decode()
    assert "Import 1 row<" in shown
    assert "looks like an e-mail address" in shown
    faults = b"".join(client.get(address("import_faults", source.pk)).streaming_content).decode()  # type: ignore[attr-defined]
    assert "3,external_id,looks_like_identity" in faults
    assert client.post(address("start_import", source.pk)).status_code == 303
    work(acme, source)
    assert "<strong>Imported." in client.get(page, headers={"HX-Request": "true"}).content.decode()
    with acme.bound():
        assert Patient.objects.filter(source_import_id=source.pk).count() == 1
    assert "Undo this import?" in client.get(address("undo_import", source.pk)).content.decode()
    assert newest(acme).state == "done"
    assert client.post(address("undo_import", source.pk)).status_code == 303
    work(acme, source)
    assert "<strong>Undone." in client.get(page).content.decode()
    with acme.bound():
        assert not Patient.objects.filter(source_import_id=source.pk).exists()
        did = list(AuditEntry.objects.filter(target_id=source.pk).order_by("id").values_list("action", flat=True))
    assert did == [f"patients.import.{done}" for done in ("uploaded", "checked", "started", "undone")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"external_id,language\n", "no rows"),
        (b"PK\x03\x04 and so on", "Excel workbook"),
        (b"\n\n\n", "empty"),
        (bytes(range(32)) * 9 + b"\xff", "not a text file"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words_and_keeps_nothing(cast: Cast, data: bytes, words: str) -> None:
    response = post_file(client_of(cast.acme), cast.acme, data)
    assert response.status_code == 422
    assert words in response.content.decode()
    with cast.acme.bound():
        assert not Import.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "LARGEST", 1000)
    response = post_file(client_of(cast.acme), cast.acme, csv_of(ROWS * 100))
    assert response.status_code == 422
    assert "larger than 400 MB" in response.content.decode()


def test_the_rows_lie_sealed(cast: Cast) -> None:
    source = upload(cast.acme, csv_of([{"external_id": "H-77777", "language": "en"}]))
    with cast.acme.bound():
        sealed = bytes(ImportChunk.objects.get(source=source).sealed)
    assert sealed.startswith(b"gAAAA")
    assert b"H-77777" not in sealed


def test_an_upload_without_the_token_is_refused(cast: Cast) -> None:
    client = client_of(cast.acme, enforce_csrf_checks=True)
    assert post_file(client, cast.acme, csv_of(ROWS)).status_code == 403
    client.get(address("imports"))
    token = client.cookies["csrf"].value
    assert post_file(client, cast.acme, csv_of(ROWS), csrfmiddlewaretoken=token).status_code == 303


def test_a_partners_member_imports_only_for_that_partner(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        acme.members["north_lead"] = make_member(
            acme.organization, role="supervisor", partner=acme.partners["north"], email="lead@acme.example"
        )
    client = client_of(acme, "north_lead")
    assert post_file(client, acme, csv_of(ROWS), partner="south").status_code == 422
    with acme.bound():
        assert not Import.objects.exists()
    assert post_file(client, acme, csv_of(ROWS)).status_code == 303
    souths = upload(acme, csv_of(ROWS), partner="south")
    assert client.get(address("import", souths.pk)).status_code == 404
    assert str(souths.pk) not in client.get(address("imports")).content.decode()


def test_a_pseudonym_of_another_partner_is_not_known(cast: Cast) -> None:
    acme = cast.acme
    south = acme.patients[1]
    rows = [[south.pseudonym, "enrolled", "2026-02-20"], [acme.patients[0].pseudonym, "enrolled", "2026-02-20"]]
    source = bring_in(acme, csv_of(rows, ["pseudonym", "touchpoint", "occurred_at"]))
    assert source.counts["codes"] == {"unknown_pseudonym": 1, "known_patient": 1}
    with acme.bound():
        assert not south.touchpoints.exists()
        assert acme.patients[0].touchpoints.count() == 1


def test_columns_that_cannot_work_are_refused_and_stay_chosen(cast: Cast) -> None:
    acme, client = cast.acme, client_of(cast.acme)
    source = upload(acme, csv_of(ROWS))
    response = client.post(address("check_import", source.pk), {"language": "language", "external_id": ""})
    assert response.status_code == 422
    shown = response.content.decode()
    assert "Choose the column that holds the external id" in shown
    assert '<option value="language" selected>' in shown


def test_columns_are_guessed_in_spanish_and_remembered_for_the_partner(cast: Cast) -> None:
    acme = cast.acme
    header = ["ID externo", "Idioma", "MRN", "Fecha del evento", "Evento"]
    source = upload(acme, csv_of([["H-1", "es", "M-1", "2026-02-20", "enrolled"]], header))
    assert source.mapping == {
        "external_id": "ID externo",
        "language": "Idioma",
        "touchpoint": "Evento",
        "occurred_at": "Fecha del evento",
    }
    chosen = {**source.mapping, "external_id": "MRN"}
    client = client_of(acme)
    assert client.post(address("check_import", source.pk), chosen).status_code == 303
    assert (
        upload(acme, csv_of([["H-1", "es", "M-1", "2026-02-20", "enrolled"]], header)).mapping["external_id"] == "MRN"
    )
    assert upload(acme, csv_of([["H-1", "es", "M-1", "", ""]], header), partner="south").mapping == source.mapping


def test_cancelling_removes_the_file_and_imports_nobody(cast: Cast) -> None:
    acme, client = cast.acme, client_of(cast.acme)
    source = upload(acme, csv_of(ROWS))
    assert client.post(address("cancel_import", source.pk)).status_code == 303
    assert newest(acme).state == "cancelled"
    with acme.bound():
        assert not ImportChunk.objects.exists()
    response = client.post(address("start_import", source.pk), follow=True)
    assert "has gone on meanwhile" in response.content.decode()


def test_faults_that_a_sheet_would_run_are_made_harmless() -> None:
    lines = "".join(csv_lines(["a"], [["=1+1"], ["+1"], ["-1"], ["@x"], ["\tx"], ["1-1"]]))
    assert lines == "\ufeffa\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\n1-1\r\n"


def test_the_spool_gives_back_what_was_written_and_holds_nothing_in_clear() -> None:
    kept = spool.SealedSpool()
    blocks = [b"jane@example.org\n" * 9000, b"", b"x" * 2_000_000]
    for block in blocks:
        kept.write(block)
    assert kept.reopen().read() == b"".join(blocks)
    assert isinstance(kept.reopen(), io.BufferedReader)
    kept._file.seek(0)
    assert b"jane@" not in kept._file.read()
    kept.close()
