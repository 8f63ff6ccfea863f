"""When a patient may be called: by day there and as asked, while the team works, and unless asked not to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Subquery

from caseloop.codes import Status
from caseloop.models.cases import CaseQuerySet
from caseloop.models.concern import Concern, ConcernQuerySet
from caseloop.wishes import is_good_hour
from cxplatform.lib.clocks import DAY_PARTS, DAYS
from cxplatform.lib.zones import ZONES
from patients.models import Patient
from tenants.models import Team

TAKES_CALLS = (Patient.ContactStatus.ACTIVE, Patient.ContactStatus.UNDER_AGE)


def newest_wish() -> Subquery:
    """Return, for a query of cases, the stored wish that holds: the newest of those still open, else null.

    A patient who chose anew means the new choice.
    """
    return Subquery(_open_wishes().values("wish")[:1])


def callable_now(cases: CaseQuerySet, *, now: datetime) -> CaseQuerySet:
    """Keep the worked cases whose patient may be called now; one query for the teams.

    Teams that the member may not see (a sponsor's, for a partner's agent) count as being at work.
    """
    closed = [team.pk for team in Team.objects.filter(is_active=True) if not team.week.is_open(now)]
    left_alone = Concern.objects.unsettled().filter(case=OuterRef("pk"), why__do_not_contact=True)
    return (
        cases.worked()
        .exclude(status=Status.WAITING, due_at__gt=now)
        .exclude(team_id__in=closed)
        .filter(patient__contact_status__in=TAKES_CALLS)
        .alias(
            asked_parts=Subquery(_open_wishes().values("wish__parts")[:1]),
            asked_days=Subquery(_open_wishes().values("wish__days")[:1]),
        )
        .filter(_is_a_good_time(now), ~Exists(left_alone))
    )


def _open_wishes() -> ConcernQuerySet:
    return Concern.objects.newest_wish_first().filter(case=OuterRef("pk"))


def _is_a_good_time(now: datetime) -> Q:
    hours = {zone: now.astimezone(clock).hour for zone, clock in _clocks().items()}
    anywhere = _zones(hours, ())
    good = Q(asked_parts__isnull=True, patient__time_zone__in=anywhere)
    good |= Q(asked_parts=[], patient__time_zone__in=anywhere)
    for part in DAY_PARTS:
        good |= Q(asked_parts__contains=[part], patient__time_zone__in=_zones(hours, (part,)))
    return good & _is_a_good_day(now)


def _is_a_good_day(now: datetime) -> Q:
    good = Q(asked_days__isnull=True) | Q(asked_days=[])
    codes = tuple(DAYS)
    today = {zone: codes[now.astimezone(clock).weekday()] for zone, clock in _clocks().items()}
    for day in sorted(set(today.values())):  # two at once, or three
        zones = sorted(zone for zone, here in today.items() if here == day)
        good |= Q(asked_days__contains=[day], patient__time_zone__in=zones)
    return good


def _zones(hours: Mapping[str, int], parts: Iterable[str]) -> list[str]:
    return sorted(zone for zone, hour in hours.items() if is_good_hour(hour, parts))


@cache
def _clocks() -> dict[str, ZoneInfo]:
    # Kept, because zoneinfo itself remembers eight zones only and would read the files again at every question.
    return {zone: ZoneInfo(zone) for zone in ZONES}
