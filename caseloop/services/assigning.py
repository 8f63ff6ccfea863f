"""Who works which case."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from caseloop.calling import callable_now
from caseloop.models import Case, CaseConflict, NotAllowedNow, NotYours
from caseloop.models.cases import CaseQuerySet
from tenants.models import Member, Role, TeamMember
from tenants.models.member import MemberQuerySet

LEADS = (Role.SUPERVISOR, Role.ADMIN)
WORKERS = (Role.AGENT, *LEADS)


def assignees(case: Case, *, by: Member) -> MemberQuerySet:
    """Return who may be given a case by `by`, by name: those who work cases and may see this partner's.

    An agent hands over to colleagues of the same teams only.
    """
    people = Member.objects.active().with_role(WORKERS).filter(Q(partner=None) | Q(partner_id=case.partner_id))
    if by.role not in LEADS:
        mine = TeamMember.objects.filter(member=by).values("team_id")
        people = people.filter(pk__in=TeamMember.objects.filter(team_id__in=mine).values("member_id"))
    return people.select_related("user").order_by("user__name", "user__email", "pk")


def assign(*, case: Case, to: Member, by: Member, now: datetime) -> None:
    """Give a locked case to a member. Agents give away only their own, and only within their teams.

    Raises NotYours, NotAllowedNow, CaseNotOpen.
    """
    if by.role not in LEADS and case.owner_id != by.pk:
        raise NotYours("Only a supervisor can assign a case that is not yours. You can take it if nobody has.")
    if not assignees(case, by=by).filter(pk=to.pk).exists():
        raise NotAllowedNow("This person cannot work this case. Choose somebody from the list.")
    case.assign(to=to, by=by, now=now)


@transaction.atomic
def take_next(*, by: Member, now: datetime) -> Case | None:
    """Make `by` the owner of the most urgent case that nobody has, that can be called now, in the member's languages.

    Cases whose patient somebody else has locked are passed over, so two members never wait for each other or get the
    same case. Returns None when there is none.
    """
    waiting = callable_now(Case.objects.unassigned(), now=now).filter(language__in=by.languages).most_urgent()
    while case := _lock_first_free(waiting):
        if case.is_worked and case.owner_id is None:
            case.take(by=by, now=now)
            return case
        waiting = waiting.exclude(pk=case.pk)
    return None


def move_each(*, numbers: Iterable[int], move: Callable[[Case], None]) -> list[tuple[int, str]]:
    """Make the same move on many cases, each in a savepoint and in patient order; return (number, what hindered it).

    The text is empty where the move was made. Numbers of no case that the member may see are left out.
    """
    cases = Case.objects.filter(number__in=set(numbers)).order_by("patient_id", "number")
    return sorted((number, _hindrance(number, move)) for number in list(cases.values_list("number", flat=True)))


def _lock_first_free(cases: CaseQuerySet) -> Case | None:
    # The patient first, as everywhere; skipping those that an alert or a colleague holds.
    locked = cases.select_related("patient").select_for_update(of=("patient",), skip_locked=True).first()
    return Case.objects.select_for_update(of=("self",)).get(pk=locked.pk) if locked else None


def _hindrance(number: int, move: Callable[[Case], None]) -> str:
    try:
        with transaction.atomic():
            move(Case.objects.lock(number=number))
    except CaseConflict as conflict:
        return str(conflict)
    return ""
