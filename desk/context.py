"""What every staff page shows around its content."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the shell of a staff page; empty for pages without a member."""
    return {}
