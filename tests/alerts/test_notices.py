"""Whom a notice tells, when, and why it stays quiet when it does."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from alerts import tasks
from alerts.models import Alert, Notice, NoticeMessage, Route, Rule
from alerts.services import notice, settle_notice
from caseloop.models import Case, Concern, Disposition
from cxplatform.lib.tenancy import call_definer
from messaging.models import Message
from tenants.models import Member, Organization, Partner, Team
from tests.conftest import T0, Cast, House, join_team, make_member, make_program, make_team
from tests.steps import later, raise_alerts


def told(house: House, kind: str = "raised") -> set[str]:
    """Return the addresses (before the @) that the notices of a kind went to."""
    with house.bound():
        sent = NoticeMessage.objects.filter(notice__kind=kind).values_list("member__user__email", flat=True)
        return {address.split("@")[0] for address in sent}


def staffed_team(house: House, name: str, *, partner: Partner | None = None) -> Team:
    """Make a team with one agent, whose name is the team's."""
    with house.bound():
        member = make_member(house.organization, role="agent", email=f"{name}@{house.organization.slug}.example")
        team = make_team(house.organization, name=name, partner=partner)
        join_team(team, member)
    return team


def route(house: House, team: Team, **match: Any) -> None:
    """Send alerts to a team."""
    with house.bound():
        Route.objects.create(organization=house.organization, team=team, **match)


def without_routes(house: House) -> None:
    """Remove every route."""
    with house.bound():
        Route.objects.all().delete()


def breach(house: House, *, minutes: float = 1) -> Notice:
    """Let the first attempt become overdue, sweep, and return the notice."""
    with house.bound():
        due = Concern.objects.order_by("opened_at").values_list("first_attempt_due_at", flat=True)[0]
    with time_machine.travel(due + timedelta(minutes=minutes), tick=False):
        tasks.sweep_notices()
    with house.bound():
        return Notice.objects.filter(kind="breached").order_by("due_at")[0]


# --- routing ---------------------------------------------------------------------------------------------------------


def test_the_closest_route_wins(cast: Cast) -> None:
    acme, north = cast.acme, cast.acme.partners["north"]
    named = {}
    for name, match in (
        ("for-program", {"program": acme.program}),
        ("for-partner", {"partner": north}),
        ("for-both", {"program": acme.program, "partner": north}),
    ):
        raise_alerts(acme, {"prepared": "no"})
        named[name] = staffed_team(acme, name)
        route(acme, named[name], **match)
    raise_alerts(acme, {"prepared": "no"})
    with acme.bound():
        teams = list(Alert.objects.order_by("raised_at", "id").values_list("team__name", flat=True))
    assert teams == ["acme team", "for-program", "for-partner", "for-both"]


