"""Saturday night on a telephone, Sunday morning on a tablet: what is told to whom, and when."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail

from alerts.models import Alert
from caseloop.models import Case, Concern
from safety.models import Item
from surveys.models import Invitation
from tests.conftest import Cast, House, make_invitation
from tests.surveys.reading import Reader
from tests.walks.workers import work

NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = datetime(2026, 3, 14, 22, 10, tzinfo=NEW_YORK)
SUNDAY = datetime(2026, 3, 15, 9, 0, tzinfo=NEW_YORK)
WORDS = "dizzy since the first shot"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


def answer_on_the_telephone(invitation: Invitation) -> Reader:
    """Say No, go on to the open question, write, send that page, and close the browser."""
    phone = Reader(invitation).open().send()
    while "words" not in phone.asked:
        phone.send({"prepared": "no"} if "prepared" in phone.asked else {})
    return phone.send({"words": WORDS})


def finish_on_the_tablet(invitation: Invitation, shown: list[str]) -> Reader:
    """Open the same link elsewhere, change No to Yes, ask for a call, and submit; `shown` gets every page."""
    tablet = Reader(invitation).open()
    shown.append(tablet.html)
    tablet.open("?page=start")
    shown.append(tablet.html)
    tablet.send({"prepared": "yes"})
    tablet.open("?page=words").send({"callme": "yes"})
    wish = {
        "contact_channel": "call",
        "contact_days": ["tue"],
        "contact_times": ["morning"],
        "contact_voicemail": "no",
        "maker_contact": "yes",
    }
    while tablet.action:
        shown.append(tablet.html)
        tablet.send({name: value for name, value in wish.items() if name in tablet.asked})
    return tablet


def alerts_of(house: House) -> list[tuple[str, datetime]]:
    with house.bound():
        return [(alert.severity, alert.raised_at) for alert in Alert.objects.order_by("raised_at", "severity")]


def as_sent(message: EmailMessage, house: House) -> str:
    """Return the raw message without what may differ: recipient, ids, boundaries, date, identifier and link."""
    raw = message.as_bytes().decode()
    for pattern in (r"(?m)^(To|Date|Message-ID): .*$", r"={15}\d+==", r"/go/[\w-]+", house.patients[0].pseudonym):
        raw = re.sub(pattern, "…", raw)
    return raw


def test_walk(cast: Cast, clock: time_machine.Traveller) -> None:
    house = cast.acme
    invitation = make_invitation(house, survey="support_experience", now=SATURDAY - timedelta(days=1))
    answer_on_the_telephone(invitation)

    work()
    with house.bound():
        (item,) = Item.objects.all()
    assert item.due_at == SATURDAY + timedelta(hours=24)
    assert alerts_of(house) == []

    clock.move_to(SATURDAY + timedelta(minutes=59))
    work()
    assert alerts_of(house) == []

    clock.move_to(SATURDAY + timedelta(minutes=60))
    work()
    assert alerts_of(house) == [("p1", SATURDAY + timedelta(minutes=60))]

    clock.move_to(SUNDAY)
    shown: list[str] = []
    tablet = finish_on_the_tablet(invitation, shown)
    assert "Thank you" in tablet.text
    for page in shown:
        assert WORDS not in page
        assert " checked" not in page

    work()
    severities = [severity for severity, _ in alerts_of(house)]
    assert severities == ["p1", "callback"]
    with house.bound():
        (case,) = Case.objects.all()
        first, joined = Concern.objects.filter(case=case).order_by("opened_at")
        assert (first.severity, joined.severity) == ("p1", "callback")
        assert first.settled_at is None
        assert first.changed_answer is not None
        assert (first.changed_answer["before"], first.changed_answer["after"]) == ("No", "Yes")
        assert joined.wish is not None
        assert (joined.wish["days"], joined.wish["parts"], joined.wish["voicemail"]) == (["tue"], ["morning"], False)
        assert Item.objects.get().due_at == SATURDAY + timedelta(hours=24)

    sent = [message.message() for message in mail.outbox]
    assert len(sent) >= 4
    assert len({as_sent(message, house) for message in sent}) == 1


def test_the_case_shows_the_change_and_the_wish(cast: Cast, clock: time_machine.Traveller, client) -> None:
    house = cast.acme
    invitation = make_invitation(house, survey="support_experience", now=SATURDAY - timedelta(days=1))
    answer_on_the_telephone(invitation)
    clock.move_to(SATURDAY + timedelta(hours=1))
    work()
    clock.move_to(SUNDAY)
    finish_on_the_tablet(invitation, [])
    work()
    client.force_login(house.members["agent"].user)
    with house.bound():
        number = Case.objects.get().number
    page = client.get(f"/o/acme/cases/{number}/").content.decode()
    assert "Yes" in page
    assert "later changed this" in page or "changed" in page
    assert "Tuesday" in page
    assert "mornings" in page
    assert "no voicemail" in page
