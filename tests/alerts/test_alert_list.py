"""The list of alerts: who sees what, filters, pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.models import Alert, Rule
from caseloop.models import Case
from tests.conftest import T0, Cast, House
from tests.steps import raise_alerts

LIST = "alerts:index"


@pytest.fixture
def agent(client, cast: Cast):
    client.force_login(cast.acme.members["agent"].user)
    return client


def at(slug: str = "acme", **query) -> str:
    return reverse(LIST, args=[slug], query=query or None)


def listed(response) -> list[Alert]:
    alerts: list[Alert] = response.context["page"].alerts
    return alerts


def many(house: House, count: int) -> None:
    for number in range(count):
        raise_alerts(house, {"prepared": "no"}, now=T0 + timedelta(minutes=number))


def test_those_who_work_cases_see_alerts_and_others_do_not(client, cast: Cast):
    for role, status in (("admin", 200), ("supervisor", 200), ("agent", 200), ("analyst", 403), ("auditor", 403)):
        client.force_login(cast.acme.members[role].user)
        assert client.get(at()).status_code == status, role
    client.force_login(cast.rival.members["admin"].user)
    assert client.get(at()).status_code == 404


def test_alert_is_shown_with_its_reason_and_its_case(agent, cast: Cast):
    (alert,) = raise_alerts(cast.acme, {"prepared": "no"})
    html = agent.get(at()).content.decode()
    with cast.acme.bound():
        case = Case.objects.get(concerns__source_id=alert.pk)
    assert alert.rule_copy["name"] in html
    assert alert.explanation[0]["text"] in html
    assert f"/o/acme/cases/{case.number}/" in html
    assert cast.acme.patients[0].pseudonym in html


def test_rule_is_named_as_it_was(agent, cast: Cast):
    (alert,) = raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        Rule.objects.filter(pk=alert.rule_id).update(name="Renamed since")
    html = agent.get(at()).content.decode()
    assert alert.rule_copy["name"] in html


def test_rivals_alerts_are_not_listed(agent, cast: Cast):
    raise_alerts(cast.rival, {"prepared": "no"})
    assert listed(agent.get(at())) == []
    assert "No alerts yet" in agent.get(at()).content.decode()


def test_member_of_a_partner_sees_that_partners_alerts_only(client, cast: Cast):
    for patient in cast.acme.patients:
        raise_alerts(cast.acme, {"prepared": "no"}, patient=patient)
    client.force_login(cast.acme.members["north_agent"].user)
    response = client.get(at())
    assert [alert.partner_id for alert in listed(response)] == [cast.acme.partners["north"].pk]
    assert cast.acme.patients[1].pseudonym not in response.content.decode()


def test_lone_weak_answer_is_on_the_weekly_list(agent, cast: Cast):
    with cast.acme.bound():
        Rule.objects.filter(key="prepared_no-pulse_5").update(severity="p3")
    raise_alerts(cast.acme, {"prepared": "no"})
    raise_alerts(cast.acme, {"callme": "yes"}, patient=cast.acme.patients[1])
    assert len(listed(agent.get(at()))) == 2
    (weak,) = listed(agent.get(at(tab="weekly")))
    assert weak.severity == "p3"
    assert "on the weekly list" in agent.get(at(tab="weekly")).content.decode()


def test_filters_narrow_the_list(agent, cast: Cast):
    (alert,) = raise_alerts(cast.acme, {"prepared": "no"})
    assert len(listed(agent.get(at(severity=alert.severity, rule=alert.rule_id)))) == 1
    nothing = agent.get(at(severity="p0"))
    assert listed(nothing) == []
    assert "Clear filters" in nothing.content.decode()
    assert listed(agent.get(at(rule=cast.acme.team.pk))) == []


def test_pages_follow_each_other_both_ways(agent, cast: Cast, monkeypatch):
    monkeypatch.setattr("alerts.views.alerts.SIZE", 2)
    many(cast.acme, 5)
    first = agent.get(at())
    second = agent.get(first.context["older"])
    third = agent.get(second.context["older"])
    seen = [alert.pk for page in (first, second, third) for alert in listed(page)]
    with cast.acme.bound():
        assert seen == list(Alert.objects.order_by("-raised_at", "-pk").values_list("pk", flat=True))
    assert not third.context["older"]
    assert not first.context["newer"]
    back = agent.get(third.context["newer"])
    assert listed(back) == listed(second)
    assert listed(agent.get(back.context["newer"])) == listed(first)


def test_odd_queries_show_the_first_page(agent, cast: Cast):
    raise_alerts(cast.acme, {"prepared": "no"})
    for odd in ("x", "_", "2026-03-02T15:00:00_x", "2026-03-02T15:00:00_" + "0" * 32, "\x00", "9" * 500):
        for name in ("before", "after", "severity", "rule", "tab"):
            response = agent.get(at(**{name: odd}))
            assert response.status_code == 200
            assert len(listed(response)) == 1


def test_list_takes_as_many_queries_for_many(agent, cast: Cast):
    many(cast.acme, 1)
    agent.get(at())
    with CaptureQueriesContext(connection) as few:
        agent.get(at())
    many(cast.acme, 6)
    with CaptureQueriesContext(connection) as more:
        assert len(listed(agent.get(at()))) == 7
    assert len(more) == len(few)
