"""What load balancers and operators ask."""

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from desk.pulse import Pulse
from tenants.access import declared


@declared("public")
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@declared("public")
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers: 200, or 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse({"database": "up"})


@declared("public")
def statusz(request: HttpRequest) -> HttpResponse:
    """Say whether the work is being done: 200 when it is, 503 when the broker, the workers or any work is late."""
    try:
        pulse = Pulse.take(now=timezone.now())
    except OperationalError:
        return JsonResponse({"ok": False, "database": "down"}, status=503)
    age = pulse.heartbeat_age_s
    said = {
        "ok": pulse.is_fine,
        "database": "up",
        "broker": "up" if pulse.broker_is_up else "down",
        "heartbeat_age_s": None if age is None else round(age, 1),
        "lag_s": {kind: round(late, 1) for kind, late in pulse.lag.items()},
        "mail_fault": pulse.mail_fault,
    }
    return JsonResponse(said, status=200 if pulse.is_fine else 503, headers={"Cache-Control": "no-store"})
