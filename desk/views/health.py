"""What load balancers and operators ask."""

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

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
