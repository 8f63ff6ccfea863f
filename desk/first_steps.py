"""What an admin sets up before the first alert can reach anybody."""

from dataclasses import dataclass

from django.db.models import Exists
from django.urls import reverse

from alerts.models import Route, Rule
from tenants.models import Engagement, Member, Organization, Program, TeamMember


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the set-up: what to do, why, where, and whether it is done."""

    title: str
    text: str
    url: str
    is_done: bool


_STEPS = (
    ("program", "Add a program", "Its neutral public name and phone number are what patients see.", "tenants:programs"),
    (
        "partner",
        "Add the partner that serves it",
        "A hub, pharmacy or vendor sees its own patients only.",
        "tenants:partners",
    ),
    (
        "team",
        "Make a team and put people into it",
        "They receive the alerts; clocks run in their hours.",
        "tenants:teams",
    ),
    ("route", "Send alerts to the team", "A route says which team hears about which program.", "alerts:routes"),
    ("rules", "Switch on alert rules", "A rule says which answer needs a person, and how soon.", "alerts:rules"),
    ("colleague", "Invite a colleague", "So that nothing waits while one person is away.", "tenants:members"),
)


def steps(organization: Organization) -> list[Step]:
    """Return the set-up of the bound organization in order; one query."""
    done = (
        Organization.objects.filter(pk=organization.pk)
        .values(
            program=Exists(Program.objects.filter(is_active=True)),
            partner=Exists(Engagement.objects.all()),
            team=Exists(TeamMember.objects.filter(team__is_active=True)),
            route=Exists(Route.objects.filter(team__is_active=True)),
            rules=Exists(Rule.objects.filter(is_active=True)),
            colleague=Exists(Member.objects.active().order_by("pk")[1:2]),
        )
        .get()
    )
    is_done = dict[str, bool](**done)
    return [
        Step(title, text, reverse(name, args=[organization.slug]), is_done[key]) for key, title, text, name in _STEPS
    ]
