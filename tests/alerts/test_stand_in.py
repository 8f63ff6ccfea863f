"""When an address refuses for good, somebody else is told."""

from alerts import tasks
from alerts.models import Notice
from alerts.services import stand_in
from messaging.models import Message
from tests.conftest import T0, Cast, House
from tests.steps import raise_alerts


def refuse(house: House, *names: str) -> list[Message]:
    """Let the addresses of these members refuse for good; return their messages."""
    with house.bound():
        refused = list(Message.objects.filter(member__in=[house.members[name] for name in names]))
        for message in refused:
            message.failed("recipient refused [550]", now=T0)
    return refused


def told(house: House) -> list[str]:
    """Return the roles of those who were sent the alert."""
    with house.bound():
        notice = Notice.objects.get(kind="raised")
        return sorted(notice.messages.values_list("member__role", flat=True))


def test_one_refusal_changes_nothing_while_a_colleague_is_reached(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    refuse(cast.acme, "agent")
    assert tasks.sweep_undelivered() == 1
    assert told(cast.acme) == ["agent", "supervisor"]
    assert tasks.sweep_undelivered() == 0


def test_when_the_whole_team_is_refused_the_admins_are_told(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    refuse(cast.acme, "agent", "supervisor")
    tasks.sweep_undelivered()
    assert told(cast.acme) == ["admin", "agent", "supervisor"]
    with cast.acme.bound():
        notice = Notice.objects.get(kind="raised")
        assert notice.recipients == 3
        assert Message.objects.queued().get().member == cast.acme.members["admin"]


def test_telling_somebody_else_twice_tells_them_once(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    messages = refuse(cast.acme, "agent", "supervisor")
    with cast.acme.bound():
        first = [stand_in(message_id=message.pk, now=T0) for message in messages]
        again = [stand_in(message_id=message.pk, now=T0) for message in messages]
    assert sorted(first) == [0, 1]
    assert again == [0, 0]


def test_nobody_left_is_said_and_does_not_stop_the_sweep(cast: Cast) -> None:
    raise_alerts(cast.acme, {"prepared": "no"})
    refuse(cast.acme, "agent", "supervisor")
    tasks.sweep_undelivered()
    refuse(cast.acme, "admin")
    tasks.sweep_undelivered()
    assert told(cast.acme) == ["admin", "agent", "supervisor"]
    with cast.acme.bound():
        assert not Message.objects.filter(needs_stand_in=True).exists()
