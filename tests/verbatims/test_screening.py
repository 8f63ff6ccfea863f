"""The lexicon finds what must be found, orders, drops nothing, and costs little."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatims.lexicon import CRISIS, LABELS, WEIGHTS
from verbatims.screening import marks, screen

LINES = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
PAIRS = [tuple(part.strip() for part in line.split("|", 1)) for line in LINES if line and not line.startswith("#")]
FOUND = 15  # points: something that is not taken back


def of(kind: str) -> list[str]:
    return [text for each, text in PAIRS if each == kind]


def test_the_table_is_large_enough_and_holds_both_languages():
    assert len(PAIRS) >= 200
    assert sum("ñ" in text or "ó" in text or "é" in text for _, text in PAIRS) >= 20


def test_events_are_found():
    missed = [text for text in of("event") if screen(text).rank < FOUND]
    assert len(missed) <= 0.05 * len(of("event")), missed


@pytest.mark.parametrize("text", of("crisis"))
def test_every_crisis_is_found(text: str):
    found = screen(text)
    assert found.is_crisis
    assert found.rank >= WEIGHTS["danger"] // 2


def test_every_crisis_is_found_in_capitals_and_without_accents():
    plain = str.maketrans("áéíóúñ", "aeioun")
    for text in of("crisis"):
        assert screen(text.upper()).is_crisis, text
        assert screen(text.translate(plain)).is_crisis, text


def test_what_is_about_the_service_ranks_low_and_pages_nobody():
    assert [text for text in (*of("none"), *of("event")) if screen(text).is_crisis] == []
    assert sum(screen(text).rank == 0 for text in of("none")) >= 0.8 * len(of("none"))


@pytest.mark.parametrize(
    ("denied", "said"),
    [
        ("I had no rash", "I had a rash"),
        ("never felt dizzy", "felt dizzy"),
        ("no tuve mareos", "tuve mareos"),
        ("sin fiebre", "con fiebre"),
        ("not suicidal", "suicidal"),
    ],
)
def test_a_denied_finding_ranks_lower_and_never_at_nothing(denied: str, said: str):
    assert 0 < screen(denied).rank < screen(said).rank


@pytest.mark.parametrize("text", ["I am not suicidal", "No tengo pensamientos suicidas", "never thought of suicide"])
def test_no_denial_silences_a_crisis(text: str):
    found = screen(text)
    assert found.is_crisis
    assert found.rank >= WEIGHTS[CRISIS] // 2


@pytest.mark.parametrize(
    "text",
    ["never had such pain", "No, I feel dizzy", "no one told me. Rash everywhere", "not sure if the rash is normal"],
)
def test_a_negation_of_something_else_takes_nothing_back(text: str):
    assert screen(text).rank >= 30


def test_product_names_count_too():
    assert screen("I take Zumivra", products=["Zumivra"]).terms == ("product",)
    assert screen("I take zumivra pén", products=["Zumivra Pen"]).terms == ("product",)
    assert screen("I take Zumivra").terms == ()


def test_marks_are_pieces_of_the_text():
    text = "No rash. Pero tengo náuseas, and I'm dizzzzy"
    found = {text[mark.start : mark.end]: (mark.term, mark.is_negated) for mark in marks(text)}
    assert found["rash"] == ("symptom", True)
    assert found["náuseas"] == ("symptom", False)
    assert found["dizzzzy"] == ("symptom", False)


def test_every_finding_has_words_and_a_weight():
    assert LABELS.keys() == WEIGHTS.keys()


WORDS = [text for _, text in PAIRS]
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join))


@given(texts)
def test_any_text_is_screened(text: str):
    found = screen(text)
    assert found.rank >= 0
    assert (found.rank == 0) == (found.terms == ())
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks(text))


@given(texts, texts)
def test_more_text_never_lowers_the_rank(text: str, more: str):
    for between in (" ", ". ", "\n"):
        longer = screen(text + between + more)
        shorter = screen(text)
        assert longer.rank >= shorter.rank
        assert longer.is_crisis >= shorter.is_crisis


@pytest.mark.parametrize(
    "text",
    [
        " ".join(WORDS)[:10_000],
        "x" * 10_000,
        "pain " * 2000,
        "I was told that it would arrive on Tuesday and it never did. " * 160,
        "a'" * 5000,
        "not " * 2500,
    ],
    ids=["everything", "one word", "one finding", "prose", "apostrophes", "negations"],
)
def test_ten_thousand_characters_take_little(text: str):
    def once() -> float:
        start = time.process_time()
        screen(text)
        return time.process_time() - start

    assert min(once() for _ in range(20)) < 0.02  # 5 ms where nothing else runs; what counts is that nothing explodes
    assert screen(text * 2).rank >= screen(text).rank


def test_ten_times_the_text_takes_about_ten_times_as_long():
    def cost(text: str) -> float:
        times = []
        for _ in range(7):
            start = time.process_time()
            screen(text)
            times.append(time.process_time() - start)
        return min(times)

    text = " ".join(WORDS)
    assert cost(text * 10) < 30 * cost(text)
