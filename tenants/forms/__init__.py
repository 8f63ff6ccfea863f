"""Forms of the settings pages: validation only; the verbs are in tenants.services."""

from tenants.forms.member import InviteForm, MemberForm
from tenants.forms.organization import OrganizationForm
from tenants.forms.partner import PartnerForm
from tenants.forms.program import ProgramForm
from tenants.forms.team import TeamForm

__all__ = ["InviteForm", "MemberForm", "OrganizationForm", "PartnerForm", "ProgramForm", "TeamForm"]
