"""Definitions: a document is loaded whole, or refused with sentences that say where and why."""

import copy
import dataclasses
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from surveys.conditions import FACTS
from surveys.definitions import InvalidDefinition, Text, builtin_document, check, load
from surveys.definitions.checking import MAX_PROBLEMS, SCHEMA_PATH

DOCS = SCHEMA_PATH.parents[2] / "docs" / "survey-definition.md"


def text(words: str = "Words") -> dict[str, Any]:
    return {"en": words}


def choice(code: str, **over: Any) -> dict[str, Any]:
    return {"code": code, "text": text(code), **over}


def question(key: str = "a", **over: Any) -> dict[str, Any]:
    return {"key": key, "type": "choice", "text": text(), "choices": [choice("yes"), choice("no")], **over}


def document(*questions: dict[str, Any], **over: Any) -> dict[str, Any]:
    pages = [{"id": "one", "questions": list(questions) or [question()]}]
    return {"schema": 1, "languages": ["en"], "title": text(), "pages": pages, "end": text(), **over}


def two_pages(first: dict[str, Any], second: dict[str, Any], **over: Any) -> dict[str, Any]:
    return document(pages=[{"id": "one", "questions": [first]}, {"id": "two", "questions": [second], **over}])


YES = {"question": "a", "op": "eq", "value": "yes"}
TEXT_QUESTION = {"key": "a", "type": "text", "text": text()}
ENDS = {"low": text(), "high": text()}


def test_the_smallest_document_is_taken() -> None:
    definition = load(document())
    assert [page.id for page in definition.pages] == ["one"]
    assert list(definition.questions["a"].codes) == ["yes", "no"]


def test_the_schema_is_a_valid_schema_and_takes_the_built_in_surveys() -> None:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(builtin_document("support_experience"))


def test_the_schema_alone_refuses_a_malformed_condition() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))
    assert not validator.is_valid(document(question(show_if={"question": "a", "op": "like", "value": "x"})))


def test_the_documentation_shows_a_valid_document_and_every_fact() -> None:
    page = DOCS.read_text(encoding="utf-8")
    example = page.split("```json\n")[1].split("```")[0]
    assert check(json.loads(example)) == []
    named = {row.split("`")[1] for row in page.splitlines() if row.startswith("| `") and row.count("|") == 4}
    assert set(FACTS) <= named


