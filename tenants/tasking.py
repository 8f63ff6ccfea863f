"""The base of Celery tasks that work for one organization."""

from typing import Any

from celery import Task

from cxplatform.lib.tenancy import bound


class TenantTask(Task):  # type: ignore[misc]
    """A task that runs inside `bound(organization_id)`: one transaction, committed when it returns.

    Signature: `(*, organization_id, <ids>, **_)`, strings only, so that a queued task survives a deploy.
    """

    abstract = True

    def __call__(self, *, organization_id: str, **ids: Any) -> Any:
        """Bind the organization and run."""
        with bound(organization_id):
            return self.run(organization_id=organization_id, **ids)
