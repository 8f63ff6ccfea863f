"""Two people who save the same name at the same instant: the second is told so in the form, with what was typed."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from caseloop.forms import ClocksForm
from caseloop.models import ClockPolicy
from tenants.models import Member, Partner, Program, Team, User
from tests.conftest import Cast, House
from tests.steps import REAL_COMMITS


def program(acme: House) -> None:
    Program.objects.create(organization=acme.organization, name="Twice", public_name="Kind", phone="1")


def partner(acme: House) -> None:
    Partner.objects.create(organization=acme.organization, name="Twice", code="twice")


def team(acme: House) -> None:
    Team.objects.create(organization=acme.organization, name="Twice")


def member(acme: House) -> None:
    user = User.objects.get(email="known@acme.example")
    Member.objects.create(organization=acme.organization, user=user, role="agent")


def clocks(acme: House) -> None:
    ClockPolicy.objects.create(organization=acme.organization, severity="p1", first_attempt_days="2", resolve_days="4")


def typed_clocks() -> dict[str, Any]:
    usual = {f"{each}-{kind}": "9" for each, *_ in ClocksForm().groups() for kind in ("first", "resolve")}
    return {**usual, "p1-first": "3", "p1-resolve": "5"}


CASES: list[tuple[str, Callable[[House], None], dict[str, Any], str]] = [
    (
        "tenants:new_program", program,
        {
            "name": "Twice", "public_name": "Kind", "country": "US", "languages": "en", "phone": "1",
            "emergency": "911", "links_sent_by": "us",
            "follow_up_days": "3", "contact_held_by": "partner",
        },
        "Another program has this name",
    ),
    (
        "tenants:new_partner", partner, {"name": "My twice", "code": "twice", "is_active": "on"},
        "Another partner has this code",
    ),
    (
        "tenants:new_team", team,
        {"name": "Twice", "time_zone": "Asia/Tokyo", "languages": "en", "mon_0_from": "09:00", "mon_0_to": "17:00"},
        "Another team has this name",
    ),
    (
        "tenants:invite", member,
        {"email": "known@acme.example", "name": "Known Person", "role": "agent", "languages": ["en"]},
        "Somebody else invited this person",
    ),
    ("caseloop:clocks", clocks, typed_clocks(), "Somebody else has just saved the clocks"),
]  # fmt: skip


def hold_open(acme: House, make: Callable[[House], None], made: Event) -> None:
    """Store the rival row, and commit it when another transaction waits for it."""
    try:
        with acme.bound():
            make(acme)
            made.set()
            for _ in range(500):
                if is_somebody_waiting():
                    return
    finally:
        made.set()
        connection.close()


def is_somebody_waiting() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


@REAL_COMMITS
@pytest.mark.parametrize(("page", "make", "typed", "words"), CASES, ids=[case[0] for case in CASES])
def test_the_second_of_two_at_once_is_told_and_keeps_what_was_typed(
    cast: Cast, page: str, make: Callable[[House], None], typed: dict[str, Any], words: str
) -> None:
    acme, client = cast.acme, Client()
    User.objects.create_user(email="known@acme.example", name="Known")
    client.force_login(acme.members["admin"].user)
    made = Event()
    rival = Thread(target=hold_open, args=(acme, make, made))
    rival.start()
    assert made.wait(10)
    response = client.post(reverse(page, args=["acme"]), typed)
    rival.join(10)
    assert response.status_code == 422
    html = response.content.decode()
    assert words in html
    for value in [text for text in typed.values() if isinstance(text, str) and len(text) > 4]:
        assert f'value="{value}"' in html or f">{value}<" in html
