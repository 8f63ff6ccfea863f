"""What may be an external id, and what looks like the person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.services import LooksLikeIdentity, check_external_id, enrol
from tests.conftest import T0, Cast

SEPARATORS = ["", " ", "-", ".", "\u2013", "\u2014", "\u2011", "\u00a0", " - ", "/"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H-1",
        "H-10442",
        "SOUTH-123456789",
        "H123456789",
        "0000012345",
        "20261122-0001",
        "CRM.2026.11.000431",
        "MRN 00012345678901",
        "550e8400-e29b-41d4-a716-446655440000",
    ],
)
def test_a_number_of_the_partners_own_is_fine(text: str) -> None:
    assert check_external_id(f" {text} ") == text


@pytest.mark.parametrize("text", ["maria@example.com", "a\uff20b", "Maria <m@x.org>", "m @ x . org"])
def test_an_email_address_is_refused(text: str) -> None:
    with pytest.raises(LooksLikeIdentity, match="e-mail address"):
        check_external_id(text)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("written", ["{}", "SSN {}", "ssn#{}"])
def test_a_social_security_number_is_refused_in_any_writing(separator: str, written: str) -> None:
    with pytest.raises(LooksLikeIdentity, match="social-security number"):
        check_external_id(written.format(separator.join(["219", "09", "9999"])))


@pytest.mark.parametrize(
    "text", ["\uff12\uff11\uff19-09-9999", "\u0662\u0661\u0669\u0660\u0669\u0669\u0669\u0669\u0669"]
)
def test_other_digits_are_digits(text: str) -> None:
    with pytest.raises(LooksLikeIdentity, match="social-security"):
        check_external_id(text)


@given(st.integers(0, 999_999_999), st.sampled_from(SEPARATORS[1:]), st.sampled_from(SEPARATORS[1:]))
def test_no_nine_digits_in_three_groups_get_through(number: int, first: str, second: str) -> None:
    digits = f"{number:09}"
    with pytest.raises(LooksLikeIdentity):
        check_external_id(first.join([digits[:3], second.join([digits[3:5], digits[5:]])]))


@pytest.mark.parametrize(
    "text",
    [
        "3125550199",
        "(312) 555-0199",
        "312-555-0199",
        "312.555.0199",
        "1 312 555 0199",
        "13125550199",
        "+1 312 555 0199",
        "+13125550199",
        "tel:+13125550199",
        "+44 20 7946 0958",
        "0044 20 7946 0958",
        "00442079460958",
        "011442079460958",
        "+34612345678",
        "call 312-555-0199",
        "\uff0b\uff11 312 555 0199",
        "312\u2013555\u20130199",
    ],
)
def test_a_telephone_number_is_refused(text: str) -> None:
    with pytest.raises(LooksLikeIdentity, match="telephone number"):
        check_external_id(text)


@given(st.text(max_size=40))
def test_any_text_is_taken_or_refused_and_the_message_never_repeats_it(text: str) -> None:
    said = ""
    try:
        assert check_external_id(text) == text.strip()
    except LooksLikeIdentity as error:
        said = str(error)
    assert not said or ("Use the number" in said and (len(text.strip()) < 4 or text.strip() not in said))


def test_nobody_is_enrolled_under_a_telephone_number(cast: Cast) -> None:
    with cast.acme.bound(), pytest.raises(LooksLikeIdentity):
        enrol(program=cast.acme.program, partner=cast.acme.partners["north"], now=T0, external_id="312-555-0199")
