"""A crisis: the crisis contact is paged at once and again, and the patient's pages name help."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import GoLink, Message
from safety import services, tasks
from safety.models import Item
from safety.services.paging import recipients
from tenants.models import Member, Program
from tests.conftest import T0, Cast, House, join_team, make_invitation, make_member, make_team
from tests.safety.things import CRISIS, make_item
from tests.steps import raise_alerts

QUARTER = timedelta(minutes=15)


def crisis_team(house: House, *members: Member) -> None:
    with house.bound():
        team = make_team(house.organization, name="Crisis")
        for member in members:
            join_team(team, member)
        Program.objects.update(crisis_team=team)


def page(house: House, item: Item, *, after: timedelta = timedelta()) -> int:
    with house.bound():
        return services.page(item_id=item.pk, now=T0 + after)


def told(house: House) -> list[str]:
    with house.bound():
        return sorted(Message.objects.filter(dedupe_key__startswith="safety:").values_list("member__role", flat=True))


def test_an_ordinary_text_pages_nobody(cast: Cast):
    assert make_item(cast.acme).next_page_at is None


def test_the_crisis_team_first_then_supervisors_too_until_somebody_is_on_it(cast: Cast):
    house = cast.acme
    crisis_team(house, house.members["agent"])
    item = make_item(house, CRISIS)
    assert item.next_page_at == T0
    assert page(house, item) == 1
    assert told(house) == ["agent"]
    assert page(house, item) == 0  # not due again yet
    assert page(house, item, after=QUARTER) == 2
    assert told(house) == ["agent", "agent", "supervisor"]
    with house.bound():
        item.refresh_from_db()
        assert services.acknowledge(item=item, by=house.members["agent"], now=T0 + QUARTER)
        assert not services.acknowledge(item=item, by=house.members["supervisor"], now=T0 + QUARTER)
    assert page(house, item, after=3 * QUARTER) == 0
    with house.bound():
        assert list(item.events.order_by("id").values_list("kind", flat=True)) == [
            "opened", "paged", "paged", "acknowledged",
        ]  # fmt: skip


def test_without_a_team_supervisors_and_reviewers_else_admins(cast: Cast):
    house = cast.acme
    item = make_item(house, CRISIS)
    with house.bound():
        item = Item.objects.select_related("program").get(pk=item.pk)
        assert {member.role for member in recipients(item, again=False)} == {"supervisor", "safety"}
        Member.objects.filter(role__in=["supervisor", "safety"]).update(is_active=False)
        assert {member.role for member in recipients(item, again=True)} == {"admin"}


def test_nobody_of_another_partner_is_paged(cast: Cast):
    house = cast.acme
    with house.bound():
        south = make_member(house.organization, role="safety", partner=house.partners["south"], email="s@acme.example")
        north = make_member(house.organization, role="safety", partner=house.partners["north"], email="n@acme.example")
    item = make_item(house, CRISIS)  # a patient of north
    with house.bound():
        people = recipients(Item.objects.select_related("program").get(pk=item.pk), again=False)
    assert north in people
    assert south not in people


def test_a_page_is_the_same_message_as_every_other(cast: Cast):
    house = cast.acme
    raise_alerts(house, {"prepared": "no"}, patient=house.patients[1])
    item = make_item(house, CRISIS)
    page(house, item)
    with house.bound():
        paged = Message.objects.filter(dedupe_key__startswith="safety:")[0]
        link = GoLink.objects.get(pk=paged.fields["go_link_id"])
        assert (link.target, link.target_id) == (GoLink.Target.SAFETY, item.pk)
        assert paged.template == Message.Template.FOLLOW_UP
        assert set(paged.fields) == {"pseudonym", "go_link_id"}
        assert paged.fields["pseudonym"] == house.patients[0].pseudonym


@pytest.mark.parametrize(("role", "name"), [("safety", "item"), ("supervisor", "item"), ("agent", "crisis")])
def test_the_link_of_a_page_leads_to_the_item(cast: Cast, client: Client, role: str, name: str):
    house = cast.acme
    crisis_team(house, house.members["agent"])
    item = make_item(house, CRISIS)
    page(house, item)
    with house.bound():
        token = GoLink.objects.get(target=GoLink.Target.SAFETY).token
    client.force_login(house.members[role].user)
    response = client.get(reverse("desk:go", args=[token]))
    assert response["Location"] == reverse(f"safety:{name}", args=["acme", item.pk])
    shown = client.get(response["Location"])
    assert "want" in shown.content.decode()
    client.post(reverse("safety:acknowledge", args=["acme", item.pk]))
    with house.bound():
        item.refresh_from_db()
        assert item.acknowledged_by_id == house.members[role].pk


def test_an_agent_who_was_not_paged_reads_nothing(cast: Cast, client: Client):
    house = cast.acme
    item = make_item(house, CRISIS)
    client.force_login(house.members["agent"].user)
    for name, ask in (("crisis", client.get), ("acknowledge", client.post)):
        response = ask(reverse(f"safety:{name}", args=["acme", item.pk]))
        assert response["Location"] == reverse("safety:report", args=["acme"])
    with house.bound():
        item.refresh_from_db()
        assert item.acknowledged_at is None


def test_a_verdict_ends_the_paging(cast: Cast):
    house = cast.acme
    item = make_item(house, CRISIS)
    from_reviewer = house.members["safety"]
    with house.bound():
        services.record_training(
            member=from_reviewer, course="x", completed_on=T0.date(), expires_on=T0.date(), by=from_reviewer, now=T0
        )
        judged = services.judge_possible(item_id=item.pk, special=[], elements=[], by=from_reviewer, version=1, now=T0)
        assert (judged.next_page_at, judged.acknowledged_by) == (None, from_reviewer)


@pytest.mark.django_db
def test_the_sweep_pages_whoever_no_nudge_told_of(cast: Cast):
    make_item(cast.acme, CRISIS)
    make_item(cast.rival, CRISIS)
    assert tasks.sweep_pages() == 2
    assert tasks.sweep_pages() == 0
    assert told(cast.acme) == ["safety", "supervisor"]


# --- the patient's pages ---


HELP = {"en": ("911", "Call or text 988", "You do not have to face this alone"), "es": ("911", "988", "No tiene que")}


def walk(client: Client, house: House, text: str, language: str) -> list[str]:
    """Answer Pulse-5 with a text by HTTP, page by page, and return each page as it was shown after the text."""
    url = reverse("surveys:answer", args=[make_invitation(house).token])
    shown, has_written = [], False
    html = client.get(f"{url}?lang={language}").content.decode()
    for _ in range(30):
        if 'name="_form"' not in html:
            break
        token = html.split('name="_form" value="')[1].split('"')[0]
        form = {"_form": token, "_go": "next"}
        if 'name="words"' in html:
            form["words"], has_written = text, True
        html = client.post(f"{url}?lang={language}", form, follow=True).content.decode()
        if has_written:
            shown.append(html)
    shown.append(client.get(f"{url}?lang={language}").content.decode())
    return shown


@pytest.mark.parametrize(
    ("language", "text"), [("en", "I want to die"), ("es", "ya no quiero vivir"), ("es", "I want to die")]
)
def test_every_page_after_such_a_text_names_help(cast: Cast, client: Client, language: str, text: str):
    pages = walk(client, cast.acme, text, language)
    assert len(pages) >= 2
    for html in pages:
        for words in HELP[language]:
            assert words.replace(" ", " ") in html


def test_no_page_names_help_otherwise(cast: Cast, client: Client):
    assert not any("help-now" in html.split("</style>")[1] for html in walk(client, cast.acme, "All fine", "en"))


def test_help_never_shows_on_the_page_of_somebody_else(cast: Cast, client: Client):
    walk(client, cast.acme, "I want to die", "en")
    other = make_invitation(cast.acme, patient=cast.acme.patients[1])
    html = client.get(reverse("surveys:answer", args=[other.token])).content.decode()
    assert "help-now" not in html.split("</style>")[1]
