"""Every staff message is the same: an identifier and a link. Nothing else about anybody, anywhere in the bytes."""

import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from itertools import product

import pytest
from anymail.backends.test import EmailBackend as AnymailBackend

from alerts.models import Rule
from caseloop.codes import Severity
from messaging.models import FieldNotAllowed, GoLink, Message
from messaging.rendering import compose, message_id
from messaging.services import queue_welcome
from messaging.services.staff import _queue
from patients.services import enrol
from surveys.models import Survey
from tenants.models import Member, Organization, Partner, Program, Team, User
from tests.conftest import T0, Cast, House
from tests.steps import raise_alerts

NAMED = "ORGANIZATION PROGRAM PUBLIC PARTNER TEAM RULE SURVEY VERBATIM CONTACT MEMBER EXTERNAL"
MARKERS = [f"ZQ{word}ZQ" for word in NAMED.split()]
ALLOWED_HEADERS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
}  # fmt: skip


def mark(house: House) -> None:
    """Put a marker into every name of a house."""
    with house.bound():
        Organization.objects.update(name="ZQORGANIZATIONZQ")
        Program.objects.update(name="ZQPROGRAMZQ", public_name="ZQPUBLICZQ")
        Partner.objects.update(name="ZQPARTNERZQ")
        Team.objects.update(name="ZQTEAMZQ")
        Rule.objects.update(name="ZQRULEZQ")
        Survey.objects.update(name="ZQSURVEYZQ")
        User.objects.filter(memberships__in=Member.objects.all()).update(name="ZQMEMBERZQ ÄÖÜ")


def mails_of(house: House, *, kinds: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], list[bytes]]:
    """Raise an alert of each severity, with or without the due time, and return the raw mails."""
    mark(house)
    with house.bound():
        partner = next(iter(house.partners.values()))
        patient = enrol(program=house.program, partner=partner, now=T0, external_id="ZQEXTERNALZQ")
    mails = {}
    for kind in kinds:
        with house.bound():
            Rule.objects.update(severity=kind[0])
            Organization.objects.update(mail_shows_due_time=kind[1])
        (alert,) = raise_alerts(house, {"prepared": "no", "words": "ZQVERBATIMZQ"}, patient=patient)
        with house.bound():
            told = alert.notices.get(kind="raised").messages.values_list("message_id", flat=True)
            messages = Message.objects.select_related("member__user").filter(pk__in=list(told))
            mails[kind] = [compose(message).message().as_bytes() for message in messages]
    return mails


