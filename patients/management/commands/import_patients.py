"""`manage.py import_patients`: a file of patients, checked and imported at once."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxplatform.lib.tenancy import bound, call_definer
from patients.importing import steering, working
from patients.importing.columns import BY_NAME, ColumnsMissing, unique_names
from patients.importing.decoding import FileRefused
from patients.importing.uploading import receive
from patients.importing.wording import counted
from patients.models import Import
from tenants.models import Organization, Partner, Program


class Command(BaseCommand):
    """Check a file row by row, and import what can be taken."""

    help = (
        "Import a CSV file of patients and touchpoints for one partner of a program. Every row is checked first; faults"
        " go to standard output as “row, column, code: what to do”, never with a value. Rows with a fault are left out,"
        " the others are imported, and nobody comes in twice when the file is imported again. Progress goes to standard"
        " error. With --dry-run nothing is imported, and the exit status is 1 when a row would be left out. Columns:"
        f" {', '.join(BY_NAME)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a CSV file with a header row")
        parser.add_argument("--organization", required=True, help="the slug in addresses")
        parser.add_argument("--program", required=True, help="the program's name, as staff see it")
        parser.add_argument("--partner", required=True, help="the code of the partner whose patients they are")
        parser.add_argument("--dry-run", action="store_true", help="check every row and import nobody")
        parser.add_argument("--backfill", action="store_true", help="all of it is history: it invites nobody")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=NAME",
            help="our column and its name in the file, such as external_id=MRN; the others are guessed",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Check, say what is wrong, and import."""
        program, partner = _find(options)
        try:
            source = self._receive(program, partner, options)
            self._check(source, options)
        except (FileRefused, ColumnsMissing) as error:
            raise CommandError(str(error)) from None
        self._say_faults(source)
        left_out = source.counts.get("left_out", 0)
        if options["dry_run"]:
            self._end(source, steering.cancel)
            sys.exit(1 if left_out else 0)
        self._import(source)

    def _receive(self, program: Program, partner: Partner, options: dict[str, Any]) -> Import:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}. Check the path.")
        with bound(program.organization_id):
            return receive(
                program=program,
                partner=partner,
                file_name=path.name,
                reopen=lambda: cast("BinaryIO", path.open("rb")),
                is_backfill=options["backfill"],
                by=None,
                now=timezone.now(),
            )

    def _check(self, source: Import, options: dict[str, Any]) -> None:
        mapping = source.mapping | _chosen(options["map"], source)
        with bound(source.organization_id):
            steering.check(source=source, mapping=mapping, is_backfill=options["backfill"], by=None, now=timezone.now())
        self._work(source, "checked")

    def _import(self, source: Import) -> None:
        with bound(source.organization_id):
            steering.start(source=source, by=None, now=timezone.now())
        self._work(source, "imported")
        for label, count in counted(source):
            self.stderr.write(f"{label}: {count}")

    def _work(self, source: Import, done: str) -> None:
        """Work through the file here; workers that are running may take a part of it, which does no harm."""
        ids = {"organization_id": source.organization_id, "import_id": source.pk}
        while working.step(**ids, now=timezone.now()):
            with bound(source.organization_id):
                source.refresh_from_db()
            rows = min(source.rows, source.counts.get("rows", 0))
            self.stderr.write(f"\r{rows} of {source.rows} rows {done}", ending="")
        self.stderr.write("")
        with bound(source.organization_id):
            source.refresh_from_db()

    def _say_faults(self, source: Import) -> None:
        with bound(source.organization_id):
            for fault in source.faults.order_by("row", "pk").iterator(2000):
                where = f"row {fault.row}, {fault.column}" if fault.column else f"row {fault.row}"
                kind = "warning" if fault.is_warning else "left out"
                self.stdout.write(f"{where}, {fault.code} ({kind}): {fault.message}")

    def _end(self, source: Import, verb: Any) -> None:
        with bound(source.organization_id):
            verb(source=source, by=None, now=timezone.now())


def _find(options: dict[str, Any]) -> tuple[Program, Partner]:
    for organization_id, _ in call_definer("cx_organizations"):
        with bound(organization_id):
            if Organization.objects.filter(slug=options["organization"]).exists():
                return _place(options)
    raise CommandError(f"There is no organization “{options['organization']}”. Check the slug.")


def _place(options: dict[str, Any]) -> tuple[Program, Partner]:
    program = Program.objects.filter(name=options["program"], is_active=True).first()
    if program is None:
        raise CommandError(f"There is no active program “{options['program']}”. Check the name in the settings.")
    partner = Partner.objects.filter(code=options["partner"], engagements__program=program).first()
    if partner is None:
        raise CommandError(f"No partner “{options['partner']}” serves this program. Check the code in the settings.")
    return program, partner


def _chosen(pairs: list[str], source: Import) -> dict[str, str]:
    chosen = {}
    for pair in pairs:
        ours, _, theirs = pair.partition("=")
        if ours not in BY_NAME:
            raise CommandError(f"“{ours}” is not a column. Use one of: {', '.join(BY_NAME)}.")
        chosen[ours] = unique_names([theirs])[0]
    return chosen
