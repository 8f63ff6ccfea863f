"""A case worked in a real browser: from sign-in to resolved, by keyboard, at a desk, on a phone, without script."""

from datetime import timedelta

import pytest
from django.utils import timezone

from caseloop.models import Case, Disposition
from messaging.models import GoLink
from tests.browser.conftest import DESKTOP, PHONE
from tests.conftest import PASSWORD, Cast, House
from tests.steps import raise_alerts

CAUSE, ACTION, OUTCOME = "affordability.copay_reject", "Sent the copay card again", "fixed"


@pytest.fixture
def case(cast: Cast) -> Case:
    """One new case, twenty minutes old, of a program whose own people reach patients."""
    cast.acme.program.sponsor_sees_contact = True
    with cast.acme.bound():
        cast.acme.program.save()
    return opened(cast.acme, 0)


def opened(house: House, patient: int) -> Case:
    """Let a patient answer that something is wrong, and return the case that opened."""
    raise_alerts(house, {"prepared": "no"}, patient=house.patients[patient], now=timezone.now() - timedelta(minutes=20))
    with house.bound():
        return Case.objects.get(patient=house.patients[patient])


def fresh(house: House, case: Case) -> Case:
    with house.bound():
        return Case.objects.select_related("owner").get(pk=case.pk)


def enter(page, house: House, *, at: str = "/", who: str = "agent") -> None:
    """Sign in through the form, having followed a link to `at`."""
    user = house.members[who].user
    user.set_password(PASSWORD)
    user.save()
    page.goto(at)
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def colleague_moves(house: House, case: Case, verb: str, **how) -> None:
    """Make a move on the case as the supervisor, elsewhere."""
    with house.bound():
        getattr(Case.objects.lock(pk=case.pk), verb)(by=house.members["supervisor"], now=timezone.now(), **how)


def colleague_resolves(house: House, case: Case) -> None:
    with house.bound():
        told = {str(concern.pk): Disposition(CAUSE, "Called her", OUTCOME) for concern in case.concerns.all()}
    colleague_moves(house, case, "resolve", dispositions=told)


def fill_resolution(form) -> None:
    """Say why, what was done and what came of it."""
    form.get_by_label("Root cause").select_option(CAUSE)
    form.get_by_label("What was done").fill(ACTION)
    form.get_by_label("Outcome").select_option(OUTCOME)


def assert_worked(house: House, case: Case) -> None:
    """Assert that the agent's whole path is on the record."""
    with house.bound():
        case = Case.objects.get(pk=case.pk)
        kinds = list(case.events.filter(actor__isnull=False).order_by("at", "id").values_list("kind", flat=True))
        concern = case.concerns.get()
    assert (case.status, case.owner_id) == ("resolved", house.members["agent"].pk)
    assert kinds == ["taken", "attempt", "resolved"]
    assert (concern.root_cause, concern.action, concern.outcome) == (CAUSE, ACTION, OUTCOME)


@pytest.mark.parametrize(
    "viewport", [pytest.param(DESKTOP, id="desk"), pytest.param(PHONE, id="phone", marks=pytest.mark.looks)]
)
def test_a_case_is_worked_by_keyboard(cast: Cast, case: Case, new_page, check_page, viewport: dict[str, int]):
    page = new_page(viewport=viewport)
    enter(page, cast.acme)
    page.goto("/o/acme/cases/?view=unassigned")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "row-link"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/1/")
    page.keyboard.press("t")
    page.get_by_text("Case 1 is yours now.").wait_for()
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.name") == "outcome"
    composer = page.locator("#composer")
    composer.get_by_label("Outcome").select_option("reached")
    composer.get_by_label("What happened").fill("She needs the card again")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Case 1 has your contact attempt.").wait_for()
    page.keyboard.press("r")
    form = page.get_by_role("dialog") if viewport == DESKTOP else page.locator("main form.form")
    form.get_by_label("Root cause").wait_for()
    check_page(page)
    fill_resolution(form)
    form.get_by_label("What was done").press("Control+Enter")
    page.get_by_text("Case 1 resolved.").wait_for()
    assert_worked(cast.acme, case)


@pytest.mark.looks
def test_a_case_is_worked_without_script(cast: Cast, case: Case, new_page):
    page = new_page(javascript=False)
    enter(page, cast.acme)
    page.goto("/o/acme/cases/?view=unassigned")
    page.locator(".row-link").click()
    page.locator(".action-bar").get_by_role("button", name="Take case").click()
    page.locator(".action-bar").get_by_role("link", name="Log a contact").click()
    page.get_by_label("Outcome").select_option("reached")
    page.get_by_label("What happened").fill("She needs the card again")
    page.get_by_role("button", name="Log contact").click()
    page.locator(".action-bar").get_by_role("link", name="Resolve case").first.click()
    fill_resolution(page)
    page.get_by_role("button", name="Resolve case").click()
    page.get_by_text("Case 1 resolved.").wait_for()
    assert_worked(cast.acme, case)


