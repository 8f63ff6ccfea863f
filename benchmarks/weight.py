"""What a phone loads to show the survey, cold."""

import gzip
import re
from urllib.parse import urljoin

from benchmarks.client import Answer, Browser
from benchmarks.results import Goal, Result
from tests.faults.world import World

_LOADED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
_ACCEPT = "Accept-Encoding: gzip, br\r\n"


def measure(world: World) -> Result:
    """Load the page and everything that it names, as a browser with an empty cache does."""
    browser, path = Browser(world.port), f"/s/{next(world.links).token}/"
    page = browser.get(path, headers=_ACCEPT)
    html = (gzip.decompress(page.body) if _is_gzipped(page) else page.body).decode()
    named = [each for each in dict.fromkeys(_LOADED.findall(html)) if not each.startswith("data:")]
    if 'rel="icon"' not in html:
        named.append("/favicon.ico")
    others = [browser.get(urljoin(path, each), headers=_ACCEPT) for each in named]
    compressed = sum(_compressed(each) for each in (page, *others))
    return Result(
        "Survey page of 15 questions, cold",
        [
            Goal("compressed", compressed / 1000, 20, " kB"),
            Goal("requests", 1 + len(others), 3),
        ],
        {
            "page as it is, kB": len(html.encode()) / 1000,
            "page as sent, kB": len(page.body) / 1000,
            "loaded beside it": ", ".join(named) or "nothing",
        },
    )


def _is_gzipped(answer: Answer) -> bool:
    return b"content-encoding: gzip" in answer.headers.lower()


def _compressed(answer: Answer) -> int:
    return len(answer.body) if b"content-encoding:" in answer.headers.lower() else len(gzip.compress(answer.body, 6))
