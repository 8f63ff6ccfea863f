"""A message that bounces goes out by the next channel, each once; then somebody calls."""

import pytest
import time_machine

from cxplatform.lib.tenancy import bound
from messaging.models import Message
from messaging.services import note_bounce
from surveys import tasks
from surveys.invitations import NotSendable, SentJustNow, resend, revoke, try_next_channel
from surveys.invitations.sending import InvitationOver
from surveys.models import CallTask, Invitation
from tenants.models import AuditEntry
from tests.conftest import T0, Cast, House
from tests.steps import REAL_COMMITS, answer, at_once, later
from tests.surveys.invited import (
    EMAIL,
    PHONE,
    SMS,
    consent,
    fresh,
    invited,
    journey,
    planned,
    reachable,
    respondent_of,
    sent,
    skips,
    step,
)


def newest(house: House) -> Message:
    with house.bound():
        return Message.objects.filter(owner_id__isnull=False).order_by("-created_at", "-pk")[0]


def accepted(house: House) -> Message:
    """Let the provider have taken the newest message."""
    with house.bound():
        message = newest(house)
        Message.objects.filter(pk=message.pk).update(state="sent", final_at=T0, attempts=1)
    return message


def bounce(house: House, *, now=T0) -> Message:
    message = accepted(house)
    assert note_bounce(
        organization_id=house.organization.pk, message_id=message.pk, error="no such user", is_dead=True, now=now
    )
    return message


def instead(house: House, message: Message, *, now=T0) -> str:
    with house.bound():
        return try_next_channel(message_id=message.pk, now=now)


def test_next_channel_carries_the_same_link_and_then_somebody_calls(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, SMS, PHONE), preferred=EMAIL)
    journey(house, delay_days=0)
    (invitation,) = planned(house)
    step(house, invitation)
    first = bounce(house)
    assert instead(house, first) == SMS
    assert instead(house, first) == ""  # claimed once
    second = bounce(house)
    assert (second.channel, second.about_id, second.template) == (SMS, invitation.pk, "invitation")
    assert instead(house, second) == "call"
    assert sent(house, invitation) == [("invitation", EMAIL), ("invitation", SMS)]
    assert skips(house) == [("invite", "no_address")]
    with house.bound():
        assert CallTask.objects.get().invitation_id == invitation.pk
    assert fresh(house, invitation).step == Invitation.Step.EXPIRE


def test_without_consent_to_call_an_unreached_invitation_ends(cast: Cast):
    house = cast.acme
    reachable(house)
    with house.bound():
        house.program.contact_held_by = "vault"
        house.program.save()
    journey(house, delay_days=0)
    (invitation,) = planned(house)
    step(house, invitation)
    assert instead(house, bounce(house)) == "skipped"
    after = fresh(house, invitation)
    assert (after.ended_as, after.next_step_at) == ("skipped", None)


@pytest.mark.parametrize("change", ["consent", "status", "answered", "revoked"])
def test_nothing_goes_out_instead_when_that_is_no_longer_right(cast: Cast, change):
    house = cast.acme
    respondent = reachable(house, channels=(EMAIL, SMS), preferred=EMAIL)
    invitation = invited(house)
    step(house, invitation)
    message = bounce(house)
    if change == "consent":
        consent(house, respondent, SMS, ("survey",), given=False, now=later(seconds=1))
    elif change == "answered":
        answer(house, invitation, {"prepared": "yes"})
    elif change == "revoked":
        with house.bound():
            revoke(invitation=invitation, by=house.members["admin"], now=T0)
    else:
        with house.bound():
            type(house.patients[0]).objects.filter(pk=house.patients[0].pk).update(contact_status="paused")
    assert instead(house, message) in ("", "skipped")
    assert sent(house, invitation) == [("invitation", EMAIL)]


def test_sweep_finds_a_bounce_whose_nudge_was_lost(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, SMS), preferred=EMAIL)
    invitation = invited(house)
    step(house, invitation)
    bounce(house)
    with time_machine.travel(later(hours=1), tick=False):
        assert tasks.sweep_unreached() == 1
        assert tasks.sweep_unreached() == 0
    assert [channel for _, channel in sent(house)] == [EMAIL, SMS]


@REAL_COMMITS
def test_eight_workers_send_instead_once(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, SMS), preferred=EMAIL)
    step(house, invited(house))
    message = bounce(house)

    def work(_: int) -> str:
        with bound(house.organization.pk):
            return try_next_channel(message_id=message.pk, now=T0)

    assert sorted(at_once(8, work)) == [""] * 7 + [SMS]


# --- by hand ---


def test_resend_carries_the_same_link_at_most_once_an_hour_and_is_audited(cast: Cast):
    house = cast.acme
    reachable(house)
    invitation = invited(house)
    step(house, invitation)
    accepted(house)
    with house.bound():
        admin = house.members["admin"]
        with pytest.raises(SentJustNow):
            resend(invitation=invitation, by=admin, now=later(minutes=30))
        message = resend(invitation=invitation, by=admin, now=later(hours=2))
        assert (message.about_id, message.template) == (invitation.pk, "invitation")
        assert AuditEntry.objects.filter(action="surveys.invitation.resent").count() == 1
    assert len(sent(house)) == 2


def test_resend_asks_the_gates(cast: Cast):
    house = cast.acme
    respondent = reachable(house)
    invitation = invited(house)
    step(house, invitation)
    accepted(house)
    consent(house, respondent, EMAIL, ("survey",), given=False, now=later(hours=1))
    with house.bound(), pytest.raises(NotSendable, match="No consent"):
        resend(invitation=invitation, by=house.members["admin"], now=later(hours=2))
    assert len(sent(house)) == 1


def test_revoked_link_is_closed_and_what_waits_is_dropped(cast: Cast, client):
    house = cast.acme
    reachable(house)
    invitation = invited(house)
    step(house, invitation)
    with house.bound():
        revoke(invitation=invitation, by=house.members["admin"], now=later(minutes=1))
        assert Message.objects.get(about_id=invitation.pk).state == "dropped"
        with pytest.raises(InvitationOver):
            revoke(invitation=invitation, by=house.members["admin"], now=later(minutes=1))
    assert "no longer open" in client.get(f"/s/{invitation.token}/").content.decode()
    assert step(house, invitation, now=later(days=9)) == ""
    assert respondent_of(house).pk
