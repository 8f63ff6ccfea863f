"""The safety list and its verdicts in a real browser: by keyboard, on a phone, in the dark."""

import os
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from safety import services
from safety.models import Item
from tests.browser.conftest import DESKTOP, PHONE, assert_fits
from tests.conftest import Cast, House, make_invitation
from tests.safety.things import CRISIS, DIZZY, make_item, train

LONG = (
    "Since the second injection I am dizzy every morning, and yesterday I vomited twice. The pen leaked, so I took"
    " another one. I had no fever. My husband says the rash on my arm is getting worse, but nobody called me back."
)


def look(page, name: str) -> None:
    """Keep a picture of the page where CX_PICTURES names a folder."""
    if folder := os.environ.get("CX_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def acme(cast: Cast) -> House:
    """The house with a trained reviewer and three texts: of danger, of side effects, of nothing."""
    house, now = cast.acme, timezone.now()
    train(house, house.members["safety"], until=timezone.localdate() + timedelta(days=20))
    with house.bound():
        type(house.program).objects.update(safety_sample_pct=0)
    make_item(house, LONG, now=now - timedelta(hours=22, minutes=30))
    make_item(house, CRISIS, patient=house.patients[1], now=now - timedelta(minutes=3))
    make_item(house, "Everything was fine, thank you", patient=house.patients[1], now=now - timedelta(hours=30))
    return house


@pytest.mark.looks
def test_verdicts_by_keyboard_from_the_list_to_its_end(acme: House, new_page, sign_in, check_page):
    page = new_page(viewport=DESKTOP)
    sign_in(page, acme.members["safety"])
    page.goto(reverse("safety:index", args=["acme"]))
    check_page(page)
    look(page, "list")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I am on it").click()
    page.get_by_text("Nobody else is paged now").wait_for()
    check_page(page)
    page.keyboard.press("2")
    page.get_by_label("Medication error").check()
    check_page(page)
    look(page, "item-possible")
    page.get_by_role("button", name="Save verdict").click()
    page.get_by_role("heading", name=acme.patients[0].pseudonym).wait_for()
    page.keyboard.press("1")
    page.get_by_label("About the service only").check()
    look(page, "item-not-event")
    page.get_by_role("button", name="Save verdict").click()
    page.get_by_role("heading", name=acme.patients[1].pseudonym).wait_for()
    page.keyboard.press("3")
    page.get_by_label("The partner's number").fill("H-12")
    page.get_by_role("button", name="Save verdict").click()
    page.get_by_role("heading", name="Safety", exact=True).wait_for()
    with acme.bound():
        assert set(Item.objects.values_list("state", flat=True)) == {"possible", "not_event", "reported"}
        item = Item.objects.get(state="possible")
    page.goto(reverse("safety:item", args=["acme", item.pk]))
    check_page(page)
    look(page, "item-forward")


@pytest.mark.looks
@pytest.mark.parametrize("how", [(PHONE, False), (DESKTOP, False), (PHONE, True)], ids=["phone", "desktop", "dark"])
def test_every_safety_page_fits(acme: House, new_page, sign_in, check_page, how: tuple[dict[str, int], bool]):
    size, dark = how
    tag = f"{'dark' if dark else 'light'}-{size['width']}"
    page = new_page(viewport=size, dark=dark)
    with acme.bound():
        item = Item.objects.get(is_crisis=False, rank__gt=0)
        services.judge_possible(
            item_id=item.pk,
            special=["error"],
            elements=["patient"],
            by=acme.members["safety"],
            version=1,
            now=timezone.now(),
        )
        crisis = Item.objects.get(is_crisis=True)
    month = f"{timezone.now():%Y-%m}"
    asked: tuple[tuple[str, str, list[UUID], dict[str, str]], ...] = (
        ("safety", "index", [], {}), ("safety", "item", [crisis.pk], {}), ("safety", "record", [item.pk], {}),
        ("safety", "report", [], {}), ("safety", "reconciliation", [], {"month": month}),
        ("safety", "crisis", [crisis.pk], {}), ("safety", "index", [], {"view": "check"}),
        ("admin", "training", [], {}), ("admin", "settings", [], {}), ("admin", "program", [acme.program.pk], {}),
    )  # fmt: skip
    for who, name, arguments, query in asked:
        sign_in(page, acme.members[who])
        page.goto(reverse(f"safety:{name}", args=["acme", *arguments], query=query or None))
        check_page(page)
        look(page, f"{name}-{tag}{'-empty' if query.get('view') else ''}")


@pytest.mark.looks
def test_help_on_the_patients_page(cast: Cast, new_page, check_page):
    page = new_page(viewport=PHONE)
    for language, text in (("en", CRISIS), ("es", "ya no quiero vivir")):
        patient = cast.acme.patients[language == "es"]
        page.goto(
            reverse("surveys:answer", args=[make_invitation(cast.acme, patient=patient, now=timezone.now()).token])
        )
        page.goto(f"{page.url}?lang={language}")
        for _ in range(20):
            if page.locator("textarea[name=words]").count():
                page.locator("textarea[name=words]").fill(text)
            page.locator("button[value=next]").click()
            if page.locator("#help-now").count():
                break
        page.locator("#help-now").wait_for()
        check_page(page)
        assert_fits(page)
        look(page, f"help-{language}")


@pytest.mark.looks
def test_dizziness_shows_no_help(cast: Cast, page):
    page.goto(reverse("surveys:answer", args=[make_invitation(cast.acme, now=timezone.now()).token]))
    for _ in range(20):
        if not page.locator("button[value=next]").count():
            break
        if page.locator("textarea[name=words]").count():
            page.locator("textarea[name=words]").fill(DIZZY)
        page.locator("button[value=next]").click()
        assert page.locator("#help-now").count() == 0
