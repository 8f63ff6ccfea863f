"""Safety items: every text that somebody must read for side effects and danger, and what was found in it."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from caseloop.models import Case
from cxplatform.lib.rows import tenant_rows
from patients.models import Patient
from tenants.models import Member, Partner, Program, TenantRow


class ItemQuerySet(models.QuerySet["Item"]):
    """Filters on safety items."""

    def undecided(self) -> "ItemQuerySet":
        """Keep those whose clock runs: nobody has read them, or a possible event waits to be forwarded."""
        return self.filter(state__in=Item.UNDECIDED)

    def to_check(self, *, by: Member) -> "ItemQuerySet":
        """Keep those of the sample that `by` may read as the second person."""
        return self.filter(check_state=Item.Check.DUE).exclude(decided_by=by)

    def overdue(self, *, now: datetime) -> "ItemQuerySet":
        """Keep the undecided ones whose clock has run out."""
        return self.undecided().filter(due_at__lte=now)


class Item(TenantRow):
    """One text, report or death to be judged; it lives and dies apart from any case.

    source, source_id: the row that holds the words; one item for each, whoever sees it first. The item has none itself.
    due_at: so many calendar hours after our server received it; it never stops and never moves.
    rank: the higher, the sooner it is shown; it orders the list and never drops an item. terms: what the lexicon found,
    as codes. case: where it came up, if on a case.
    next_page_at: pending work: when the crisis contact is paged (again); null when nobody needs to be.
    check: of a sample of “not an event”, a second person reads the text too.
    """

    class Source(models.TextChoices):
        ANSWER = "answer", "Survey answer"
        NOTE = "note", "Case note"
        MESSAGE = "message", "Text message"
        STATUS = "status", "Reported death"
        REPORT = "report", "Reported by a member"

    class State(models.TextChoices):
        PENDING = "pending", "To be read"
        POSSIBLE = "possible", "Possible event, to be forwarded"
        FORWARDED = "forwarded", "Forwarded"
        REPORTED = "reported", "Already reported by the partner"
        NOT_EVENT = "not_event", "Not an event"

    class NotEvent(models.TextChoices):
        SERVICE = "service", "About the service only"
        NOTHING = "nothing", "Says nothing about health or a product"
        KNOWN = "known", "Repeats what was forwarded before"
        OTHER_PERSON = "other_person", "Not about somebody who uses the product"

    class Way(models.TextChoices):
        EMAIL = "email", "E-mail"
        PORTAL = "portal", "The sponsor's portal"
        PHONE = "phone", "Telephone"
        FAX = "fax", "Fax"

    class Check(models.TextChoices):
        NONE = "", "Not in the sample"
        DUE = "due", "To be read by a second person"
        AGREED = "agreed", "The second person agreed"
        DISAGREED = "disagreed", "The second person did not agree"

    class Special(models.TextChoices):
        OVERDOSE = "overdose", "Overdose"
        PREGNANCY = "pregnancy", "Pregnancy exposure, of mother or father"
        BREASTFEEDING = "breastfeeding", "Breastfeeding"
        MISUSE = "misuse", "Abuse or misuse"
        EXPOSURE = "exposure", "Accidental or occupational exposure"
        NO_EFFECT = "no_effect", "The medicine does not work as expected"
        OFF_LABEL = "off_label", "Off-label use"
        ERROR = "error", "Medication error"
        COUNTERFEIT = "counterfeit", "Suspected counterfeit"
        COMPLAINT = "complaint", "Product complaint"

    class Element(models.TextChoices):
        REPORTER = "reporter", "An identifiable reporter"
        PATIENT = "patient", "An identifiable patient"
        PRODUCT = "product", "A suspect product"
        EVENT = "event", "An adverse event or reaction"

    UNDECIDED = (State.PENDING, State.POSSIBLE)

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=8, choices=Source.choices)
    source_id = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField(default=0)
    terms = models.JSONField(default=list)
    is_crisis = models.BooleanField(default=False)
    next_page_at = models.DateTimeField(null=True)
    pages = models.PositiveSmallIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    not_event = models.CharField(max_length=12, choices=NotEvent.choices, blank=True)
    forwarded_at = models.DateTimeField(null=True)
    forwarded_by_way = models.CharField(max_length=8, choices=Way.choices, blank=True)
    sponsor_number = models.CharField(max_length=60, blank=True)
    partner_number = models.CharField(max_length=60, blank=True)
    special = models.JSONField(default=list)
    elements = models.JSONField(default=list)
    check_state = models.CharField(max_length=10, choices=Check.choices, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows(
                "safety_item",
                keys=("program", "partner", "patient", "case", "acknowledged_by", "decided_by", "checked_by"),
                partner="partner",
            ),
            models.CheckConstraint(
                name="safety_item_decided",
                condition=Q(state="pending", decided_at=None) | (~Q(state="pending") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="safety_item_forwarded",
                condition=~Q(state="forwarded") | (Q(forwarded_at__isnull=False) & ~Q(forwarded_by_way="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-is_crisis", "-rank", "due_at", "id"],
                name="safety_item_list",
                condition=Q(state__in=["pending", "possible"]),
            ),
            models.Index(
                fields=["organization", "due_at", "id"],
                name="safety_item_clock",
                condition=Q(state__in=["pending", "possible"]),
            ),
            models.Index(fields=["organization", "program", "-received_at", "-id"], name="safety_item_newest"),
            models.Index(
                fields=["organization", "decided_at"], name="safety_item_check", condition=Q(check_state="due")
            ),
            models.Index(fields=["next_page_at"], name="safety_item_page", condition=Q(next_page_at__isnull=False)),
            models.Index(fields=["patient", "-received_at"], name="safety_item_by_patient"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Return the short number by which people and the sponsor speak of it."""
        return f"SI-{self.pk.hex[-8:].upper()}"

    @property
    def known_as(self) -> str:
        """Return the patient's pseudonym; the item's own number where no patient is known."""
        return self.patient.pseudonym if self.patient else self.reference

    @property
    def is_undecided(self) -> bool:
        """Tell whether the clock runs."""
        return self.state in Item.UNDECIDED

    def happened(self, kind: str, *, by: Member | None, now: datetime, **data: Any) -> None:
        """Append to the item's history. data: JSON-able codes and ids, never words about a patient."""
        ItemEvent.objects.create(
            organization_id=self.organization_id, item=self, at=now, actor=by, kind=kind, data=data
        )


