"""A file of patients on its way in: sealed pieces, faults by row, progress."""

from django.db import models
from django.db.models import Q

from cxplatform.lib.rows import tenant_rows
from tenants.models import Member, Partner, Program, TenantRow


class Import(TenantRow):
    """One uploaded file of patients and touchpoints.

    The row is the queue: `checking`, `importing` and `undoing` are pending work, done a chunk at a time from
    `next_chunk` on; `cancel_asked` ends it between two chunks. The file lies sealed in its chunks until then.
    mapping: our column → the column of the file. counts: what was found or done, by kind.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", "Uploading"
        MAPPING = "mapping", "Waiting for its columns"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked: nothing was imported yet"
        IMPORTING = "importing", "Being imported"
        DONE = "done", "Imported"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Stopped by a fault"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    PENDING = (State.CHECKING, State.IMPORTING, State.UNDOING)

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    file_name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADING)
    is_backfill = models.BooleanField(default=False)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    next_chunk = models.PositiveIntegerField(default=0)
    chunks_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)
    cancel_asked = models.BooleanField(default=False)
    leased_until = models.DateTimeField(null=True)
    uploaded_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = tenant_rows("patients_import", keys=("program", "partner", "uploaded_by"), partner="partner")
        indexes = [
            models.Index(fields=["organization", "-uploaded_at", "-id"], name="patients_import_newest"),
            models.Index(
                fields=["changed_at"],
                name="patients_import_pending",
                condition=Q(state__in=["checking", "importing", "undoing"]),
            ),
        ]

    @property
    def progress_pct(self) -> int:
        """Return how much of the file has been worked through, 0 to 100."""
        return 100 * self.next_chunk // self.chunks_count if self.chunks_count else 0


class ImportChunk(TenantRow):
    """Some hundred rows of an import, sealed like the addresses that they may hold; gone when the import is over."""

    source = models.ForeignKey(
        Import, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="chunks"
    )
    number = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField(help_text="The line of its first row in the file, counted from 1.")
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            *tenant_rows("patients_importchunk", keys=("source",), partner="source"),
            models.UniqueConstraint(fields=["source", "number"], name="patients_importchunk_once"),
        ]


class ImportFault(TenantRow):
    """What is wrong with one row of an import, and what was not done because of it; never the value itself."""

    source = models.ForeignKey(
        Import, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="faults"
    )
    row = models.PositiveIntegerField(help_text="The line in the file, counted from 1.")
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=200)
    is_warning = models.BooleanField(default=False)

    class Meta:
        constraints = tenant_rows("patients_importfault", keys=("source",), partner="source")
        indexes = [models.Index(fields=["source", "row", "id"], name="patients_importfault_order")]


class ImportKey(TenantRow):
    """What an import has met so far, so that a repeated row is known however long the file is; gone when it is over.

    digest: 16 bytes of a row, a person or an event. row: the line where it was first met. at: the latest event of a
    person, the time of an event. This is why memory stays flat, and why a worker that takes over knows all of it.
    """

    source = models.ForeignKey(
        Import, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="keys"
    )
    digest = models.BinaryField(max_length=16)
    row = models.PositiveIntegerField()
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *tenant_rows("patients_importkey", keys=("source",), partner="source"),
            models.UniqueConstraint(fields=["source", "digest"], name="patients_importkey_once"),
        ]
