"""A real browser against a real server: phone and desktop, with and without script, and axe on every page."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from tenants.models import Member

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    sync_playwright = None  # type: ignore[assignment]

CHROMIUM = Path(os.environ.get("CX_CHROMIUM", "/usr/bin/chromium"))
IS_REQUIRED = os.environ.get("CX_REQUIRE_BROWSER") == "1"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every browser test write through both connections, and empty the tables after it."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.django_db(transaction=True, databases=["default", "owner"]))


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Chromium; without one the tests are skipped aloud, and fail where CX_REQUIRE_BROWSER=1."""
    if sync_playwright is None or not CHROMIUM.exists():
        missing = "playwright is not installed" if sync_playwright is None else f"there is no {CHROMIUM}"
        said = f"NO BROWSER TESTS: {missing}. Install Chromium, or name one with CX_CHROMIUM."
        pytest.fail(said) if IS_REQUIRED else pytest.skip(said)
    was_set = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    with sync_playwright() as started:
        # Playwright runs an event loop in this thread, and Django would refuse the test's own queries there.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        yield chromium
        chromium.close()
    if was_set is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser: "Browser", live_server: Any) -> "Iterator[Callable[..., Page]]":
    """Return a factory of pages: `new_page(viewport=PHONE, javascript=True, dark=False, locale="en-US")`.

    Relative addresses go to the live server. Errors on a page and requests to other hosts fail the test.
    """
    contexts, wrong = [], []

    def watch(page: "Page") -> None:
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("request", lambda request: wrong.append(request.url) if _is_foreign(request.url, live_server) else None)

    def new(
        *, viewport: dict[str, int] | None = None, javascript: bool = True, dark: bool = False, locale: str = "en-US"
    ) -> "Page":
        context = browser.new_context(
            base_url=live_server.url,
            viewport=viewport or PHONE,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",  # colours that are still changing have no contrast to measure
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        return page

    yield new
    for context in contexts:
        context.close()
    assert wrong == []


def _is_foreign(url: str, live_server: Any) -> bool:
    return not url.startswith((live_server.url, "data:", "about:"))


@pytest.fixture
def page(new_page: "Callable[..., Page]") -> "Page":
    """Return one page on a phone."""
    return new_page()


@pytest.fixture
def sign_in(live_server: Any) -> "Callable[[Page, Member], None]":
    """Return a function that signs a member in, without the sign-in form."""

    def sign(page: "Page", member: Member) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.save()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]

    return sign


@pytest.fixture
def check_page() -> "Callable[[Page], None]":
    """Return a function that asserts what every page must be: no axe violation, nothing to scroll sideways.

    A page shown light is looked at dark too, where only its colours differ.
    """
    axe = Axe()

    def violations(page: "Page", **options: Any) -> list[tuple[str, list[str]]]:
        asked = {"resultTypes": ["violations"], **options}
        if page.evaluate("typeof axe === 'undefined'"):
            answer = axe.run(page, options=asked).response
        else:  # reading the library in again would take longer than the check
            answer = page.evaluate("(options) => axe.run(document, options)", asked)
        return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in answer["violations"]]

    def check(page: "Page") -> None:
        assert violations(page) == [], page.url
        if page.evaluate("matchMedia('(prefers-color-scheme: light)').matches"):
            page.emulate_media(color_scheme="dark")
            in_the_dark = violations(page, runOnly=["color-contrast"])
            page.emulate_media(color_scheme="light")
            assert in_the_dark == [], f"{page.url} in the dark"
        assert_fits(page)

    return check


def assert_fits(page: "Page") -> None:
    """Assert that nothing has to be scrolled sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
