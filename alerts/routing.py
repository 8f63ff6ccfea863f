"""The routes as a table: which team the alerts of a program and partner go to, and by which line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from alerts.models import Route
from caseloop.reach import can_reach, reaches
from surveys.models import Response
from tenants.models import Engagement, Member, Partner, Program, Team
from tenants.models.audit import audit

Place = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a program (None: any) and a partner (None: any), its route and who gets alerts there.

    chosen: the team of this very line; acts: the team that alerts go to; by: chosen, wider, own, fallback, or nobody.
    is_oversight: the team that acts cannot reach the patients of this program and partner.
    """

    program: Program | None
    partner: Partner | None
    chosen: Team | None
    acts: Team | None
    by: str
    is_oversight: bool = False
    offered: list[Team] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the name of the line's input."""
        return f"{self.program.pk if self.program else 'any'}_{self.partner.pk if self.partner else 'any'}"

    @property
    def words(self) -> str:
        """Say the line in words."""
        return f"{self.program or 'Any program'}, {self.partner or 'any partner'}"


class Table:
    """The routes, teams, programs and partners of the bound organization, read once (five queries)."""

    def __init__(self) -> None:
        self.teams = {team.pk: team for team in Team.objects.order_by("created_at", "pk")}
        self.routes: dict[Place, UUID] = {(r.program_id, r.partner_id): r.team_id for r in Route.objects.all()}
        self.programs = {
            program.pk: program
            for program in Program.objects.order_by("name")
            if program.is_active or any(place[0] == program.pk for place in self.routes)
        }
        self.partners = {partner.pk: partner for partner in Partner.objects.order_by("name")}
        self.served = set(Engagement.objects.values_list("program_id", "partner_id"))

    def rows(self) -> Iterator[Row]:
        """Yield the lines: any program first, then each program with the partners that serve it."""
        places: list[Place] = [(None, None), *((None, partner) for partner in self.partners)]
        for program in self.programs:
            places.append((program, None))
            places += [(program, partner) for partner in self.partners if self._is_asked(program, partner)]
        return (self._row(program, partner) for program, partner in places)

    def team_for(self, program_id: UUID | None, partner_id: UUID | None) -> tuple[Team | None, str]:
        """Return the team that alerts go to, and by what, as `find_team` decides it: partner before program."""
        wider: tuple[Place, ...] = ((program_id, partner_id), (None, partner_id), (program_id, None), (None, None))
        active = {pk: team for pk, team in self.teams.items() if team.is_active}
        place = next((place for place in wider if self.routes.get(place) in active), None)
        own = next((team for team in active.values() if team.partner_id and team.partner_id == partner_id), None)
        if place is None:
            team = own or next((team for team in active.values() if team.partner_id is None), None)
            return team, "fallback" if team else "nobody"
        routed = active[self.routes[place]]
        if own and not (place[1] or self._reaches(routed, program_id, partner_id)):
            return own, "own"
        return routed, "chosen" if place == (program_id, partner_id) else "wider"

    def _reaches(self, team: Team, program_id: UUID | None, partner_id: UUID | None) -> bool:
        partner = self.partners[partner_id] if partner_id else None
        programs = [self.programs[program_id]] if program_id else self.programs.values()
        return all(can_reach(team, program, partner) for program in programs)

    def _is_asked(self, program: UUID, partner: UUID) -> bool:
        return (program, partner) in self.served or (program, partner) in self.routes

    def _row(self, program_id: UUID | None, partner_id: UUID | None) -> Row:
        chosen_id = self.routes.get((program_id, partner_id))
        acts, by = self.team_for(program_id, partner_id)
        return Row(
            program=self.programs[program_id] if program_id else None,
            partner=self.partners[partner_id] if partner_id else None,
            chosen=self.teams.get(chosen_id) if chosen_id else None,
            acts=acts,
            by=by,
            is_oversight=bool(acts and program_id and partner_id and not self._reaches(acts, program_id, partner_id)),
            offered=[
                team
                for team in self.teams.values()
                if team.pk == chosen_id or (team.is_active and team.partner_id in (None, partner_id))
            ],
        )


def find_team(response: Response) -> Team | None:
    """Return the team that alerts of this program and partner go to: that of the closest active route, else any.

    A route that does not name the partner yields to the partner's own team when its team cannot reach the patient: a
    route ends at people who can. Where nobody can, it is a team that watches (`can_reach` tells).
    None when the organization has no active team at all; its admins are told then.
    """
    routes = (
        Route.objects.filter(
            Q(program_id=response.program_id) | Q(program=None),
            Q(partner_id=response.partner_id) | Q(partner=None),
            team__is_active=True,
        )
        .select_related("team")
        .order_by(F("partner").asc(nulls_last=True), F("program").asc(nulls_last=True))
    )
    route = routes.first()
    if route is None:
        return _first_team(Q(partner_id=response.partner_id) | Q(partner=None))
    program, partner_id = response.program, response.partner_id
    if not (route.partner_id or reaches(route.team.partner_id, program=program, partner_id=partner_id)):
        return _first_team(Q(partner_id=response.partner_id)) or route.team
    return route.team


def _first_team(mine: Q) -> Team | None:
    return Team.objects.filter(mine, is_active=True).order_by(F("partner").asc(nulls_last=True), "created_at").first()


@transaction.atomic
def save_routes(*, chosen: dict[Place, Team | None], by: Member, now: datetime) -> int:
    """Store the team of each line, None taking its route away; return how many lines changed."""
    before = {(route.program_id, route.partner_id): route for route in Route.objects.select_for_update()}
    changed = 0
    for (program_id, partner_id), team in chosen.items():
        route = before.get((program_id, partner_id))
        if (route.team_id if route else None) == (team.pk if team else None):
            continue
        changed += 1
        _store(by.organization_id, program_id, partner_id, team)
        audit(
            "alerts.route.changed",
            by=by,
            now=now,
            program=str(program_id or ""),
            partner=str(partner_id or ""),
            before=str(route.team_id) if route else "",
            after=str(team.pk) if team else "",
        )
    return changed


def _store(organization_id: UUID, program_id: UUID | None, partner_id: UUID | None, team: Team | None) -> None:
    place: dict[str, Any] = {"program_id": program_id, "partner_id": partner_id}
    if team is None:
        Route.objects.filter(**place).delete()
    else:
        Route.objects.update_or_create(organization_id=organization_id, **place, defaults={"team": team})
