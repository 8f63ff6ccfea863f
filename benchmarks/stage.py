"""The stage of the benchmarks: the product with the bare views beside it, and ready-made requests."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.bare import PAGE_VARIABLE, make_tables
from benchmarks.client import Browser
from cxplatform.devstack.processes import wait_until
from tests.faults.world import Link, World, running_world, wait_for_site

BARE = "/bare/survey/"
_TOKEN = re.compile(rb'name="_form" value="([^"]+)"')
DONE = b"done=1"


@contextmanager
def stage(*, folder: Path, links: int) -> Iterator[World]:
    """Start the servers, make the data, and start the web server; workers and beat are the caller's to start."""
    page = folder / "page.html"
    settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", PAGE_VARIABLE: str(page)}
    with running_world(folder=folder, links=links, parts=False, settings=settings) as world:
        make_tables(world)
        world.site.start()
        wait_for_site(world.site, world.port)
        page.write_bytes(Browser(world.port).get(f"/s/{next(world.links).token}/").body)
        yield world


def form_of(token: str, *, prepared: str, words: str) -> str:
    """Return the body that answers all 15 questions."""
    steps = {f"step_{n}": "usually" for n in range(1, 13)}
    return urlencode({"_form": token, "prepared": prepared, **steps, "recommend": "9", "words": words})


def submit(browser: Browser, link: Link, *, prepared: str = "yes") -> None:
    """Open a link and answer everything. Raises AssertionError unless the server says that it is stored."""
    _fill_in(browser, f"/s/{link.token}/", prepared=prepared, words=f"In my own words: {link.invitation_id}")


def submit_bare(browser: Browser, *, mark: str = "") -> None:
    """Do the same with the bare views. mark: makes the bare chain send an e-mail."""
    _fill_in(browser, BARE, prepared="yes", words="In my own words: as long as an identifier is", mark=mark)


def _fill_in(browser: Browser, path: str, *, prepared: str, words: str, mark: str = "") -> None:
    page = browser.get(path)
    token = _TOKEN.search(page.body)
    assert token, f"{path}: {page.status} without a form"
    body = form_of(token[1].decode(), prepared=prepared, words=words) + (f"&mail={mark}" if mark else "")
    answer = browser.post(path, body)
    assert answer.status == 303, f"{path}: {answer.status} {answer.body[:200]!r}"
    assert DONE in answer.headers, f"{path}: {answer.headers!r}"


def drain(world: World, *, timeout_s: float = 120) -> float:
    """Wait until no response is pending and no message is queued; return the seconds that it took."""
    begun = time.monotonic()
    pending = """SELECT (SELECT count(*) FROM surveys_response WHERE evaluate_at IS NOT NULL)
        + (SELECT count(*) FROM messaging_message WHERE state = 'queued')"""
    is_done: Callable[[], bool] = lambda: world.ask(pending)[0][0] == 0  # noqa: E731
    assert wait_until(is_done, timeout_s=timeout_s, pause_s=0.1), "the workers do not get through what is pending"
    return time.monotonic() - begun