def everything_in(raw: bytes) -> str:
    """Return all that a reader of the bytes could find: raw, decoded headers, decoded parts."""
    parsed = message_from_bytes(raw, policy=policy.default)
    parts = [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
    return "\n".join([raw.decode(), *(f"{name}: {value}" for name, value in parsed.items()), *parts])


def without_variables(raw: bytes) -> str:
    """Return the mail with its identifier, link, Message-ID, date, recipient, boundary and due time taken out."""
    text = re.sub(r"(?<!=)=\n", "", raw.decode())
    for pattern, name in (
        (r"PX-[A-Z0-9]{4}-[A-Z0-9]{4}", "IDENTIFIER"),
        (r"/go/[\w=-]+", "LINK"),
        (r"(?m)^Message-ID: .*$", "ID"),
        (r"(?m)^Date: .*$", "DATE"),
        (r"(?m)^To: .*$", "TO"),
        (r"={5,}\d+==", "BOUNDARY"),
        (r"First attempt due: [\w ,:]+", "DUE"),
    ):
        text = re.sub(pattern, name, text)
    return text


@pytest.fixture
def mails(cast: Cast) -> dict[str, dict[tuple[str, bool], list[bytes]]]:
    """Return the raw mails of both organizations."""
    return {
        "acme": mails_of(cast.acme, kinds=product(Severity.values, (False, True))),
        "rival": mails_of(cast.rival, kinds=[("p1", False), ("p2", True)]),
    }


def test_no_mail_says_anything_and_all_mails_are_alike(mails: dict[str, dict[tuple[str, bool], list[bytes]]]) -> None:
    shapes: dict[bool, set[str]] = {False: set(), True: set()}
    for slug, by_kind in mails.items():
        for (severity, shows_due), raws in by_kind.items():
            assert raws, (slug, severity, shows_due)
            for raw in raws:
                found = [marker for marker in MARKERS if marker.lower() in everything_in(raw).lower()]
                assert found == [], (slug, severity, shows_due)
                assert slug not in everything_in(raw).replace(f"@{slug}.example", "")
                shapes[shows_due].add(without_variables(raw))
    assert [len(shapes[False]), len(shapes[True])] == [1, 1]
    assert "First attempt due" not in shapes[False].pop()
    assert "DUE" in shapes[True].pop()


def follow_up(cast: Cast) -> Message:
    """Raise one alert and return the message to the agent."""
    raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        return Message.objects.select_related("member__user").get(member=cast.acme.members["agent"])


def test_a_mail_has_two_parts_a_link_and_no_other_header(cast: Cast) -> None:
    message = follow_up(cast)
    with cast.acme.bound():
        parsed = message_from_bytes(compose(message).message().as_bytes(), policy=policy.default)
        url = GoLink.objects.get().url
    assert set(parsed.keys()) == ALLOWED_HEADERS
    assert parsed["Subject"] == f"Follow-up needed: {cast.acme.patients[0].pseudonym}"
    assert parsed["To"] == "agent@acme.example"
    assert parsed["Message-ID"] == message_id(message)
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    for part in parsed.iter_parts():
        links = set(re.findall(r"https?://[^\s\"<]+", part.get_content()))
        assert links == {url}
        assert "<img" not in part.get_content()


def test_the_message_id_holds_no_name_and_stays_the_same(cast: Cast) -> None:
    message = follow_up(cast)
    assert re.fullmatch(r"<[0-9a-f-]{36}@cxplatform\.invalid>", message_id(message))
    with cast.acme.bound():
        assert compose(message).message()["Message-ID"] == compose(message).message()["Message-ID"]


def test_the_link_is_random_and_holds_no_id(cast: Cast) -> None:
    follow_up(cast)
    with cast.acme.bound():
        link = GoLink.objects.get()
    assert re.fullmatch(r".+/go/[A-Za-z0-9_-]{24}", link.url)
    assert link.pk.hex not in link.url
    assert str(link.target_id) not in link.url


@pytest.mark.parametrize("template", Message.Template.values)
def test_a_field_that_is_not_allowed_is_refused_before_it_is_stored(cast: Cast, template: str) -> None:
    with cast.acme.bound():
        for field in ("severity", "organization", "program", "answer", "name", "subject"):
            with pytest.raises(FieldNotAllowed, match=field):
                _queue(
                    organization_id=cast.acme.organization.pk,
                    members=[cast.acme.members["agent"]],
                    template=template,
                    fields={field: "x"},
                    occasion="test",
                    now=T0,
                )
        assert not Message.objects.exists()


def test_a_stored_field_that_is_not_allowed_is_refused_again_when_sending(cast: Cast) -> None:
    message = follow_up(cast)
    message.fields["severity"] = "p1"
    with cast.acme.bound(), pytest.raises(FieldNotAllowed, match="severity"):
        compose(message)


def test_the_welcome_names_nobody_and_no_organization(cast: Cast) -> None:
    mark(cast.acme)
    with cast.acme.bound():
        Member.objects.filter(role="agent").update(welcome_pending=True)
        queue_welcome(member=cast.acme.members["agent"], now=T0)
        queue_welcome(member=cast.acme.members["agent"], now=T0)
        message = Message.objects.select_related("member__user").get()
        raw = compose(message).message().as_bytes()
    found = everything_in(raw)
    assert [marker for marker in MARKERS if marker.lower() in found.lower()] == []
    assert "acme" not in found.replace("@acme.example", "")
    assert "/accounts/welcome/" in found


def test_providers_are_told_to_track_nothing_and_get_no_tags(cast: Cast) -> None:
    message = follow_up(cast)
    with cast.acme.bound():
        email = compose(message)
    AnymailBackend().send_messages([email])
    params = email.anymail_test_params  # type: ignore[attr-defined]
    assert (params["track_opens"], params["track_clicks"]) == (False, False)
    assert not params.get("tags")
    assert not params.get("metadata")
