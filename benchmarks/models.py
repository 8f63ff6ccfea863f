"""Tables of the bare views; `benchmarks.bare` makes them, no migration knows them."""

from django.db import models


class BareAnswer(models.Model):
    """One posted form."""

    id = models.UUIDField(primary_key=True)
    form = models.JSONField()
    at = models.DateTimeField()

    objects: models.Manager["BareAnswer"] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "bare_answer"
        managed = False


class BareOutbox(models.Model):
    """Work to do after it."""

    id = models.UUIDField(primary_key=True)
    answer_id = models.UUIDField()
    at = models.DateTimeField()

    objects: models.Manager["BareOutbox"] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "bare_outbox"
        managed = False


class BareCase(models.Model):
    """One line of the bare list."""

    id = models.BigIntegerField(primary_key=True)
    number = models.IntegerField()
    pseudonym = models.TextField()
    why = models.TextField()
    due_at = models.DateTimeField()

    objects: models.Manager["BareCase"] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "bare_case"
        managed = False
        indexes = [models.Index(fields=["due_at", "id"], name="bare_case_urgency")]
