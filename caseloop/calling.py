"""When a patient may be called: by day there, while the team works, and unless the patient asked not to be."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from caseloop.codes import Status
from caseloop.models.cases import CaseQuerySet
from caseloop.models.concern import Concern
from cxplatform.lib.zones import ZONES
from tenants.models import Team

EARLIEST_HOUR, LATEST_HOUR = 8, 21


def is_daytime(zone: str, *, now: datetime) -> bool:
    """Tell whether it is between 8 and 21 o'clock in a time zone."""
    return EARLIEST_HOUR <= now.astimezone(ZoneInfo(zone)).hour < LATEST_HOUR


def daytime_zones(*, now: datetime) -> list[str]:
    """Return the time zones in which patients may be called now, sorted; so that a query can ask for them."""
    return sorted(zone for zone in ZONES if is_daytime(zone, now=now))


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
        .filter(~Exists(left_alone), patient__time_zone__in=daytime_zones(now=now))
    )
