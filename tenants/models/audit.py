"""The append-only audit trail."""

from datetime import datetime
from typing import Any

from django.db import models

from cxplatform.lib.rows import tenant_rows
from tenants.models.member import Member
from tenants.models.row import TenantRow


class AuditEntry(TenantRow):
    """Who did what to which row, when. Never updated or deleted; holds ids and settings, never words about a patient.

    Source: 21 CFR 11.10(e), secure, computer-generated, time-stamped audit trails.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    action = models.CharField(max_length=80)
    target_id = models.UUIDField(null=True)
    target = models.CharField(max_length=60, blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        constraints = tenant_rows("tenants_auditentry", keys=("actor",), append_only=True)
        indexes = [models.Index(fields=["organization", "-at", "-id"], name="tenants_audit_newest")]


def audit(
    action: str,
    *,
    by: Member | None,
    target: TenantRow | None = None,
    now: datetime,
    **changes: Any,
) -> None:
    """Write one audit entry in the caller's transaction.

    action: dotted, such as `tenants.member.invited`. by: None when the system acted, which needs a target.
    changes: JSON-able facts: ids, codes and settings.
    """
    about = target or by
    assert about is not None
    AuditEntry.objects.create(
        organization_id=about.organization_id,
        at=now,
        actor=by,
        action=action,
        target_id=target.pk if target else None,
        target=target._meta.label if target else "",
        changes=changes,
    )
