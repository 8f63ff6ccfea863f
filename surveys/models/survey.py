"""A survey, its immutable published versions, and when it is sent."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from cxplatform.lib.rows import tenant_rows
from patients.models import Touchpoint
from surveys.definitions import Definition, load
from tenants.models import Member, Program, TenantRow


class Survey(TenantRow):
    """What an organization asks; the words are in its versions."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    current_number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            *tenant_rows("surveys_survey"),
            models.UniqueConstraint(fields=["organization", "key"], name="surveys_survey_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> "SurveyVersion":
        """Return the newest published version. Raises SurveyVersion.DoesNotExist before the first."""
        return self.versions.get(number=self.current_number)

    def publish(self, document: dict[str, Any], *, by: Member | None, now: datetime) -> "SurveyVersion":
        """Publish `document` as the next version; it never changes again.

        Raises InvalidDefinition, with every problem named, when the document is not a valid definition.
        """
        load(document)
        Survey.objects.select_for_update().filter(pk=self.pk).get()
        self.refresh_from_db(fields=["current_number"])
        version = self.versions.create(
            organization_id=self.organization_id,
            number=self.current_number + 1,
            document=document,
            published_at=now,
            published_by=by,
        )
        self.current_number = version.number
        self.save(update_fields=["current_number"])
        return version


class SurveyVersion(TenantRow):
    """One published definition; append-only."""

    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="versions"
    )
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            *tenant_rows("surveys_surveyversion", keys=("survey", "published_by"), append_only=True),
            models.UniqueConstraint(fields=["survey", "number"], name="surveys_version_number"),
        ]

    @property
    def definition(self) -> Definition:
        """Return the loaded definition; loaded once per process, because a version never changes."""
        return definition_of(self.pk)


@lru_cache(maxsize=256)
def definition_of(version_id: UUID) -> Definition:
    """Return the definition of a version of the bound organization, loaded once per process.

    Ids are random and callers have them from rows that they may see, so the cache needs no tenant in its key.
    """
    return load(SurveyVersion.objects.values_list("document", flat=True).get(pk=version_id))


def two_reminders() -> list[int]:
    """Return the days after the invitation on which a reminder goes out."""
    return [3, 7]


class Occasion(TenantRow):
    """A journey: when a survey is sent in a program, by what, and what follows when nobody answers.

    After the touchpoint, wait `delay_days`, invite by the preferred channel (the next one when it bounces), remind on
    `reminder_days` after the invitation, leave a telephone task on day `call_after_days`, expire on day `expire_days`.
    since: touchpoints that occurred earlier invite nobody; set when it was last switched on.
    """

    program = models.ForeignKey(
        Program, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="occasions"
    )
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, db_constraint=False, related_name="occasions")
    touchpoint = models.CharField(max_length=24, choices=Touchpoint.Kind.choices)
    delay_days = models.PositiveSmallIntegerField(default=1)
    reminder_days = ArrayField(models.PositiveSmallIntegerField(), default=two_reminders, blank=True)
    call_after_days = models.PositiveSmallIntegerField(null=True, blank=True, default=10)
    expire_days = models.PositiveSmallIntegerField(default=21)
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *tenant_rows("surveys_occasion", keys=("program", "survey")),
            models.UniqueConstraint(fields=["program", "survey", "touchpoint"], name="surveys_occasion_once"),
        ]
