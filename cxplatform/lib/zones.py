"""Time zones that may be chosen, and the check for one that was typed."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

_PLACES = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
ZONES = frozenset({"UTC", *(zone for zone in available_timezones() if zone.startswith(_PLACES))})


def validate_zone(value: str) -> None:
    """Raise ValidationError unless `value` is a time zone such as America/New_York."""
    if value not in ZONES:
        raise ValidationError(f"“{value}” is not a time zone. Use a name such as America/New_York.")
