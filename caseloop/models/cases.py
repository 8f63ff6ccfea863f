"""Filters, order and locks on cases."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from caseloop.codes import ENDED, Status
from patients.models import Patient

if TYPE_CHECKING:
    from caseloop.models.case import Case


class CaseQuerySet(models.QuerySet["Case"]):
    """Filters, order and locks on cases."""

    def worked(self) -> "CaseQuerySet":
        """Keep cases on which somebody has work to do."""
        return self.filter(due_at__isnull=False)  # a constraint makes it the same as a worked status; indexes know it

    def done(self) -> "CaseQuerySet":
        """Keep cases that are resolved or over."""
        return self.filter(due_at=None)

    def current(self) -> "CaseQuerySet":
        """Keep cases that are not over: those a new alert joins (a patient has one at most)."""
        return self.exclude(status__in=ENDED)

    def overdue(self, *, now: datetime) -> "CaseQuerySet":
        """Keep cases whose running clock has passed."""
        return self.worked().filter(due_at__lt=now)

    def unassigned(self) -> "CaseQuerySet":
        """Keep worked cases without an owner."""
        return self.worked().filter(owner=None)

    def most_urgent(self) -> "CaseQuerySet":
        """Order by the earliest clock not yet met."""
        return self.order_by("due_at", "id")

    def quiet_since(self, before: datetime) -> "CaseQuerySet":
        """Keep resolved cases of which nothing was heard since `before`."""
        return self.filter(status=Status.RESOLVED, resolved_at__lt=before)

    def lock(self, **lookup: Any) -> "Case":
        """Return one case with its patient and itself locked until the transaction ends.

        The patient is locked first, as everything that opens or moves cases does, so that an alert and a move on the
        same patient take turns. Raises Case.DoesNotExist.
        """
        seen = self.only("id", "patient_id").get(**lookup)
        Patient.objects.select_for_update().only("id").get(pk=seen.patient_id)
        return self.select_for_update(of=("self",)).get(pk=seen.pk)
