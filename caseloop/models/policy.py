"""How long a concern may wait, and the numbering of cases."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models

from caseloop.codes import Severity
from cxplatform.lib.rows import tenant_rows
from tenants.models import TenantRow


@dataclass(frozen=True, slots=True)
class Clocks:
    """Business days until the first attempt and until the resolution."""

    first_attempt_days: Decimal
    resolve_days: Decimal


DEFAULTS = {
    Severity.P0: Clocks(Decimal(1), Decimal(1)),
    Severity.P1: Clocks(Decimal(1), Decimal(3)),
    Severity.CALLBACK: Clocks(Decimal(1), Decimal(3)),
    Severity.P2: Clocks(Decimal(2), Decimal(5)),
    Severity.P3: Clocks(Decimal(5), Decimal(10)),
}
_BOUNDS = [MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(60))]


class ClockPolicy(TenantRow):
    """An organization's own clocks for one severity, in place of the defaults. Running clocks keep what they had."""

    severity = models.CharField(max_length=8, choices=Severity.choices)
    first_attempt_days = models.DecimalField(max_digits=4, decimal_places=1, validators=_BOUNDS)
    resolve_days = models.DecimalField(max_digits=4, decimal_places=1, validators=_BOUNDS)

    class Meta:
        constraints = [
            *tenant_rows("caseloop_clockpolicy"),
            models.UniqueConstraint(fields=["organization", "severity"], name="caseloop_clockpolicy_once"),
        ]

    @classmethod
    def clocks_for(cls, severity: str) -> Clocks:
        """Return the bound organization's clocks for a severity, or the defaults."""
        own = cls.objects.filter(severity=severity).first()
        return Clocks(own.first_attempt_days, own.resolve_days) if own else DEFAULTS[Severity(severity)]


class CaseCounter(TenantRow):
    """The last case number of an organization."""

    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            *tenant_rows("caseloop_casecounter"),
            models.UniqueConstraint(fields=["organization"], name="caseloop_casecounter_once"),
        ]

    @classmethod
    def next(cls, organization_id: UUID) -> int:
        """Return the next case number, starting at 1; others wait until this transaction ends, so no number is lost."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO caseloop_casecounter (id, organization_id, last_number) VALUES (%s, %s, 1)"
                " ON CONFLICT (organization_id) DO UPDATE SET last_number = caseloop_casecounter.last_number + 1"
                " RETURNING last_number",
                [organization_id, organization_id],
            )
            return int(cursor.fetchone()[0])
