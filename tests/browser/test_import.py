"""Files of patients in the browser: from the upload to the import and back, and every state with axe."""

from pathlib import Path

import pytest
from django.urls import reverse

from patients.importing import steering
from patients.models import Import
from patients.tasks import work_import
from tests.browser.conftest import DESKTOP, PHONE
from tests.conftest import Cast, House
from tests.patients.files import csv_of, upload
from tests.patients.test_import import WALK_HEADER, walk_rows

IMPORTS = reverse("patients:imports", args=["acme"])


def work(house: House, source: Import) -> None:
    while work_import(organization_id=str(house.organization.pk), import_id=str(source.pk)):
        pass


def newest(house: House) -> Import:
    with house.bound():
        return Import.objects.order_by("-id")[0]


@pytest.mark.looks
def test_a_file_goes_in_and_out_by_hand(cast: Cast, new_page, sign_in, tmp_path: Path) -> None:
    page = new_page(viewport=DESKTOP)
    sign_in(page, cast.acme.members["admin"])
    path = tmp_path / "patients.csv"
    path.write_bytes(csv_of([["H-1", "America/NewYork"], ["H-2", "America/New_York"]], ["external_id", "time_zone"]))
    page.goto(IMPORTS)
    page.get_by_label("Program and partner").select_option(label="acme brand program · North Hub")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("button", name="Check every row").click()
    work(cast.acme, newest(cast.acme))
    page.get_by_text("Did you mean America/New_York?").first.wait_for()  # the page looked again by itself
    page.get_by_role("button", name="Import 1 row").click()
    work(cast.acme, newest(cast.acme))
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo the import").click()
    work(cast.acme, newest(cast.acme))
    page.get_by_text("Undone.", exact=True).wait_for()


@pytest.mark.looks
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_state_fits_and_can_be_read(cast: Cast, new_page, sign_in, check_page, viewport) -> None:
    acme = cast.acme
    page = new_page(viewport=viewport)
    sign_in(page, acme.members["admin"])

    def look(name: str, url: str) -> None:
        page.goto(url)
        check_page(page)

    look("empty", IMPORTS)
    look("links", reverse("surveys:links", args=["acme"]))
    source = upload(acme, csv_of(walk_rows(), WALK_HEADER))
    shown = reverse("patients:import", args=["acme", source.pk])
    look("mapping", shown)
    with acme.bound():
        steering.check(source=source, mapping=source.mapping, is_backfill=False, by=None, now=source.uploaded_at)
    look("checking", shown)
    work(acme, source)
    look("checked", shown)
    with acme.bound():
        steering.start(source=source, by=None, now=source.uploaded_at)
    work(acme, source)
    look("done", shown)
    look("undo", f"{shown}undo/")
    look("list", IMPORTS)
    for state in ("failed", "cancelled", "undone"):
        with acme.bound():
            Import.objects.filter(pk=source.pk).update(state=state, error="VaultKeyMissing")
        look(state, shown)
