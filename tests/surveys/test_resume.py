"""The same link on another device, another day."""

from datetime import timedelta

from django.utils import timezone

from surveys.models import Invitation
from tests.conftest import Cast, make_invitation
from tests.surveys.reading import Reader, choice, document, invite, page, stored, words


def three_pages(cast: Cast) -> Invitation:
    return invite(
        cast.acme,
        page("one", choice("first"), words("more")),
        page("two", choice("second")),
        page("three", choice("third")),
    )


def test_another_device_goes_on_at_the_first_page_not_answered(cast: Cast):
    invitation = three_pages(cast)
    Reader(invitation).open().send({"first": "yes", "more": "My secret"})
    elsewhere = Reader(invitation).open()
    assert elsewhere.asked == {"second"}
    assert "Step 2 of 3" in elsewhere.text


def test_earlier_answers_are_never_shown_again(cast: Cast):
    invitation = three_pages(cast)
    Reader(invitation).open().send({"first": "yes", "more": "My secret"})
    elsewhere = Reader(invitation)
    for query in ("", "?page=one", "?page=one&lang=es"):
        elsewhere.open(query)
        assert "My secret" not in elsewhere.html
        assert " checked" not in elsewhere.html
    assert "What you saved is kept" in elsewhere.open("?page=one").text


def test_a_page_with_an_error_is_asked_again_but_keeps_what_was_good(cast: Cast):
    invitation = invite(
        cast.acme, page("one", choice("first", required=True), choice("other")), page("two", choice("x"))
    )
    Reader(invitation).open().send({"other": "no"})
    elsewhere = Reader(invitation).open()
    assert elsewhere.asked == {"first", "other"}
    elsewhere.send({"first": "yes"})
    assert stored(cast.acme, invitation).answers == {"first": "yes", "other": "no"}


def test_an_earlier_page_can_be_changed_and_the_way_goes_on(cast: Cast):
    invitation = three_pages(cast)
    Reader(invitation).open().send({"first": "yes"}).send({"second": "yes"})
    elsewhere = Reader(invitation).open("?page=one").send({"first": "no"})
    assert elsewhere.asked == {"third"}
    assert stored(cast.acme, invitation).answers == {"first": "no", "second": "yes"}


def test_a_new_version_does_not_change_a_survey_that_has_begun(cast: Cast):
    invitation = three_pages(cast)
    early = Reader(invitation).open()
    Reader(invitation).open().send({"first": "yes"})
    with cast.acme.bound():
        cast.acme.surveys["own"].publish(document(page("one", choice("brand_new"))), by=None, now=timezone.now())
    assert Reader(invitation).open().asked == {"second"}
    assert early.send({"first": "no"}).asked == {"second"}


def test_a_form_of_a_version_that_was_replaced_is_still_taken(cast: Cast):
    invitation = three_pages(cast)
    early = Reader(invitation).open()
    with cast.acme.bound():
        cast.acme.surveys["own"].publish(document(page("one", choice("brand_new"))), by=None, now=timezone.now())
    assert early.send({"first": "no"}).asked == {"second"}
    assert stored(cast.acme, invitation).answers == {"first": "no"}


def test_a_form_of_another_version_than_the_one_begun_is_asked_again(cast: Cast):
    invitation = three_pages(cast)
    early = Reader(invitation).open()
    with cast.acme.bound():
        new = document(page("one", choice("first"), choice("brand_new")), page("two", choice("y")))
        cast.acme.surveys["own"].publish(new, by=None, now=timezone.now())
    Reader(invitation).open().send({"brand_new": "yes"})
    early.send({"first": "no"})
    assert early.page.status_code == 400
    assert {"first", "brand_new"} <= early.asked
    assert 'value="no" checked' in early.html
    assert stored(cast.acme, invitation).answers == {"brand_new": "yes"}


def test_facts_that_change_in_mid_survey_hide_nothing(cast: Cast):
    invitation = make_invitation(cast.acme, survey="support_experience")
    Reader(invitation).open().send().send({"prepared": "yes"})
    with cast.acme.bound():
        cast.acme.patients[0].touchpoints.create(
            organization=cast.acme.organization,
            kind="first_dose",
            occurred_at=timezone.now() - timedelta(days=1),
            received_at=timezone.now(),
        )
    Reader(invitation).open().walk({})
    assert stored(cast.acme, invitation).answers["prepared"] == "yes"
