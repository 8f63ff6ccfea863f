"""`manage.py export_links`: survey links for a partner that delivers them itself, as CSV."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxplatform.lib.sheets import csv_lines
from cxplatform.lib.tenancy import bound, call_definer
from surveys.links import HEADER, Wanted, announce, links
from surveys.models import Survey
from tenants.models import Organization, Partner, Program


class Command(BaseCommand):
    """Write links to a file or to standard output."""

    help = (
        "Make invitations that a partner delivers itself, and write their links as CSV, keyed by the partner's"
        " external_id. Every gate and contact rule is asked; the file says who was left out and why. A link that is"
        " open already is given again. Progress goes to standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--organization", required=True, help="the slug in addresses")
        parser.add_argument("--program", required=True, help="the program's name, as staff see it")
        parser.add_argument("--partner", required=True, help="the partner's code")
        parser.add_argument("--survey", required=True, help="the survey's key, such as pulse_5")
        parser.add_argument("--stage", default="", help="only patients at this stage, such as onboarding")
        parser.add_argument("--touchpoint", default="", help="only patients who had this touchpoint")
        parser.add_argument("--language", default="", help="only patients of this language, such as es")
        parser.add_argument("--output", default="-", metavar="FILE", help="where to write (default: standard output)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write the file line by line."""
        now = timezone.now()
        wanted = _wanted(options)
        with bound(wanted.program.organization_id):
            announce(wanted=wanted, by=None, now=now)
        count = 0
        lines = csv_lines(HEADER, (link.cells() for link in links(wanted, now=now)))
        to_file = options["output"] != "-"
        out = open(options["output"], "w", encoding="utf-8", newline="") if to_file else sys.stdout  # noqa: SIM115
        try:
            for count, line in enumerate(lines):
                out.write(line)
                if count % 500 == 499:
                    self.stderr.write(f"{count + 1} lines")
        finally:
            if to_file:
                out.close()
        self.stderr.write(f"{count} lines written")


def _wanted(options: dict[str, Any]) -> Wanted:
    for organization_id, _ in call_definer("cx_organizations"):
        with bound(organization_id):
            if Organization.objects.filter(slug=options["organization"]).exists():
                return _found(options)
    raise CommandError(f"There is no organization “{options['organization']}”. Check the slug.")


def _found(options: dict[str, Any]) -> Wanted:
    program = Program.objects.filter(name=options["program"]).first()
    partner = Partner.objects.filter(code=options["partner"], engagements__program=program).first()
    survey = Survey.objects.filter(key=options["survey"]).first()
    if not program or not partner or not survey:
        missing = "program" if not program else "partner of that program" if not partner else "survey"
        raise CommandError(f"There is no such {missing}. Check the spelling.")
    only = {name: options[name] for name in ("stage", "touchpoint", "language")}
    return Wanted(survey=survey, program=program, partner=partner, **only)
