"""How long concerns may wait."""

from collections.abc import Mapping
from datetime import datetime

from caseloop.codes import Severity
from caseloop.models import ClockPolicy
from caseloop.models.policy import DEFAULTS, Clocks
from tenants.models import Member
from tenants.models.audit import audit

_DAYS = ("first_attempt_days", "resolve_days")


def set_clocks(*, clocks: Mapping[str, Clocks], by: Member, now: datetime) -> None:
    """Set the organization's clocks by severity, audited. Defaults need no row; running clocks keep what they had."""
    before = {policy.severity: policy for policy in ClockPolicy.objects.select_for_update()}
    changes = {}
    for severity, new in clocks.items():
        policy = before.get(severity)
        old = Clocks(policy.first_attempt_days, policy.resolve_days) if policy else DEFAULTS[Severity(severity)]
        if new == old:
            continue
        changes[severity] = {name: [str(getattr(old, name)), str(getattr(new, name))] for name in _DAYS}
        ClockPolicy.objects.filter(severity=severity).delete()
        if new != DEFAULTS[Severity(severity)]:
            days = {name: getattr(new, name) for name in _DAYS}
            ClockPolicy.objects.create(organization_id=by.organization_id, severity=severity, **days)
    if changes:
        audit("caseloop.clocks.changed", by=by, now=now, clocks=changes)