@pytest.mark.parametrize(
    ("wrong", "pointer", "words"),
    [
        ([], "", "an object"),
        (None, "", "an object"),
        ({}, "", "Add “schema”"),
        (document(schema=2), "/schema", "must be 1"),
        (document(schema=True), "/schema", "must be 1"),
        (document(extra=1), "", "Remove “extra”"),
        (document(languages=[]), "/languages", "not be empty"),
        (document(languages=["English"]), "/languages/0", "not allowed"),
        (document(languages=["en", "en"]), "/languages", "listed twice"),
        (document(untested=["es"]), "/untested/0", "not one of the languages"),
        (document(title={}), "/title", "not be empty"),
        (document(title={"en": 5}), "/title/en", "a text"),
        (document(title={"en": "Hi", "e": "Hi"}), "/title", "Remove “e”"),
        (document(title={"en": " "}), "/title", "Add the words in “en”"),
        (document(title={"en": "Hi", "es": "Hola"}), "/title/es", "not one of the languages"),
        (document(title={"es": "Hola"}, languages=["en", "es"]), "/title", "Add the words in “en”"),
        (document(title={"en": "Hi", "by": {"caregiver": {}}}), "/title/by/caregiver", "not be empty"),
        (document(title={"en": "Hi", "by": {"doctor": {"en": "Hi"}}}), "/title/by", "Remove “doctor”"),
        (document(title={"en": "Hi {name}"}), "/title/en", "only for these fill-ins"),
        (document(title={"en": "Hi {program.secret}"}), "/title/en", "only for these fill-ins"),
        (document(title={"en": "Hi {{program}}"}), "/title/en", "only for these fill-ins"),
        (document(title={"en": "x" * 4001}), "/title/en", "at most 4000"),
        (document(title={"en": "a\x00b"}), "/title/en", "cannot be stored"),
        (document(title={"en": "a\ud800b"}), "/title/en", "cannot be stored"),
        (document(pages=[]), "/pages", "not be empty"),
        (document(pages=[{"id": "one"}]), "/pages", "at least one question"),
        (document(pages=[{"id": "one", "questions": [question()]}, {"id": "one"}]), "/pages", "used twice"),
        (document(question(), question()), "/pages", "used twice"),
        (document(question("_token")), "/pages/0/questions/0/key", "not allowed"),
        (document(question("Key")), "/pages/0/questions/0/key", "not allowed"),
        (document(question("key\n")), "/pages/0/questions/0/key", "not allowed"),
        (document(question("a" * 41)), "/pages/0/questions/0/key", "not allowed"),
        (document(question("a__other")), "/pages/0/questions/0/key", "“__”"),
        (document(question("a_")), "/pages/0/questions/0/key", "“__”"),
        (document(question(type="slider")), "/pages/0/questions/0/type", "Use one of"),
        (document(question(choices=[choice("yes")])), "/pages/0/questions/0/choices", "at least two"),
        (document(question(choices=[choice("a"), choice("a")])), "/pages/0/questions/0/choices", "used twice"),
        (
            document(question(choices=[choice("a", other=True), choice("b", other=True)])),
            "/pages/0/questions/0/choices",
            "one",
        ),
        (
            document(question(choices=[choice("a"), choice("b", exclusive=True)])),
            "/pages/0/questions/0/choices",
            "exclusive",
        ),
        (
            document(question(choices=[choice("a"), choice("b", na=True, score=5)])),
            "/pages/0/questions/0/choices",
            "both",
        ),
        (
            document(question(choices=[choice("a"), choice("b", score=101)])),
            "/pages/0/questions/0/choices/1/score",
            "range",
        ),
        (
            document(question(choices=[choice("a"), choice("b", score=True)])),
            "/pages/0/questions/0/choices/1/score",
            "number",
        ),
        (
            document(question(type="scale", choices=[choice("a"), choice("b", na=True)])),
            "/pages/0/questions/0/choices",
            "steps",
        ),
        (
            document(question(type="multi", choices=[choice("a"), choice("b", score=1)])),
            "/pages/0/questions/0/choices",
            "score",
        ),
        (document(question(scale="ease")), "/pages/0/questions/0/scale", "There is no scale"),
        (document(question(scale=ENDS)), "/pages/0/questions/0/scale", "cannot be used"),
        (document({"key": "a", "type": "recommend", "text": text()}), "/pages/0/questions/0/scale", "both ends"),
        (document({**TEXT_QUESTION, "choices": [choice("a")]}), "/pages/0/questions/0/choices", "no choices"),
        (
            document({**TEXT_QUESTION, "validate": {"max_length": 0}}),
            "/pages/0/questions/0/validate/max_length",
            "range",
        ),
        (
            document({**TEXT_QUESTION, "validate": {"kind": "phone"}}),
            "/pages/0/questions/0/validate/kind",
            "cannot be used",
        ),
        (document(question(tags={"pillar": "speed"})), "/pages/0/questions/0/tags/pillar", "Use one of"),
        (document(question(show_if=YES)), "/pages/0/questions/0/show_if/question", "asked earlier"),
        (document(question(show_if=[])), "/pages/0/questions/0/show_if", "must be an object"),
        (two_pages(question("b", show_if=YES), question()), "/pages/0/questions/0/show_if/question", "asked earlier"),
        (
            two_pages(question(), question("b"), show_if={**YES, "value": "maybe"}),
            "/pages/1/show_if/value",
            "no answer",
        ),
        (two_pages(question("b"), question(), show_if=YES), "/pages/1/show_if/question", "asked earlier"),
        (
            document(question(choices=[choice("yes", score=0, score_if=YES), choice("no")])),
            "/pages/0/questions/0/choices/0/score_if",
            "Only facts",
        ),
        (
            document(end_notes=[{"show_if": {"fact": "moon", "op": "answered"}, "text": text()}]),
            "/end_notes/0/show_if/fact",
            "no fact",
        ),
    ],
)
def test_a_wrong_document_is_named(wrong: Any, pointer: str, words: str) -> None:
    problems = check(wrong)
    assert [problem for problem in problems if problem.pointer == pointer and words in problem.message], problems
    with pytest.raises(InvalidDefinition) as refused:
        load(wrong)
    assert refused.value.problems == problems


def test_a_score_can_be_used_only_after_its_question() -> None:
    rated = {"key": "a", "type": "recommend", "text": text(), "scale": ENDS}
    low = {"score": "a", "op": "le", "value": 60}
    assert check(two_pages(rated, question("b", show_if=low))) == []
    assert check(two_pages(question("b", show_if=low), rated))
    assert check(two_pages(rated, question("b", show_if={**low, "score": "pillar.quality"})))


def nested(depth: int, *, into: str) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value] if into == "list" else {"not": value}
    return value


def shared_references(levels: int) -> Any:
    value: Any = ["lol"] * 10
    for _ in range(levels):
        value = [value] * 10
    return value


@pytest.mark.parametrize(
    "hostile",
    [
        nested(100_000, into="list"),
        nested(100_000, into="object"),
        document(question(show_if=nested(20_000, into="object"))),
        shared_references(9),
        document(title={"en": "x" * 5_000_000}),
        document(pages=[{"id": "one", "questions": [question(f"q{i}") for i in range(30)]}] * 200),
        document(pages=[{}] * 200),
        document(question(choices=[choice(f"c{i}") for i in range(190)])),
        document(**{"k" * 1_000_000: 1}),
        document(schema=10**6000),
        document(schema=float("inf")),
        document(title={1: "x"}),
        document(title={"en", "es"}),
        document(title=b"bytes"),
        document(title=object()),
    ],
    ids=range(15),
)
def test_a_hostile_document_is_refused_quickly_in_few_words(hostile: Any) -> None:
    begun = time.perf_counter()
    problems = check(hostile)
    assert time.perf_counter() - begun < 1
    assert 1 <= len(problems) <= MAX_PROBLEMS
    assert all(len(problem.message) < 300 for problem in problems)


