"""The demo is made by the audited verbs, so that its audit trail has a beginning."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from caseloop.models import CaseEvent
from cxplatform.lib.tenancy import bound
from desk.demo.cast import PLANS, demo_password, make
from desk.demo.history import write_histories
from desk.reconciliation import reconcile
from messaging.models import Message
from surveys.models import Response
from tenants.models import AuditEntry, Member, User
from tests.conftest import T0


def test_its_audit_trail_tells_how_the_organization_was_set_up(db):
    stage = make(PLANS[0], now=T0)
    with bound(stage.organization.pk):
        entries = list(AuditEntry.objects.order_by("at", "id"))
    assert entries[0].action == "tenants.member.invited"
    assert entries[0].actor_id is None
    without_account = {entry.action for entry in entries[1:] if not entry.actor_id}
    assert without_account == {"safety.recipient.confirmed"}  # by the link in a mail
    assert {entry.action for entry in entries} >= {
        "tenants.partner.created", "tenants.program.created", "tenants.team.created", "tenants.member.invited",
        "alerts.route.changed",
    }  # fmt: skip
    assert max(entry.at for entry in entries) < T0 - timedelta(days=80)


def test_its_people_sign_in_at_once_and_wait_for_no_welcome(db):
    stage = make(PLANS[0], now=T0)
    with bound(stage.organization.pk):
        assert not Member.objects.filter(welcome_pending=True).exists()
    email = "agent.beacon@aurelia.example"
    assert User.objects.get(email=email).check_password(demo_password(email))


@pytest.mark.thorough
@pytest.mark.django_db
def test_its_histories_end_now_and_have_no_gap():
    stage = make(PLANS[0], now=T0)
    with bound(stage.organization.pk):
        for planned, program in zip(stage.plan.programs, stage.programs, strict=True):
            few = replace(planned, patients=20)
            assert sum(1 for _ in write_histories(stage, planned=few, program=program, now=T0, dice=Random(4))) == 20
        assert not Message.objects.filter(created_at__gt=T0).exists()
        assert not CaseEvent.objects.filter(at__gt=T0).exists()
        assert not Response.objects.filter(submitted_at__gt=T0).exists()
        assert Response.objects.filter(submitted_at=None).exists()
        found = reconcile(now=T0)
    assert [gap.kind for gap in found.gaps] == []
