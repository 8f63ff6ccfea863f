"""The base of every tenant-owned row."""

from django.db import models
from uuid_utils.compat import uuid7


class TenantRow(models.Model):
    """A row of one organization: time-ordered random id, and `organization_id` for row-level security.

    Each subclass lists `tenant_rows(...)` in Meta.constraints; a test walks all models and fails for one without.
    Foreign keys to other tenant-owned rows are declared with `db_constraint=False`: the composite key
    (organization_id, x_id) of `tenant_rows` takes the place of the plain one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey("tenants.Organization", on_delete=models.PROTECT, db_index=False, related_name="+")

    class Meta:
        abstract = True