def test_a_route_of_another_program_or_partner_does_not_count(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        other = make_program(acme.organization, name="Other")
    route(acme, staffed_team(acme, "elsewhere"), program=other)
    route(acme, staffed_team(acme, "south"), partner=acme.partners["south"])
    raise_alerts(acme, {"prepared": "no"})
    assert told(acme) == {"agent", "supervisor"}


def test_the_team_of_the_rule_goes_before_every_route(cast: Cast) -> None:
    acme = cast.acme
    team = staffed_team(acme, "specialists")
    with acme.bound():
        Rule.objects.filter(key="prepared_no-pulse_5").update(team=team)
    raise_alerts(acme, {"prepared": "no"})
    assert told(acme) == {"specialists"}


def test_an_inactive_team_is_passed_over(cast: Cast) -> None:
    acme = cast.acme
    route(acme, gone := staffed_team(acme, "gone"), partner=acme.partners["north"])
    with acme.bound():
        Team.objects.filter(pk=gone.pk).update(is_active=False)
        Rule.objects.update(team=gone)
    raise_alerts(acme, {"prepared": "no"})
    assert told(acme) == {"agent", "supervisor"}


def test_without_a_route_any_active_team_is_told(cast: Cast) -> None:
    without_routes(cast.acme)
    raise_alerts(cast.acme, {"prepared": "no"})
    assert told(cast.acme) == {"agent", "supervisor"}


def test_without_a_route_the_team_of_another_partner_is_not_taken(cast: Cast) -> None:
    acme = cast.acme
    without_routes(acme)
    with acme.bound():
        Team.objects.update(partner=acme.partners["south"])
    (alert,) = raise_alerts(acme, {"prepared": "no"})
    assert alert.team is None
    assert told(acme) == {"supervisor"}


def test_without_anybody_in_the_team_the_supervisors_are_told(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        route(acme, make_team(acme.organization, name="empty"), partner=acme.partners["north"])
    raise_alerts(acme, {"prepared": "no"})
    assert told(acme) == {"supervisor"}


def test_without_supervisors_the_admins_are_told(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        Team.objects.update(is_active=False)
        Member.objects.filter(role="supervisor").update(is_active=False)
    raise_alerts(acme, {"prepared": "no"})
    assert told(acme) == {"admin"}


def test_with_nobody_left_the_notice_says_so_and_the_log_too(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    acme = cast.acme
    with acme.bound():
        Member.objects.update(is_active=False)
    (alert,) = raise_alerts(acme, {"prepared": "no"})
    with acme.bound():
        notice = Notice.objects.get(kind="raised")
        assert (notice.suppressed, notice.recipients, notice.settled_at) == ("nobody", 0, T0)
        assert Case.objects.get().concerns.get().source_id == alert.pk
    assert "alerts.nobody_to_tell" in caplog.text


@pytest.mark.parametrize("role", ["analyst", "auditor", "safety"])
def test_people_who_cannot_act_on_cases_are_not_told(cast: Cast, role: str) -> None:
    with cast.acme.bound():
        join_team(cast.acme.team, cast.acme.members[role])
    raise_alerts(cast.acme, {"prepared": "no"})
    assert told(cast.acme) == {"agent", "supervisor"}


def test_members_of_another_partner_are_never_told(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        for code in ("north", "south"):
            join_team(acme.team, acme.members[f"{code}_agent"])
        make_member(acme.organization, role="supervisor", partner=acme.partners["south"])
        make_member(acme.organization, role="admin", partner=acme.partners["south"])
    raise_alerts(acme, {"prepared": "no"})
    assert told(acme) == {"agent", "supervisor", "north-agent"}
    with acme.bound():
        Member.objects.filter(partner=None).update(is_active=False)
        Member.objects.filter(partner=acme.partners["north"]).update(is_active=False)
    raise_alerts(acme, {"prepared": "no"}, now=later(days=1))
    with acme.bound():
        assert Notice.objects.get(kind="raised", alert__raised_at=later(days=1)).suppressed == "nobody"


def test_a_person_in_two_places_is_told_once(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        notice = Notice.objects.get(kind="raised")
        assert notice.recipients == Message.objects.count() == NoticeMessage.objects.count() == 2
        settle_notice(notice_id=notice.pk, now=later(hours=1))
        assert Message.objects.count() == 2


def test_the_due_time_is_named_only_where_the_organization_chose_so(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        assert all("due_at" not in message.fields for message in Message.objects.all())
        Organization.objects.update(mail_shows_due_time=True)
    raise_alerts(cast.acme, {"prepared": "no"}, patient=cast.acme.patients[1])
    with cast.acme.bound():
        concern = Concern.objects.get(case__patient=cast.acme.patients[1])
        newest = Message.objects.filter(fields__pseudonym=cast.acme.patients[1].pseudonym)
        assert {message.fields["due_at"] for message in newest} == {concern.first_attempt_due_at.isoformat()}


# --- the first attempt is overdue ------------------------------------------------------------------------------------


def test_an_overdue_first_attempt_tells_the_supervisors_of_the_team(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        make_member(acme.organization, role="supervisor", email="other@acme.example")
    raise_alerts(acme, {"prepared": "no"})
    notice = breach(acme)
    assert (notice.recipients, notice.suppressed) == (1, "")
    assert told(acme, "breached") == {"supervisor"}


def test_a_breach_is_not_told_before_it_happens(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    notice = breach(cast.acme, minutes=-1)
    assert notice.settled_at is None
    assert told(cast.acme, "breached") == set()


def attempt(house: House, *, at: Any) -> None:
    """Log an attempt to reach the patient of the only case."""
    with house.bound():
        case = Case.objects.lock(pk=Case.objects.get().pk)
        case.log_attempt(channel="phone", outcome="no_answer", text="", by=house.members["agent"], now=at)


def test_an_attempt_in_time_keeps_the_breach_quiet(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    attempt(cast.acme, at=later(hours=1))
    assert breach(cast.acme).suppressed == "attempted"
    assert told(cast.acme, "breached") == set()


def test_an_earlier_attempt_does_not_quiet_a_concern_that_joined_later(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    attempt(cast.acme, at=later(hours=1))
    (second,) = raise_alerts(cast.acme, {"firstfix": "not_yet"}, now=later(hours=2))
    with time_machine.travel(later(days=9), tick=False):
        tasks.sweep_notices()
    with cast.acme.bound():
        suppressed = dict(Notice.objects.filter(kind="breached").values_list("alert_id", "suppressed"))
    assert suppressed[second.pk] == ""
    assert sorted(suppressed.values()) == ["", "attempted"]


def test_a_case_that_ended_keeps_the_breach_quiet(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        case = Case.objects.lock(pk=Case.objects.get().pk)
        case.end_without_action(reason="duplicate", text="", by=cast.acme.members["agent"], now=later(hours=1))
    assert breach(cast.acme).suppressed == "case_ended"


def test_a_settled_concern_breaches_nothing_when_another_one_reopens_the_case(cast: Cast) -> None:
    acme = cast.acme
    raise_alerts(acme, {"prepared": "no"})
    with acme.bound():
        case = Case.objects.lock(pk=Case.objects.get().pk)
        settled = {str(case.concerns.get().pk): Disposition("other", "Sent it", "fixed")}
        case.resolve(dispositions=settled, by=acme.members["agent"], now=later(hours=1))
    raise_alerts(acme, {"firstfix": "not_yet"}, now=later(hours=2))
    with acme.bound():
        assert Case.objects.get().is_worked
    assert breach(acme).suppressed == "case_ended"
    assert told(acme, "breached") == set()


def test_a_notice_that_cannot_be_settled_is_pushed_back_and_the_others_go_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = cast.acme
    raise_alerts(acme, {"prepared": "no"})
    raise_alerts(acme, {"prepared": "no"}, patient=acme.patients[1])
    with acme.bound():
        poison = Notice.objects.filter(kind="breached").order_by("due_at", "id")[0]
    real = notice.recipients

    def fails_for_one(each: Notice, **told: Any) -> list[Member]:
        if each.pk == poison.pk:
            raise ValueError("broken")
        return real(each, **told)

    monkeypatch.setattr(notice, "recipients", fails_for_one)
    at = poison.due_at + timedelta(minutes=1)
    with time_machine.travel(at, tick=False):
        assert tasks.sweep_notices() == 2
    assert call_definer("cx_due_notices", at, 10) == []
    with acme.bound():
        poison.refresh_from_db()
        assert (poison.settled_at, poison.failures, poison.due_at) == (None, 1, at + timedelta(minutes=1))
        assert Notice.objects.filter(kind="breached").exclude(settled_at=None).count() == 1
    monkeypatch.undo()
    with time_machine.travel(at + timedelta(minutes=2), tick=False):
        assert tasks.sweep_notices() == 1
