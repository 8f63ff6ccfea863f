"""How often one link may be posted in a minute. A clinic shares one address, so only links are counted."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache

QUIET = 10  # nobody answers more pages in a minute: up to here no other process is asked

_counts: dict[bytes, int] = {}
_minute = [0]


def is_too_often(link: bytes, *, now: datetime) -> bool:
    """Count one post of a link and tell whether it is one too many; without Redis each process counts for itself.

    link: the hash of its token.
    """
    minute = int(now.timestamp() // 60)
    here = _count_here(link, minute)
    limit: int = settings.SURVEY_POSTS_PER_MINUTE
    if here <= min(QUIET, limit):
        return False
    return here > limit or _count_everywhere(link, minute) > limit - QUIET


def _count_here(link: bytes, minute: int) -> int:
    if _minute[0] != minute:
        _counts.clear()
        _minute[0] = minute
    count = _counts[link] = _counts.get(link, 0) + 1
    return count


def _count_everywhere(link: bytes, minute: int) -> int:
    key = f"survey-posts:{link.hex()[:32]}:{minute}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key)
    except ValueError:  # expired between the two
        return 0
