"""Axe on every page that staff can open, light and dark, filled and empty: WCAG 2.0 to 2.2, levels A and AA."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from caseloop.models import Case, Disposition
from tests.browser.conftest import DESKTOP, PHONE, assert_fits
from tests.browser.test_agent import ACTION, CAUSE, OUTCOME, enter
from tests.conftest import Cast, House
from tests.steps import raise_alerts
from tests.test_access import LIBRARIES, NAMES, PAGES, address, arguments_of, ids_of, patterns

# The person who opens a page, by what the page needs.
OPENS = {
    "member": "analyst",
    "agent": "agent",
    "reviewer": "safety",
    "safety": "safety",
    "judge": "safety",
    "supervisor": "supervisor",
    "supervisor, whole": "supervisor",
    "admin, whole": "admin",
    "auditor, whole": "auditor",
}
FORMS = ("caseloop:resolve", "caseloop:no_action", "tenants:invite", "tenants:new_program", "tenants:new_team")


@pytest.fixture
def filled(cast: Cast) -> House:
    """The cast's house with alerts, cases, messages and an audit trail."""
    house = cast.acme
    for patient in house.patients:
        raise_alerts(house, {"prepared": "no"}, patient=patient, now=timezone.now())
    return house


def pages_of(house: House) -> Iterator[tuple[str, str]]:
    """Yield the person and the address of every URL of an organization, person by person."""
    ids = ids_of(house, 0)
    for name, need in sorted(PAGES.items(), key=lambda each: OPENS[each[1]]):
        yield OPENS[need], address(name, ids)
    yield "supervisor", reverse("desk:home", args=["acme"])
    yield "admin", reverse("desk:home", args=["acme"])


def visit(page: Any, check_page: Any, urls: list[str]) -> int:
    """Check every address that has a page of its own, and return how many had."""
    seen = 0
    for url in urls:
        if opens(page, url):
            seen += 1
            check_page(page)
            page.set_viewport_size(PHONE)
            assert_fits(page)
            page.set_viewport_size(DESKTOP)
    return seen


def opens(page: Any, url: str) -> bool:
    """Open an address if it is a page of its own: not an action, a redirect, a fragment or a silence."""
    answer = page.request.get(url, max_redirects=0)
    assert answer.status in {200, 204, 302, 303, 405} or url.startswith("/accounts/"), (url, answer.status)
    if answer.status != 200 or "<html" not in answer.text():
        return False
    page.goto(url)
    return True


@pytest.mark.looks
@pytest.mark.parametrize(
    "opener",
    [("agent", 8), ("admin", 12), ("supervisor", 2), ("analyst", 2), ("safety", 1), ("auditor", 1)],
    ids=lambda opener: opener[0],
)
def test_every_page_of_an_organization(filled: House, new_page, sign_in, check_page, opener: tuple[str, int]):
    person, least = opener
    page = new_page(viewport=DESKTOP)
    sign_in(page, filled.members[person])
    assert visit(page, check_page, [url for who, url in pages_of(filled) if who == person]) >= least


def test_every_page_is_opened_by_somebody(filled: House):
    assert {who for who, _ in pages_of(filled)} <= {"agent", "admin", "supervisor", "analyst", "safety", "auditor"}


@pytest.mark.looks
def test_every_list_when_it_is_empty(cast: Cast, new_page, sign_in, check_page):
    page = new_page()
    empty = ("desk:patients", "desk:audit", "desk:status", "desk:palette", "caseloop:queue", "alerts:index")
    for name in empty:
        sign_in(page, cast.acme.members[OPENS[PAGES[name]]])
        page.goto(reverse(name, args=["acme"]))
        check_page(page)
    sign_in(page, cast.acme.members["agent"])
    for query in ("view=mine", "view=teams", "view=resolved", "q=99999", "q=hello", "severity=p0"):
        page.goto(f"/o/acme/cases/?{query}")
        check_page(page)


@pytest.mark.looks
@pytest.mark.parametrize("status", ["contacted", "waiting", "resolved"])
def test_a_case_in_every_state(filled: House, new_page, sign_in, check_page, status: str):
    with filled.bound():
        case = Case.objects.get(patient=filled.patients[0])
        move(case, status, by=filled.members["agent"])
    page = new_page()
    sign_in(page, filled.members["supervisor"])
    page.goto(address("caseloop:case", {"number": case.number}))
    check_page(page)
    page.set_viewport_size(DESKTOP)
    for opener in page.locator("[data-dialog]:visible").all():
        opener.click()
        page.locator("dialog[open]").wait_for()
        check_page(page)
        page.keyboard.press("Escape")


