"""Error pages that need no database."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.access import declared


@declared("public")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old or came from elsewhere, and what to do."""
    return render(request, "403_csrf.html", status=403)
