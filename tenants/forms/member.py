"""Who a member is: role, confinement to a partner, languages, teams."""

from typing import Any

from django import forms
from django.db.models import Q

from cxplatform.lib.wording import SaysWhatToDo
from tenants.forms.languages import LanguagesField
from tenants.models import Member, Partner, Role, Team

ROLE_HELP = (
    "Admins change these settings and can do all that supervisors do. Supervisors assign and close cases. Agents work"
    " cases. Safety reviewers see what may be a safety report. Analysts see figures, no words. Auditors read the audit"
    " trail."
)


class MemberForm(SaysWhatToDo, forms.Form):
    """Change a member; choices are those of the bound organization."""

    role = forms.ChoiceField(choices=Role.choices, help_text=ROLE_HELP)
    partner = forms.ModelChoiceField(
        Partner.objects.none(),
        required=False,
        empty_label="The whole organization",
        label="Sees",
        help_text="A member of a partner sees that partner's patients and cases only.",
    )
    languages = LanguagesField(help_text="In which the member can talk with patients.")
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The member receives the alerts of these teams.",
    )

    def __init__(self, *args: Any, member: Member | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = member.partner_id if member else None
        in_teams = [row.team_id for row in member.teams.all()] if member else []
        self.fields["partner"].queryset = Partner.objects.filter(Q(is_active=True) | Q(pk=mine)).order_by("name")  # type: ignore[attr-defined]
        self.fields["teams"].queryset = Team.objects.filter(Q(is_active=True) | Q(pk__in=in_teams)).order_by("name")  # type: ignore[attr-defined]
        if member:
            self.initial = {
                "role": member.role,
                "partner": mine,
                "languages": member.languages,
                "teams": in_teams,
                **self.initial,
            }
            self.fields["languages"].also_offer(member.languages)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse teams that a confined member could not see."""
        cleaned = super().clean() or {}
        partner = cleaned.get("partner")
        if partner and any(team.partner_id != partner.pk for team in cleaned.get("teams", ())):
            self.add_error("teams", f"A member of {partner} can only be in teams of {partner}. Untick the others.")
        return cleaned


class InviteForm(MemberForm):
    """Invite a member by e-mail."""

    taken = {
        "tenants_member_once": (
            "email",
            "Somebody else invited this person a moment ago. Open the list of members to change what they may do.",
        )
    }

    email = forms.EmailField(max_length=254, label="E-mail address", help_text="The welcome e-mail goes here.")
    name = forms.CharField(max_length=120, help_text="As colleagues will see it.")

    field_order = ["email", "name", "role", "partner", "languages", "teams"]
