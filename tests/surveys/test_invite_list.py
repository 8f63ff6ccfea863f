"""Invitations on pages: the list with states and reasons, one by hand, and a filtered list by a worker."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patients.services import enrol, place_hold
from surveys import tasks
from surveys.invitations import cancel, invite_chunk, mailings
from surveys.models import Invitation, Mailing, Skip
from tests.conftest import T0, Cast, House
from tests.steps import answer
from tests.surveys.invited import EMAIL, SMS, invited, reachable, step


@pytest.fixture
def boss(client, cast: Cast):
    client.force_login(cast.acme.members["supervisor"].user)
    return client


def at(name: str, *args, **query) -> str:
    return reverse(f"surveys:{name}", args=["acme", *args], query=query or None)


def enrolled(house: House, number: int, **over) -> None:
    with house.bound():
        for _ in range(number):
            house.patients.append(enrol(program=house.program, partner=house.partners["north"], now=T0, **over))


# --- the list of a survey ---


def test_list_shows_states_and_reasons(boss, cast: Cast):
    house, now = cast.acme, timezone.now().replace(hour=17)
    assert "Nobody was invited yet" in boss.get(at("invitations", "pulse_5")).content.decode()
    reachable(house)
    sent = invited(house, now=now)
    step(house, sent, now=now)
    refused = invited(house, house.patients[1], now=now)
    step(house, refused, now=now)
    html = boss.get(at("invitations", "pulse_5")).content.decode()
    assert "Reminder" in html
    assert "No consent for surveys on any channel" in html
    assert "Send again" in html
    for view, count in {"sent": 1, "answered": 0, "waiting": 0, "begun": 0, "revoked": 0, "expired": 0}.items():
        assert len(boss.get(at("invitations", "pulse_5", view=view)).context["lines"]) == count, view
    not_sent = at("invitations", "pulse_5", view="not_sent")
    assert len(boss.get(not_sent).context["skips"]) == 1
    assert boss.get(f"{not_sent}&reason=hold").context["skips"] == []
    answer(house, sent, {"prepared": "yes"}, now=now)
    assert "Answered" in boss.get(at("invitations", "pulse_5", view="answered")).content.decode()


def test_list_takes_as_many_queries_for_many_and_pages_through_all(boss, cast: Cast, monkeypatch):
    house = cast.acme
    monkeypatch.setattr("surveys.views.invitations.PAGE", 10)
    invited(house)
    with CaptureQueriesContext(connection) as few:
        boss.get(at("invitations", "pulse_5"))
    for _ in range(24):
        invited(house)
    with CaptureQueriesContext(connection) as many:
        response = boss.get(at("invitations", "pulse_5"))
    assert len(many) == len(few)
    seen = [line.invitation.pk for line in response.context["lines"]]
    while following := response.context["next"]:
        response = boss.get(at("invitations", "pulse_5") + following)
        seen += [line.invitation.pk for line in response.context["lines"]]
    assert len(seen) == len(set(seen)) == 25


def test_odd_addresses_show_the_list(boss):
    for odd in ({"after": "x~y"}, {"view": "moon"}, {"reason": "\x00", "view": "not_sent"}, {"after": "~" * 400}):
        assert boss.get(at("invitations", "pulse_5", **odd)).status_code == 200


def test_revoke_and_resend_say_what_happened(boss, cast: Cast):
    house, now = cast.acme, timezone.now()
    invitation = invited(house, now=now)
    html = boss.post(at("resend", "pulse_5", invitation.pk), follow=True).content.decode()
    assert "this invitation is over" in html  # it was never sent
    html = boss.post(at("revoke", "pulse_5", invitation.pk), follow=True).content.decode()
    assert "no longer open" in html
    html = boss.post(at("revoke", "pulse_5", invitation.pk), follow=True).content.decode()
    assert "Nothing to revoke" in html


# --- one by hand ---


def test_page_says_what_would_hinder_it_before_anything_is_sent(boss, cast: Cast):
    house = cast.acme
    url = at("invite", house.patients[0].pseudonym)
    assert "No consent for surveys on any channel" in boss.get(url).content.decode()
    respondent = reachable(house, channels=(EMAIL, SMS), preferred=SMS)
    html = boss.get(url).content.decode()
    assert "Asked by text message; if that bounces, by e-mail" in html
    with house.bound():
        assert not Invitation.objects.exists()
        form = {"survey": house.surveys["pulse_5"].pk, "respondent": respondent.pk}
    assert boss.post(url, form).status_code == 303
    with house.bound():
        made = Invitation.objects.get()
    assert (made.source, made.step, made.patient_id) == ("manual", "invite", house.patients[0].pk)
    with house.bound():
        place_hold(patient_id=house.patients[0].pk, source_id=house.patients[0].pk, now=T0)
    refused = boss.post(url, form)
    assert refused.status_code == 422
    assert "An urgent concern is open" in refused.content.decode()


@pytest.mark.parametrize("wrong", [{"survey": "x"}, {"respondent": "x"}, {}])
def test_nonsense_invites_nobody(boss, cast: Cast, wrong):
    reachable(cast.acme)
    form = {"survey": cast.acme.surveys["pulse_5"].pk, **wrong}
    assert boss.post(at("invite", cast.acme.patients[0].pseudonym), form).status_code == 422
    with cast.acme.bound():
        assert not Invitation.objects.exists()


# --- a filtered list ---


def test_estimate_counts_who_would_be_left_out_and_why(boss, cast: Cast):
    house = cast.acme
    reachable(house)
    form = {"survey": house.surveys["pulse_5"].pk}
    shown = boss.get(at("send"), form).context["estimate"]
    assert (shown.patients, shown.invited) == (2, 1)
    assert shown.skipped == [("No consent for surveys on any channel", 1)]
    with CaptureQueriesContext(connection) as few:
        boss.get(at("send"), form)
    enrolled(house, 12)
    with CaptureQueriesContext(connection) as many:
        shown = boss.get(at("send"), form).context["estimate"]
    assert (shown.patients, len(many)) == (14, len(few))
    assert "Nobody fits" in boss.get(at("send"), {**form, "language": "es"}).content.decode()


def test_list_is_invited_by_a_worker_a_chunk_at_a_time_each_patient_once(boss, cast: Cast, monkeypatch):
    house = cast.acme
    monkeypatch.setattr(mailings, "CHUNK", 4)
    enrolled(house, 9)
    enrolled(house, 3, language="es")
    form = {"survey": house.surveys["pulse_5"].pk, "language": "en"}
    assert boss.post(at("send"), form).status_code == 303
    enrolled(house, 2)  # who comes later is not on the list
    with house.bound():
        mailing = Mailing.objects.get()
        assert mailing.expected == 11
        assert not Invitation.objects.exists()
    assert tasks.sweep_mailings() == 1
    with house.bound():
        mailing.refresh_from_db()
        assert (mailing.taken, mailing.invited, mailing.is_over, mailing.progress_pct) == (11, 11, True, 100)
        rows = list(Invitation.objects.values_list("patient_id", "source", "language"))
    assert len({patient for patient, _, _ in rows}) == len(rows) == 11
    assert {(source, language) for _, source, language in rows} == {("list", "en")}
    assert tasks.sweep_mailings() == 0
    assert "11 invitations made" in boss.get(at("send")).content.decode()


def test_worker_that_dies_in_a_chunk_leaves_it_to_the_next(boss, cast: Cast, monkeypatch):
    house = cast.acme
    monkeypatch.setattr(mailings, "CHUNK", 2)
    enrolled(house, 3)
    boss.post(at("send"), {"survey": house.surveys["pulse_5"].pk})
    with house.bound():
        mailing = Mailing.objects.get()
        assert invite_chunk(mailing_id=mailing.pk, now=timezone.now())

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("surveys.invitations.mailings.Skip.objects.bulk_create", die)
    with pytest.raises(KeyboardInterrupt):
        tasks.send_list(organization_id=str(house.organization.pk), mailing_id=str(mailing.pk))
    monkeypatch.undo()
    tasks.sweep_mailings()
    with house.bound():
        assert Invitation.objects.values("patient_id").distinct().count() == Invitation.objects.count() == 5


def test_long_list_goes_out_at_an_even_pace(boss, cast: Cast, monkeypatch):
    house = cast.acme
    monkeypatch.setattr(mailings, "A_SECOND", 2)
    enrolled(house, 5)
    boss.post(at("send"), {"survey": house.surveys["pulse_5"].pk})
    with house.bound():
        mailing = Mailing.objects.get()
        invite_chunk(mailing_id=mailing.pk, now=mailing.asked_at)
        due = Invitation.objects.order_by("next_step_at").values_list("next_step_at", flat=True)
        assert [(at - mailing.asked_at).seconds for at in due if at] == [0, 0, 1, 1, 2, 2, 3]


def test_cancelled_list_invites_nobody_further(boss, cast: Cast, monkeypatch):
    house = cast.acme
    monkeypatch.setattr(mailings, "CHUNK", 2)
    enrolled(house, 5)
    boss.post(at("send"), {"survey": house.surveys["pulse_5"].pk})
    with house.bound():
        mailing = Mailing.objects.get()
        invite_chunk(mailing_id=mailing.pk, now=timezone.now())
    assert boss.post(at("cancel_mailing", mailing.pk)).status_code == 303
    with house.bound():
        assert not invite_chunk(mailing_id=mailing.pk, now=timezone.now())
        assert not cancel(mailing=mailing, by=house.members["admin"], now=T0)
        assert Invitation.objects.count() == 2


def test_patient_without_anybody_to_ask_leaves_the_reason(boss, cast: Cast):
    house = cast.acme
    with house.bound():
        type(house.patients[0]).objects.filter(pk=house.patients[0].pk).update(contact_status="under_age")
    boss.post(at("send"), {"survey": house.surveys["pulse_5"].pk})
    tasks.sweep_mailings()
    with house.bound():
        assert Invitation.objects.count() == 1
        assert Skip.objects.get().reason == "under_age"


def test_supervisor_of_a_partner_reaches_its_own_patients_only(client, cast: Cast):
    house = cast.acme
    with house.bound():
        member = house.members["north_agent"]
        type(member).objects.filter(pk=member.pk).update(role="supervisor")
    client.force_login(member.user)
    form = {"survey": house.surveys["pulse_5"].pk, "partner": house.partners["south"].pk}
    client.post(at("send"), {**form, "partner": ""})
    tasks.sweep_mailings()
    with house.bound():
        assert [each.patient_id for each in Invitation.objects.all()] == [house.patients[0].pk]
