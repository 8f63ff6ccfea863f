"""Celery wrappers of the desk."""

from typing import Any

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

HEARTBEAT = "desk:heartbeat"


@shared_task
def heartbeat(**_: Any) -> None:
    """Note in the cache that beat, broker and a worker are alive; `/statusz` reads it."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), timeout=3600)
