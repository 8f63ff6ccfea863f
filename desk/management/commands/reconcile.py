"""`manage.py reconcile`: prove that nothing is lost, or name what is."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxplatform.lib.tenancy import bound, call_definer
from desk.reconciliation import GRACE, Finding, Reconciliation, reconcile
from tenants.models import Organization

QUIET_BELOW = 5  # organizations; more of them get a line of progress each


class Command(BaseCommand):
    """Check every link from answer to message, organization by organization."""

    help = (
        "Prove the chain from revision to message of every organization. Prints counts per link and names every gap by"
        " kind and id. Exit status: 0 when nothing is missing, 1 when there is a gap. Reads only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON document (see docs/operations.md)")
        parser.add_argument("--organization", metavar="SLUG", help="check one organization only")
        parser.add_argument(
            "--grace",
            metavar="SECONDS",
            type=float,
            default=GRACE.total_seconds(),
            help="how long work may be due before it counts as missed (default: %(default)g)",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Check, print, and exit with 1 on a gap."""
        now, grace = timezone.now(), timedelta(seconds=options["grace"])
        results = self._results(options["organization"], now, grace)
        if options["json"]:
            self.stdout.write(json.dumps(_document(results, now), indent=2))
        else:
            self._tell(results)
        if not all(result.is_whole for _, result in results):
            sys.exit(1)

    def _results(self, slug: str | None, now: datetime, grace: timedelta) -> list[tuple[Organization, Reconciliation]]:
        results = []
        known = call_definer("cx_organizations")
        for number, (organization_id, _) in enumerate(known, start=1):
            with bound(organization_id):
                organization = Organization.objects.get(pk=organization_id)
                if slug in (None, organization.slug):
                    results.append((organization, reconcile(now=now, grace=grace)))
            if len(known) >= QUIET_BELOW:
                self.stderr.write(f"{number} of {len(known)} organizations checked")
        if slug and not results:
            raise CommandError(f"There is no organization “{slug}”.")
        return results

    def _tell(self, results: list[tuple[Organization, Reconciliation]]) -> None:
        for organization, result in results:
            self.stdout.write(f"{organization.slug}: {'nothing is missing' if result.is_whole else 'GAPS'}")
            for name, count in result.counts.items():
                self.stdout.write(f"  {count:>10,}  {name.replace('_', ' ')}")
            for word, findings in (("gap", result.gaps), ("look", result.looks)):
                for finding in findings:
                    self.stdout.write(f"  {word}: {finding.kind}: {finding.count}: {' '.join(finding.ids[:20])}")


def _document(results: list[tuple[Organization, Reconciliation]], now: datetime) -> dict[str, Any]:
    return {
        "ok": all(result.is_whole for _, result in results),
        "checked_at": now.isoformat(),
        "organizations": [
            {
                "id": str(organization.pk),
                "slug": organization.slug,
                "ok": result.is_whole,
                "counts": result.counts,
                "gaps": [_listed(finding) for finding in result.gaps],
                "looks": [_listed(finding) for finding in result.looks],
            }
            for organization, result in results
        ],
    }


def _listed(finding: Finding) -> dict[str, Any]:
    return {"kind": finding.kind, "count": finding.count, "ids": finding.ids}