WORDS = [
    "schema",
    "languages",
    "title",
    "pages",
    "end",
    "id",
    "questions",
    "key",
    "type",
    "text",
    "choices",
    "code",
    "en",
]
ANY_JSON = st.recursive(
    st.sampled_from([None, True, 1, -1, 1.5, float("nan"), "", "en", "a", "choice", "scale", "{", "a\x00", 10**20]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(ANY_JSON)
def test_any_json_is_checked_without_an_exception(anything: Any) -> None:
    assert check(anything)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


FOLLOW_UP = builtin_document("outcome_follow_up")
PLACES = places(FOLLOW_UP)[1:]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PLACES), ANY_JSON)
def test_a_document_damaged_anywhere_is_loaded_or_refused(path: tuple[Any, ...], damage: Any) -> None:
    damaged = copy.deepcopy(FOLLOW_UP)
    parent = damaged
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = damage
    if not check(damaged):
        assert load(damaged).pages


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_changes_nothing(random: Any) -> None:
    def mixed(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: mixed(node[key]) for key in random.sample(list(node), len(node))}
        return [mixed(item) for item in node] if isinstance(node, list) else node

    first, second = load(FOLLOW_UP), load(mixed(FOLLOW_UP))
    assert list(first.questions) == list(second.questions)
    for key, asked in first.questions.items():
        assert list(asked.codes) == list(second.questions[key].codes)
        assert asked.show_if == second.questions[key].show_if


def test_a_definition_cannot_be_changed_and_shares_nothing_with_its_document() -> None:
    notes = [{"show_if": copy.deepcopy(YES), "text": text()}]
    source = document(question(), question("b", show_if=copy.deepcopy(YES)), end_notes=notes)
    definition = load(source)
    notes[0]["show_if"]["value"] = "no"
    source["pages"][0]["questions"][1]["show_if"]["value"] = "no"
    source["title"]["en"] = "Changed"
    assert definition.questions["b"].show_if == YES
    assert definition.end_notes[0].show_if == YES
    assert definition.title.render(language="en") == "Words"
    with pytest.raises(dataclasses.FrozenInstanceError):
        definition.questions["a"].key = "z"  # type: ignore[misc]
    with pytest.raises(TypeError):
        definition.questions["z"] = definition.questions["a"]  # type: ignore[index]


def test_scale_steps_are_equal_from_100_to_0_and_leave_out_what_stands_apart() -> None:
    steps = [choice("a"), choice("b"), choice("zero", score=0), choice("c"), choice("d"), choice("none", na=True)]
    asked = load(document(question(type="scale", choices=steps))).questions["a"]
    assert [asked.codes[code].score for code in "abcd"] == pytest.approx([100, 200 / 3, 100 / 3, 0])
    assert asked.codes["zero"].score == 0
    assert asked.codes["none"].score is None


def test_a_shared_scale_comes_before_the_choices_of_the_question() -> None:
    shared = {"ease": [choice("easy"), choice("hard")]}
    raw = {"key": "a", "type": "scale", "text": text(), "scale": "ease", "choices": [choice("none", na=True)]}
    asked = load(document(raw, scales=shared)).questions["a"]
    assert [(each.code, each.score) for each in asked.choices] == [("easy", 100), ("hard", 0), ("none", None)]


def test_a_recommend_question_offers_0_to_10() -> None:
    asked = load(document({"key": "a", "type": "recommend", "text": text(), "scale": ENDS})).questions["a"]
    assert [each.code for each in asked.choices] == [str(number) for number in range(11)]
    assert asked.scale
    assert asked.scale.low.render(language="en") == "Words"


WORDING = Text.read(
    {
        "en": "Call {program} at {phone}",
        "es": "Llame a {program}",
        "by": {"caregiver": {"en": "You call", "es": "Usted llame"}},
    },
    first_language="en",
)


@pytest.mark.parametrize(
    ("language", "respondent", "words"),
    [
        ("en", "patient", "Call Bridge at {program}"),
        ("es", "patient", "Llame a Bridge"),
        ("es-MX", "patient", "Llame a Bridge"),
        ("fr", "patient", "Call Bridge at {program}"),
        ("es", "caregiver", "Usted llame"),
        ("fr", "caregiver", "You call"),
        ("es", "hcp", "Llame a Bridge"),
        ("es", "nobody", "Llame a Bridge"),
    ],
)
def test_a_text_is_rendered_for_its_reader(language: str, respondent: str, words: str) -> None:
    fills = {"program": "Bridge", "phone": "{program}"}
    assert WORDING.render(language=language, respondent=respondent, fills=fills) == words


def test_a_missing_fill_in_leaves_nothing_behind() -> None:
    assert WORDING.render(language="en", fills={"program": "Bridge"}) == "Call Bridge at"
