"""A survey for a filtered list of patients, invited a chunk at a time."""

from django.db import models
from django.db.models import Q

from cxplatform.lib.rows import tenant_rows
from patients.models import STAGES
from surveys.models.survey import Survey
from tenants.models import Member, Partner, Program, TenantRow


class Mailing(TenantRow):
    """A survey that a member sends to all patients that fit some filters; each gets an invitation of its own.

    The row is the queue: `next_chunk_at` is when the next chunk of patients is due, null when nothing is left to do.
    Patients are taken in the order of their ids, after `after_id` up to `up_to_id`, the newest when it was asked for.
    program, partner, stage, language: the filters; empty means any.
    expected: how many patients fitted when it was asked for. taken, invited: how far it has come.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    program = models.ForeignKey(
        Program, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    stage = models.CharField(max_length=16, choices=list(STAGES.items()), blank=True)
    language = models.CharField(max_length=8, blank=True)
    after_id = models.UUIDField(null=True)
    up_to_id = models.UUIDField()
    expected = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)
    next_chunk_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = tenant_rows(
            "surveys_mailing", keys=("survey", "program", "partner", "asked_by"), partner="partner"
        )
        indexes = [
            models.Index(
                fields=["next_chunk_at"], name="surveys_mailing_due", condition=Q(next_chunk_at__isnull=False)
            ),
            models.Index(fields=["organization", "survey", "-asked_at"], name="surveys_mailing_newest"),
        ]

    @property
    def is_over(self) -> bool:
        """Tell whether all were invited, or it was cancelled."""
        return self.next_chunk_at is None

    @property
    def progress_pct(self) -> int:
        """Return how far it has come, 0 to 100."""
        if self.is_over and not self.cancelled_at:
            return 100
        return min(100 * self.taken // self.expected, 100) if self.expected else 0