class ItemEvent(TenantRow):
    """One thing that happened to a safety item; append-only."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Received"
        PAGED = "paged", "Crisis contact paged"
        ACKNOWLEDGED = "acknowledged", "Somebody is on it"
        JUDGED = "judged", "Judged"
        FORWARDED = "forwarded", "Forwarded"
        NUMBERED = "numbered", "Sponsor's number added"
        CHECKED = "checked", "Read by a second person"
        OPENED_AGAIN = "opened_again", "To be judged again"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = tenant_rows("safety_itemevent", keys=("item", "actor"), partner="item", append_only=True)
        indexes = [models.Index(fields=["item", "at", "id"], name="safety_itemevent_order")]


class Report(TenantRow):
    """What a member reports as a possible safety event, in words, such as what was said in a call."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    text = models.TextField()
    learned_at = models.DateTimeField(help_text="When we learned of it; the clock starts here.")
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = tenant_rows("safety_report", keys=("patient", "case", "reported_by"), partner="patient")


class TrainingQuerySet(models.QuerySet["Training"]):
    """Filters on certificates."""

    def valid(self, *, today: date) -> "TrainingQuerySet":
        """Keep the certificates that have not expired."""
        return self.filter(completed_on__lte=today, expires_on__gte=today)


class Training(TenantRow):
    """A member's certificate of safety training; without a valid one nobody judges a text.

    Source: sponsors' safety agreements: certificates usually hold for one year.
    """

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="trainings"
    )
    course = models.CharField(max_length=120)
    completed_on = models.DateField()
    expires_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    objects = TrainingQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("safety_training", keys=("member", "recorded_by"), partner="member"),
            models.CheckConstraint(name="safety_training_dates", condition=Q(expires_on__gte=models.F("completed_on"))),
        ]
        indexes = [models.Index(fields=["member", "-expires_on"], name="safety_training_latest")]
