"""Whatever a case tells somebody, the message is the one that an alert sends."""

import pytest

from caseloop.services import hear_back
from caseloop.tasks import sweep_leavers
from messaging.models import Message
from messaging.rendering import compose
from tests.caseloop.conftest import NOW, post
from tests.caseloop.reached import agree, resolves, set_program, set_status
from tests.conftest import Cast
from tests.messaging.test_mail_says_nothing import MARKERS, everything_in, mark, without_variables
from tests.steps import raise_alerts


def mails(house, occasion: str) -> list[bytes]:
    with house.bound():
        messages = Message.objects.select_related("member__user").filter(dedupe_key__startswith=occasion)
        return [compose(message).message().as_bytes() for message in messages]


@pytest.mark.parametrize("occasion", ["asked:", "left:", "reopened:"])
def test_it_says_what_an_alert_says_and_nothing_else(cast: Cast, sign_in, occasion):
    acme = cast.acme
    set_program(acme, sponsor_sees_contact=False)
    agree(acme)
    (alert,) = raise_alerts(acme, {"prepared": "no", "words": "ZQVERBATIMZQ"})
    assert alert.concern is not None
    case = alert.concern.case
    if occasion == "asked:":
        post(sign_in(acme, "agent"), acme, "ask_partner", case, question="ZQVERBATIMZQ")
    elif occasion == "left:":
        set_status(acme, "deceased")
        sweep_leavers()
    else:
        resolves(acme, case)
        with acme.bound():
            hear_back(case_id=case.pk, contacted="no", settled="no", prepared="no", now=NOW)
    mark(acme)
    told = mails(acme, occasion)
    assert told
    assert {without_variables(raw) for raw in told} == {without_variables(raw) for raw in mails(acme, "notice:")}
    for raw in told:
        assert [marker for marker in MARKERS if marker.lower() in everything_in(raw).lower()] == []
        assert "acme" not in everything_in(raw).replace("@acme.example", "")
