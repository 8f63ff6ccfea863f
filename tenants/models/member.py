"""A user in an organization: role, confinement, teams."""

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from cxplatform.lib.rows import tenant_rows
from tenants.models.organization import Partner, Team, english
from tenants.models.row import TenantRow
from tenants.models.user import User


class Role(models.TextChoices):
    """What a member is in an organization."""

    ADMIN = "admin", "Admin"
    SUPERVISOR = "supervisor", "Supervisor"
    AGENT = "agent", "Agent"
    SAFETY = "safety", "Safety reviewer"
    ANALYST = "analyst", "Analyst"
    AUDITOR = "auditor", "Auditor"


class MemberQuerySet(models.QuerySet["Member"]):
    """Filters on members."""

    def active(self) -> "MemberQuerySet":
        """Keep those who may sign in and act now."""
        return self.filter(is_active=True, user__is_active=True)

    def with_role(self, roles: Collection[str]) -> "MemberQuerySet":
        """Keep those whose role is one of `roles`."""
        return self.filter(role__in=roles)

    def in_team(self, team: Team) -> "MemberQuerySet":
        """Keep the people of one team."""
        return self.filter(teams__team=team)

    def uninvited(self) -> "MemberQuerySet":
        """Keep those who wait for their welcome e-mail."""
        return self.filter(is_active=True, welcome_pending=True)


class Member(TenantRow):
    """One user in one organization. `partner` confines the member to that partner's patients and cases."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="members"
    )
    languages = ArrayField(models.CharField(max_length=8), default=english)
    is_active = models.BooleanField(default=True)
    welcome_pending = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("tenants_member", keys=("partner",), partner="partner"),
            models.UniqueConstraint(fields=["organization", "user"], name="tenants_member_once"),
        ]
        indexes = [
            models.Index(fields=["id"], name="tenants_member_welcome", condition=models.Q(welcome_pending=True)),
        ]

    def __str__(self) -> str:
        return str(self.user)


class TeamMember(TenantRow):
    """A member belongs to a team and receives its alerts."""

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="team_members"
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_constraint=False, related_name="teams")

    class Meta:
        constraints = [
            *tenant_rows("tenants_teammember", keys=("team", "member"), partner="team"),
            models.UniqueConstraint(fields=["team", "member"], name="tenants_teammember_once"),
        ]
