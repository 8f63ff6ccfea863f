"""Pseudonyms, their check character and search ranges; derived link tokens."""

import hashlib
import random
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxplatform.lib.codes import (
    ALPHABET,
    PREFIXES,
    NotAPseudonym,
    derived_token,
    new_pseudonym,
    parse_pseudonym,
    pseudonym_range,
    token_hash,
)

EXAMPLE = "PX-7K3M-29QD"
ID = UUID("018f3c1e-7b2a-7cc3-9d41-0a1b2c3d4e5f")


def pseudonyms() -> st.SearchStrategy[str]:
    return st.builds(
        lambda prefix, seed: new_pseudonym(prefix, draw=random.Random(seed).choice),
        st.sampled_from(PREFIXES),
        st.integers(),
    )


def test_alphabet_is_a_prime_number_of_characters_that_nobody_mixes_up() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 29
    assert not set("01EILOU") & set(ALPHABET)


def test_new_one_takes_seven_draws_and_adds_the_check_character() -> None:
    drawn = iter("7K3M29Q")
    assert new_pseudonym(draw=lambda alphabet: next(drawn)) == EXAMPLE


def test_new_ones_differ() -> None:
    assert len({new_pseudonym() for _ in range(200)}) == 200


def test_unknown_prefix_is_refused() -> None:
    with pytest.raises(ValueError, match="PX, HX"):
        new_pseudonym("AB")


@settings(deadline=None)
@given(pseudonyms())
def test_new_one_parses_to_itself(code: str) -> None:
    assert parse_pseudonym(code) == code


@pytest.mark.parametrize(
    "typed",
    [
        "px-7k3m-29qd",
        " PX 7K3M 29QD\n",
        "PX7K3M29QD",
        "7K3M-29QD",
        "7k3m29qd",
        "PX–7K3M‑29QD",
        "PX−7K3M\u00a029QD\u200f",
    ],
)
def test_careless_typing_is_understood(typed: str) -> None:
    assert parse_pseudonym(typed) == EXAMPLE


@settings(max_examples=20, deadline=None)
@given(pseudonyms())
def test_every_single_wrong_character_is_caught(code: str) -> None:
    for at in (i for i, c in enumerate(code) if c != "-"):
        for wrong in set(ALPHABET) - {code[at]}:
            with pytest.raises(NotAPseudonym):
                parse_pseudonym(code[:at] + wrong + code[at + 1 :])


@settings(deadline=None)
@given(pseudonyms())
def test_every_swap_of_two_characters_is_caught(code: str) -> None:
    bare = code.replace("-", "")
    for i, j in combinations(range(len(bare)), 2):
        if bare[i] != bare[j]:
            swapped = bare[:i] + bare[j] + bare[i + 1 : j] + bare[i] + bare[j + 1 :]
            with pytest.raises(NotAPseudonym):
                parse_pseudonym(swapped)


@settings(deadline=None)
@given(pseudonyms())
def test_every_lost_end_is_caught(code: str) -> None:
    for length in range(len(code)):
        with pytest.raises(NotAPseudonym):
            parse_pseudonym(code[:length])


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("", "Type all of it"),
        ("PX-7K3M-29Q", "Type all of it"),
        ("PX-7K3M-29QDD", "Type all of it"),
        ("PX-7K3M-29QE", "never 0, 1, E, I, L, O or U"),
        ("PX-7K3M-29ſD", "never 0, 1, E, I, L, O or U"),
        ("PX-7K3M-29ßD", "never 0, 1, E, I, L, O or U"),
        ("PX-7K3M-2٩QD", "never 0, 1, E, I, L, O or U"),
        ("ZX-7K3M-29QD", "begins with PX or HX"),
        ("HX-7K3M-29QD", "mistyped or two are swapped"),
        ("PX-7K3M-92QD", "mistyped or two are swapped"),
    ],
)
def test_refusal_says_what_to_do(typed: str, advice: str) -> None:
    with pytest.raises(NotAPseudonym, match=advice):
        parse_pseudonym(typed)


@pytest.mark.parametrize("typed", ["Marta Quill", "Zack", "ZACKBRADYS", "PXZACKBRAD"])
def test_refusal_never_repeats_what_was_typed(typed: str) -> None:
    with pytest.raises(NotAPseudonym) as refusal:
        parse_pseudonym(typed)
    assert typed not in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "bounds"),
    [
        ("PX-7K", ("PX-7K", "PX-7L")),
        ("px7k", ("PX-7K", "PX-7L")),
        ("7k", ("PX-7K", "PX-7L")),
        ("p", ("P", "Q")),
        ("PX", ("PX", "PY")),
        ("PX-", ("PX", "PY")),
        ("hx 2", ("HX-2", "HX-3")),
        ("PX-7K3M2", ("PX-7K3M-2", "PX-7K3M-3")),
        ("PX-7K3M-", ("PX-7K3M", "PX-7K3N")),
        ("PX-79", ("PX-79", "PX-7A")),
        ("PX-7K3M-ZZ", ("PX-7K3M-ZZ", "PX-7K3N")),
        ("PX-ZZZZ", ("PX-ZZZZ", "PY")),
        ("", ("HX", "PY")),
    ],
)
def test_range_of_a_beginning(typed: str, bounds: tuple[str, str]) -> None:
    assert pseudonym_range(typed) == bounds


@settings(deadline=None)
@given(pseudonyms(), pseudonyms(), st.integers(0, 12))
def test_range_holds_what_begins_so_and_nothing_else(code: str, other: str, length: int) -> None:
    typed = code[:length]
    lower, upper = pseudonym_range(typed)
    assert lower <= code < upper
    assert (lower <= other < upper) == other.startswith(typed)


@settings(deadline=None)
@given(st.lists(pseudonyms(), min_size=2, max_size=5), st.integers(1, 12))
def test_range_is_the_same_where_dashes_do_not_sort(codes: list[str], length: int) -> None:
    lower, upper = (bound.replace("-", "") for bound in pseudonym_range(codes[0][:length]))
    for code in codes:
        assert (lower <= code.replace("-", "") < upper) == code.startswith(codes[0][:length])


@pytest.mark.parametrize("typed", ["PX-7O", "müller", "PX-7K3M-29QD-2", "7K3M-29QD-2"])
def test_range_of_what_cannot_begin_a_pseudonym_is_refused(typed: str) -> None:
    with pytest.raises(NotAPseudonym):
        pseudonym_range(typed)


def test_token_is_the_same_each_time_and_fits_a_url() -> None:
    token = derived_token(b"k" * 32, kind="invitation", id=ID)
    # HMAC-SHA256 as openssl computes it, the first 18 bytes.
    assert token == "YPltp4MSNfwJQ0yEaTceGqdT"


def test_token_differs_by_key_kind_and_id() -> None:
    tokens = {
        derived_token(b"k" * 32, kind="invitation", id=ID),
        derived_token(b"j" * 32, kind="invitation", id=ID),
        derived_token(b"k" * 32, kind="go", id=ID),
        derived_token(b"k" * 32, kind="invitation", id=UUID(int=ID.int + 1)),
    }
    assert len(tokens) == 4
    assert all(len(token) == 24 for token in tokens)


def test_token_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="secret key"):
        derived_token(b"", kind="go", id=ID)


def test_only_the_hash_is_stored() -> None:
    assert token_hash("abc") == hashlib.sha256(b"abc").digest()
    assert len(token_hash("broken \udcff address")) == 32