@pytest.mark.looks
def test_what_was_typed_survives_a_reload(cast: Cast, case: Case, new_page, sign_in):
    page = new_page(viewport=DESKTOP)
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/1/")
    page.keyboard.press("n")
    page.keyboard.type("She is at work until five")
    page.get_by_text("Saved ").wait_for()
    page.reload()
    assert page.locator("#composer-text").input_value() == "She is at work until five"
    page.get_by_text("Your draft was kept").wait_for()
    page.get_by_role("button", name="Add note").click()
    page.locator(".event-body", has_text="She is at work until five").wait_for()
    assert page.locator("#composer-text").input_value() == ""


@pytest.mark.looks
@pytest.mark.parametrize("javascript", [True, False])
def test_a_conflict_keeps_what_was_typed(cast: Cast, case: Case, new_page, sign_in, javascript: bool):
    page = new_page(javascript=javascript)
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/1/resolve/")
    fill_resolution(page)
    colleague_moves(cast.acme, case, "note", text="She called back")
    page.get_by_role("button", name="Resolve case").click()
    page.get_by_text("what you wrote is still here").wait_for()
    page.get_by_text("She called back").wait_for()
    assert page.get_by_label("What was done").input_value() == ACTION
    page.get_by_role("button", name="Try again: resolve case").click()
    page.get_by_text("Case 1 resolved.").wait_for()


@pytest.mark.looks
def test_the_second_to_resolve_is_told(cast: Cast, case: Case, new_page, sign_in):
    page = new_page(viewport=DESKTOP)
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/1/")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Resolve this case")
    fill_resolution(dialog)
    colleague_resolves(cast.acme, case)
    dialog.get_by_role("button", name="Resolve case").click()
    page.get_by_role("alert").wait_for()
    with cast.acme.bound():
        assert case.events.filter(kind="resolved").count() == 1


@pytest.mark.looks
def test_a_poll_shows_what_a_colleague_took(cast: Cast, case: Case, new_page, sign_in):
    page = new_page(viewport=DESKTOP)
    page.clock.install()
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/?view=open")
    page.locator("#case-1").get_by_text("New").wait_for()
    colleague_moves(cast.acme, case, "take")
    page.clock.fast_forward(16_000)
    page.locator("#case-1.changed").get_by_text("Acknowledged").wait_for()


@pytest.mark.looks
def test_an_open_case_says_that_it_changed(cast: Cast, case: Case, new_page, sign_in):
    page = new_page(viewport=DESKTOP)
    page.clock.install()
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/1/")
    colleague_moves(cast.acme, case, "take")
    page.clock.fast_forward(16_000)
    page.get_by_text("changed this case just now").wait_for()
    page.get_by_role("link", name="Show").click()
    page.locator(".case-head").get_by_text("Acknowledged").wait_for()


@pytest.mark.looks
def test_the_link_of_a_mail_leads_to_its_case_after_signing_in(cast: Cast, case: Case, page):
    with cast.acme.bound():
        token = GoLink.objects.get(target_id=case.pk).token
    enter(page, cast.acme, at=f"/go/{token}")
    page.wait_for_url("**/o/acme/cases/1/")
    page.get_by_role("heading", name=cast.acme.patients[0].pseudonym).wait_for()


@pytest.mark.looks
def test_the_urgent_case_is_next(cast: Cast, case: Case, new_page, sign_in):
    page = new_page()
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/")
    page.get_by_role("button", name="Take next").click()
    page.wait_for_load_state()
    taken = fresh(cast.acme, case).owner_id is not None
    assert taken == page.url.endswith("/cases/1/")  # at night there is nobody to call, and the page says so
    page.get_by_text("There is nothing to take now").or_(page.locator(".case-head")).first.wait_for()


@pytest.mark.looks
def test_single_keys_can_be_switched_off(cast: Cast, case: Case, new_page, sign_in):
    user = cast.acme.members["agent"].user
    user.single_keys = False
    user.save()
    page = new_page(viewport=DESKTOP)
    sign_in(page, cast.acme.members["agent"])
    page.goto("/o/acme/cases/1/")
    page.keyboard.press("t")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name="Search or jump to").wait_for()
    page.keyboard.type("case 1")
    page.locator("#palette-results a").first.wait_for()
    assert fresh(cast.acme, case).owner_id is None
