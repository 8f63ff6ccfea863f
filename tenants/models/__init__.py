"""The tenant and its people; every other app stands on these."""

from tenants.models.audit import AuditEntry
from tenants.models.key import ApiKey
from tenants.models.member import Member, Role, TeamMember
from tenants.models.organization import Engagement, Organization, Partner, Program, Team
from tenants.models.row import TenantRow
from tenants.models.user import User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Engagement",
    "Member",
    "Organization",
    "Partner",
    "Program",
    "Role",
    "Team",
    "TeamMember",
    "TenantRow",
    "User",
]
