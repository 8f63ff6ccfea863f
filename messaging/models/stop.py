"""Who is not to be written to, what was written to us, and how often somebody was asked."""

from django.db import models
from django.db.models import Q

from cxplatform.lib.rows import tenant_rows
from messaging.models.address import Channel
from messaging.models.message import Message
from tenants.models import Member, Partner, Program, TenantRow


class StopQuerySet(models.QuerySet["Stop"]):
    """Filters on stops."""

    def standing(self) -> "StopQuerySet":
        """Keep those that have not been lifted."""
        return self.filter(lifted_at=None)


class Stop(TenantRow):
    """Nothing more goes to this address, whoever it serves and in whatever program, until it is lifted.

    Kept by fingerprint, so that it says nothing about who the address belongs to and outlives its erasure.
    source_id: the row because of which it stands (an inbound message, a message that bounced, a patient event).
    """

    class Reason(models.TextChoices):
        WORD = "word", "They wrote STOP"
        UNSUBSCRIBED = "unsubscribed", "They used the unsubscribe link"
        WISH = "wish", "They asked not to be contacted"
        BOUNCE = "bounce", "The address does not work"
        COMPLAINT = "complaint", "They reported a message as unwanted"
        DECEASED = "deceased", "A patient at this address has died"
        STAFF = "staff", "A member stopped it"

    channel = models.CharField(max_length=8, choices=Channel.choices)
    fingerprint = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    source_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    objects = StopQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("messaging_stop", keys=("lifted_by",)),
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="messaging_stop_once", condition=Q(lifted_at=None)
            ),
        ]


class Inbound(TenantRow):
    """A text message that somebody wrote to us, in each organization that knows the number.

    owner_id: the respondent whose number it is (the one who was written to last, when the number serves several).
    keyword: what it asked for (`stop`, `start`, `help`), or empty. needs_review: pending work of the safety reviewers.
    """

    class Keyword(models.TextChoices):
        NONE = "", "None"
        STOP = "stop", "Stop"
        START = "start", "Start again"
        HELP = "help", "Help"

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    program = models.ForeignKey(
        Program, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    owner_id = models.UUIDField(null=True)
    fingerprint = models.BinaryField(max_length=32)
    text = models.TextField(blank=True)
    keyword = models.CharField(max_length=8, choices=Keyword.choices, blank=True)
    language = models.CharField(max_length=8, blank=True)
    provider_id = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    needs_review = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *tenant_rows("messaging_inbound", keys=("partner", "program"), partner="partner"),
            models.UniqueConstraint(fields=["organization", "provider_id"], name="messaging_inbound_once"),
        ]
        indexes = [
            models.Index(fields=["owner_id", "-received_at"], name="messaging_inbound_by_owner"),
            models.Index(fields=["id"], name="messaging_inbound_unreviewed", condition=Q(needs_review=True)),
        ]


class SurveyContact(TenantRow):
    """Somebody was invited to a survey: one row for each way to reach the person, reminders included.

    What the contact rules count, so that one number or mailbox counts once, whoever it serves and whatever the channel.
    fingerprint: of each address that the respondent has, and of the respondent's id, for links that a partner delivers.
    """

    fingerprint = models.BinaryField(max_length=32)
    invitation_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            *tenant_rows("messaging_surveycontact"),
            models.UniqueConstraint(fields=["invitation_id", "fingerprint"], name="messaging_surveycontact_once"),
        ]
        indexes = [models.Index(fields=["organization", "fingerprint", "-at"], name="messaging_surveycontact_recent")]


class Wording(TenantRow):
    """An organization's own words of a message to patients, in place of the built-in ones.

    program: null for all programs. The frame (address, stop line, telephone) is not part of it and always there.
    """

    program = models.ForeignKey(
        Program, null=True, blank=True, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    template = models.CharField(max_length=16, choices=Message.Template.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=120, blank=True)
    body = models.TextField(max_length=2000)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            *tenant_rows("messaging_wording", keys=("program", "changed_by")),
            models.UniqueConstraint(
                fields=["organization", "program", "template", "channel", "language"],
                name="messaging_wording_once",
                nulls_distinct=False,
            ),
        ]