def move(case: Case, status: str, *, by: Any) -> None:
    """Bring a case to a state."""
    now = timezone.now()
    case.log_attempt(channel="phone", outcome="reached", text="She called", by=by, now=now)
    if status == "waiting":
        case.wait(on="pharmacy", next_check=timezone.localdate() + timedelta(days=3), text="The card", by=by, now=now)
    if status == "resolved":
        told = Disposition(CAUSE, ACTION, OUTCOME)
        case.resolve(dispositions={str(concern.pk): told for concern in case.concerns.all()}, by=by, now=now)


@pytest.mark.looks
def test_forms_with_errors(filled: House, new_page, sign_in, check_page):
    page = new_page()
    sign_in(page, filled.members["admin"])
    for name in FORMS:
        page.goto(address(name, ids_of(filled, 0)))
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        page.locator("main form .button-primary").click()
        page.locator(".errors").wait_for()
        check_page(page)


@pytest.mark.looks
def test_the_menus(filled: House, new_page, sign_in, check_page):
    page = new_page()
    sign_in(page, filled.members["supervisor"])
    page.goto("/o/acme/cases/?view=open")
    page.get_by_role("button", name="Menu").click()
    check_page(page)
    page.keyboard.press("Escape")
    page.get_by_label("You: ").click()
    check_page(page)
    page.keyboard.press("Escape")
    page.locator("[data-tick]").first.check()
    check_page(page)


@pytest.mark.looks
def test_every_page_of_a_persons_own(filled: House, new_page, check_page):
    page = new_page(viewport=DESKTOP)
    enter(page, filled, who="admin")
    own = [url for name, url in library_pages() if name != "account_logout"]
    own += [reverse("desk:profile"), reverse("desk:organizations"), reverse("account_logout")]
    assert visit(page, check_page, own) >= 6


@pytest.mark.looks
def test_every_page_of_the_way_in(filled: House, new_page, check_page):
    page = new_page(viewport=DESKTOP)
    assert visit(page, check_page, [url for _, url in library_pages()]) >= 4
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail").fill("nobody@acme.example")
    page.get_by_label("Password").fill("not the one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".errors").wait_for()
    check_page(page)
    for url in invitations(filled):
        page.goto(url)
        check_page(page)


@pytest.mark.looks
def test_the_second_step(filled: House, new_page, check_page):
    TOTP.activate(filled.members["admin"].user, generate_totp_secret())
    page = new_page()
    enter(page, filled, who="admin")
    page.wait_for_url(f"**{reverse('mfa_authenticate')}*")
    check_page(page)


@pytest.mark.looks
def test_every_refusal(filled: House, new_page, sign_in, check_page):
    page = new_page()
    sign_in(page, filled.members["agent"])
    for url, status in {"/nothing-here/": 404, "/o/acme/cases/9999/": 404, "/o/acme/settings/": 403}.items():
        assert page.goto(url).status == status
        check_page(page)
    for name in ("400", "403_csrf", "429", "500"):
        body = render_to_string(f"{name}.html")
        page.route("**/refused/", partial(serve, body=body))
        page.goto("/refused/")
        check_page(page)
        page.unroute("**/refused/")


def serve(route: Any, *, body: str) -> None:
    """Answer a request with a page that the live server has no way to fail into."""
    route.fulfill(body=body, content_type="text/html")


def library_pages() -> Iterator[tuple[str, str]]:
    """Yield the name and address of every page that django-allauth serves to somebody without a link."""
    known = dict(patterns(get_resolver().url_patterns))
    for name in NAMES:
        if name.startswith(LIBRARIES) and not known[name].pattern.regex.groups and not arguments_of(name):
            yield name, reverse(name)


def invitations(house: House) -> list[str]:
    """Return the link of a first password, one that is over, and one that resets a password."""
    user = house.members["analyst"].user
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return [
        reverse("desk:welcome", args=[uid, default_token_generator.make_token(user)]),
        reverse("desk:welcome", args=["x", "y"]),
        "/accounts/password/reset/key/x-y/",
    ]
