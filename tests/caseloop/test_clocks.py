from decimal import Decimal

import pytest

from caseloop.codes import Severity
from caseloop.models import ClockPolicy
from caseloop.models.policy import DEFAULTS
from tenants.models import AuditEntry
from tests.caseloop.conftest import at, open_for


@pytest.fixture
def admin(acme, sign_in):
    return sign_in(acme, "admin")


def posted(**over):
    usual = {
        f"{severity}-{kind}": str(days)
        for severity in Severity
        for kind, days in (
            ("first", DEFAULTS[severity].first_attempt_days),
            ("resolve", DEFAULTS[severity].resolve_days),
        )
    }
    return {**usual, **{name.replace("_", "-"): value for name, value in over.items()}}


def test_page_shows_what_is_in_force_and_the_usual(acme, admin):
    page = admin.get(at(acme, "clocks")).content.decode()
    assert "Usual: first attempt 2, resolved 5." in page


def test_new_clocks_hold_for_new_concerns_and_are_audited(acme, admin):
    before = open_for(acme, team=None)
    assert admin.post(at(acme, "clocks"), posted(p1_first="0.5")).status_code == 303
    after = open_for(acme, patient=acme.patients[1], team=None)
    assert before.due_at is not None
    assert after.due_at is not None
    assert (before.due_at - before.opened_at) == 2 * (after.due_at - after.opened_at)
    with acme.bound():
        assert [(p.severity, p.first_attempt_days) for p in ClockPolicy.objects.all()] == [("p1", Decimal("0.5"))]
        entry = AuditEntry.objects.get(action="caseloop.clocks.changed")
        assert entry.actor_id == acme.members["admin"].pk
        assert entry.changes["clocks"]["p1"]["first_attempt_days"] == ["1", "0.5"]


def test_going_back_to_the_usual_leaves_no_row_and_no_change_no_entry(acme, admin):
    for over in ({"p2_first": "3"}, {}, {}):
        admin.post(at(acme, "clocks"), posted(**over))
    with acme.bound():
        assert not ClockPolicy.objects.exists()
        assert AuditEntry.objects.filter(action="caseloop.clocks.changed").count() == 2


@pytest.mark.parametrize("over", [{"p1_first": "0"}, {"p1_first": "x"}, {"p1_resolve": "0.5"}, {"p3_resolve": "61"}])
def test_clocks_that_make_no_sense_are_refused(acme, admin, over):
    response = admin.post(at(acme, "clocks"), posted(**over))
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    with acme.bound():
        assert not ClockPolicy.objects.exists()


def test_only_admins_of_the_whole_organization(acme, supervisor, agent):
    assert supervisor.get(at(acme, "clocks")).status_code == 403
    assert agent.get(at(acme, "clocks")).status_code == 403
