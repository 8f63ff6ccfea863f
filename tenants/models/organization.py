"""The tenant, its programs, the partners that serve them, and the teams that act."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from uuid_utils.compat import uuid7

from cxplatform.lib.clocks import WorkingWeek
from cxplatform.lib.rows import RowPolicy, tenant_rows
from cxplatform.lib.zones import validate_zone
from tenants.models.row import TenantRow

SLUG = RegexValidator(r"^[a-z][a-z0-9-]{1,39}$", "Use 2 to 40 small letters, digits and dashes, a letter first.")

CRM_LINK = RegexValidator(
    r"^https://[^\s{}]+\{external_id\}[^\s{}]*$", "Begin with https:// and put {external_id} where the number belongs."
)


def office_hours() -> dict[str, list[list[str]]]:
    """Return Monday to Friday, nine to five."""
    return {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def english() -> list[str]:
    """Return the default language list."""
    return ["en"]


class Organization(models.Model):
    """The tenant: a sponsor, or a hub that runs its own programs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40, unique=True, validators=[SLUG])
    name = models.CharField(max_length=120)
    is_synthetic = models.BooleanField(default=False, help_text="Demo data: pages say so.")
    mail_shows_due_time = models.BooleanField(default=False, help_text="Alert e-mails name the time by which to act.")
    survey_gap_days = models.PositiveSmallIntegerField(
        default=30, help_text="Nobody gets a second survey within so many days, whatever the program."
    )
    surveys_a_year = models.PositiveSmallIntegerField(default=6, help_text="Nobody gets more surveys within a year.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [RowPolicy(name="tenants_organization_rls", column="id")]

    def __str__(self) -> str:
        return self.name


class Program(TenantRow):
    """Brand + indication + country + languages; `public_name` is the neutral name that patients see.

    contact_held_by: who can reach the person behind a pseudonym: the partner in its own CRM, or our vault.
    links_sent_by: who delivers survey links: we, or the partner, which fetches them.
    safety_recipient: where possible safety events are forwarded to; counts from `safety_verified_at` on.
    """

    class Holder(models.TextChoices):
        PARTNER = "partner", "The partner, in its own system"
        VAULT = "vault", "Our contact vault"

    class Sender(models.TextChoices):
        US = "us", "We send them"
        PARTNER = "partner", "The partner sends them"

    name = models.CharField(max_length=120, help_text="For staff. Patients never see it.")
    public_name = models.CharField(max_length=80, help_text="Neutral: no brand and no condition. Patients see it.")
    country = models.CharField(max_length=2, default="US")
    languages = ArrayField(models.CharField(max_length=8), default=english)
    phone = models.CharField(max_length=40, help_text="Shown on every patient page.")
    phone_hours = models.CharField(max_length=120, blank=True, help_text="For example: Mon to Fri, 8 to 20 Eastern.")
    emergency = models.CharField(max_length=20, default="911")
    maker_sees_names = models.BooleanField(
        default=False, help_text="Untick to tell patients that the maker of their medicine does not see their name."
    )
    postal_address = models.CharField(max_length=200, blank=True, help_text="At the foot of e-mails to patients.")
    contact_held_by = models.CharField(max_length=8, choices=Holder.choices, default=Holder.PARTNER)
    sponsor_sees_contact = models.BooleanField(
        default=False, help_text="Our own people, not only the partner's, may reach patients."
    )
    links_sent_by = models.CharField(max_length=8, choices=Sender.choices, default=Sender.US)
    follow_up_days = models.PositiveSmallIntegerField(
        default=3, help_text="Days after resolving until the patient is asked whether it is taken care of."
    )
    safety_recipient = models.EmailField(blank=True, help_text="Possible safety events are forwarded to this address.")
    safety_verified_at = models.DateTimeField(null=True, blank=True)
    safety_hours = models.PositiveSmallIntegerField(default=24, help_text="Calendar hours to forward a safety event.")
    safety_sample_pct = models.PositiveSmallIntegerField(
        default=10, help_text="Of 100 texts judged “not an event”, so many are read by a second person."
    )
    crisis_lines = models.JSONField(
        default=dict, blank=True, help_text="By language, for example: Call or text 988, day and night."
    )
    crisis_team = models.ForeignKey(
        "tenants.Team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Paged at once when somebody writes of self-harm or danger.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            *tenant_rows("tenants_program", keys=("crisis_team",)),
            models.UniqueConstraint(fields=["organization", "name"], name="tenants_program_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_collect_text(self) -> bool:
        """Tell whether open text may be asked for: somebody takes safety events, and pages name help in a crisis."""
        return bool(self.safety_verified_at and self.emergency and any(self.crisis_lines.values()))

    def crisis_line(self, language: str) -> str:
        """Return whom to call in a crisis, in `language` or else in the first language with words; "" if none."""
        wanted = (language, *self.languages)
        return next((self.crisis_lines[each] for each in wanted if self.crisis_lines.get(each)), "")


class Partner(TenantRow):
    """A hub, pharmacy or vendor that serves programs; its members and keys see its own patients and cases only."""

    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, validators=[SLUG], help_text="A short name for rules and the API.")
    crm_link = models.CharField(
        max_length=200,
        blank=True,
        validators=[CRM_LINK],
        help_text="Opens a patient in the partner's system, for example https://crm.example/patients/{external_id}.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            *tenant_rows("tenants_partner", partner="id"),
            models.UniqueConstraint(fields=["organization", "code"], name="tenants_partner_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Engagement(TenantRow):
    """A partner serves a program."""

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="engagements"
    )
    program = models.ForeignKey(Program, on_delete=models.CASCADE, db_constraint=False, related_name="engagements")

    class Meta:
        constraints = [
            *tenant_rows("tenants_engagement", keys=("partner", "program"), partner="partner"),
            models.UniqueConstraint(fields=["partner", "program"], name="tenants_engagement_once"),
        ]


class Team(TenantRow):
    """People who receive alerts and work cases, with the hours in which their clocks run."""

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="teams"
    )
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_zone])
    hours = models.JSONField(default=office_hours)
    holidays = ArrayField(models.DateField(), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=english)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            *tenant_rows("tenants_team", keys=("partner",), partner="partner"),
            models.UniqueConstraint(fields=["organization", "name"], name="tenants_team_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def week(self) -> WorkingWeek:
        """Return the team's working week for clock arithmetic. Raises InvalidHours for hours that make no sense."""
        holidays = [day.isoformat() if isinstance(day, date) else day for day in self.holidays]
        return WorkingWeek.parse(zone=self.time_zone, hours=self.hours, holidays=holidays)
