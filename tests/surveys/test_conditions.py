"""Conditions: what holds, what is refused, and how they are said."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.conditions import MAX_DEPTH, MAX_NODES, check_condition, holds, in_words, questions_in, reasons
from surveys.definitions import Definition, builtin_document, load

CASES = json.loads((Path(__file__).parent / "condition_cases.json").read_text(encoding="utf-8"))

NAMES = st.sampled_from(["prepared", "suggest", "missing", "stage", "shipped", "gone"])
SCALARS = st.one_of(st.sampled_from(["yes", "no", "costs"]), st.integers(-2, 12), st.booleans(), st.floats(0, 100))
OPS_WITH_VALUE = st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "contains"])
SOURCES = st.sampled_from(["question", "score", "fact"])
LEAVES = st.one_of(
    st.builds(lambda s, n, o: {s: n, "op": o}, SOURCES, NAMES, st.sampled_from(["answered", "not_answered"])),
    st.builds(lambda s, n, o, v: {s: n, "op": o, "value": v}, SOURCES, NAMES, OPS_WITH_VALUE, SCALARS),
    st.builds(
        lambda s, n, o, v: {s: n, "op": o, "value": v},
        SOURCES,
        NAMES,
        st.sampled_from(["in", "not_in"]),
        st.lists(SCALARS, min_size=1, max_size=3),
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda kind, parts: {kind: parts}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)
        ),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)
VALUES = st.dictionaries(NAMES, st.one_of(SCALARS, st.none(), st.lists(SCALARS, max_size=3)), max_size=5)
JSON = st.recursive(
    st.sampled_from([None, True, 0, -1.5, float("nan"), 10**400, "", "eq", "in", "lt", "answered", "prepared"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["all", "any", "not", "question", "score", "fact", "op", "value", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def survey() -> Definition:
    return load(builtin_document("support_experience"))


def shuffled(node: Any) -> Any:
    """Return the same tree with the keys of every object in reverse order."""
    if isinstance(node, dict):
        return {key: shuffled(value) for key, value in reversed(node.items())}
    return [shuffled(item) for item in node] if isinstance(node, list) else node


def negation(tree: Any) -> Any:
    """Return the opposite by De Morgan's laws, with `not` around comparisons only."""
    if "all" in tree:
        return {"any": [negation(part) for part in tree["all"]]}
    if "any" in tree:
        return {"all": [negation(part) for part in tree["any"]]}
    return tree.get("not", {"not": tree})


def where(**values: Any) -> dict[str, Any]:
    return {"answers": {}, "scores": {}, "facts": {}, **values}


def test_every_shared_case() -> None:
    values = ("answers", "scores", "facts")
    found = {case["name"]: holds(case["condition"], **{name: case[name] for name in values}) for case in CASES}
    assert [case["name"] for case in CASES if found[case["name"]] is not case["expected"]] == []


def test_shared_cases_are_many_distinct_and_well_formed() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 200
    storable = [case for case in CASES if not case["name"].startswith(("odd: ", "generated: "))]
    assert len(storable) >= 150
    assert [
        case["name"] for case in storable if "fact" not in str(case["condition"]) and check_condition(case["condition"])
    ] == []


@settings(max_examples=40, deadline=None)
@given(TREES, VALUES, VALUES, VALUES)
def test_order_of_keys_changes_nothing(tree: Any, answers: Any, scores: Any, facts: Any) -> None:
    given_values = where(answers=answers, scores=scores, facts=facts)
    assert holds(tree, **given_values) is holds(shuffled(tree), **given_values)
    mirrored = {name: shuffled(values) for name, values in given_values.items()}
    assert holds(tree, **given_values) is holds(tree, **mirrored)


@settings(max_examples=40, deadline=None)
@given(TREES, VALUES, VALUES, VALUES)
def test_negation_obeys_de_morgan(tree: Any, answers: Any, scores: Any, facts: Any) -> None:
    given_values = where(answers=answers, scores=scores, facts=facts)
    assert holds(tree, **given_values) is not holds(negation(tree), **given_values)


@settings(max_examples=40, deadline=None)
@given(TREES, VALUES, VALUES, VALUES)
def test_reasons_are_given_exactly_when_the_condition_holds(tree: Any, answers: Any, scores: Any, facts: Any) -> None:
    given_values = where(answers=answers, scores=scores, facts=facts)
    found = reasons(tree, **given_values)
    assert bool(found) is holds(tree, **given_values)
    for reason in found:
        leaf = {key: value for key, value in reason.items() if key not in ("actual", "holds")}
        assert holds(leaf, **given_values) is reason["holds"]


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_json_is_checked_said_and_evaluated(tree: Any) -> None:
    problems = check_condition(tree)
    assert all(problem.message.endswith(".") for problem in problems)
    assert holds(tree, **where()) in (True, False)
    assert in_words(tree)
    assert isinstance(questions_in(tree), set)


def test_reasons_name_the_leaf_and_what_was_found() -> None:
    tree = {
        "all": [
            {"question": "howto", "op": "eq", "value": "not_shown"},
            {
                "any": [
                    {"fact": "shipped", "op": "eq", "value": True},
                    {"fact": "days_to_first_dose", "op": "le", "value": 3},
                ]
            },
            {"not": {"question": "callme", "op": "answered"}},
        ]
    }
    found = reasons(tree, answers={"howto": "not_shown"}, scores={}, facts={"shipped": False, "days_to_first_dose": 2})
    assert found == [
        {"question": "howto", "op": "eq", "value": "not_shown", "actual": "not_shown", "holds": True},
        {"fact": "days_to_first_dose", "op": "le", "value": 3, "actual": 2, "holds": True},
        {"question": "callme", "op": "answered", "actual": None, "holds": False},
    ]


@pytest.mark.parametrize("tree", [{"all": []}, {"any": []}, {"not": {"any": []}}, [], None])
def test_what_belongs_in_no_tree_is_called_unreadable(tree: Any) -> None:
    assert in_words(tree).endswith("something unreadable")


def test_questions_are_found_at_every_depth() -> None:
    tree = {"not": {"any": [{"question": "a", "op": "answered"}, {"all": [{"question": "b", "op": "answered"}]}]}}
    assert questions_in(tree) == {"a", "b"}


@pytest.mark.parametrize(
    ("tree", "pointer", "words"),
    [
        ([], "", "must be an object"),
        ({}, "", "exactly one of"),
        ({"all": []}, "/all", "one or more"),
        ({"any": {"not": 1}}, "/any", "one or more"),
        ({"not": 7}, "/not", "must be an object"),
        ({"all": [{"question": "prepared", "op": "answered"}], "any": []}, "", "exactly one of"),
        ({"question": "prepared", "score": "prepared", "op": "eq", "value": "no"}, "", "exactly one of"),
        ({"question": "prepared", "op": "like", "value": "n.*"}, "/op", "Use one of these"),
        ({"question": "prepared", "op": ["eq"], "value": "no"}, "/op", "Use one of these"),
        ({"question": ["prepared"], "op": "eq", "value": "no"}, "/question", "must be a name"),
        ({"question": "prepared", "op": "eq"}, "", "needs a “value”"),
        ({"question": "prepared", "op": "answered", "value": 1}, "", "Remove “value”"),
        ({"question": "prepared", "op": "eq", "value": "no", "note": ""}, "", "Remove “note”"),
        ({"question": "prepared", "op": "in", "value": "no"}, "/value", "needs a list"),
        ({"question": "prepared", "op": "in", "value": []}, "/value", "needs a list"),
        ({"question": "prepared", "op": "in", "value": ["no", None]}, "/value/1", "A value must be"),
        ({"question": "suggest", "op": "lt", "value": "3"}, "/value", "needs a number"),
        ({"question": "suggest", "op": "lt", "value": True}, "/value", "needs a number"),
        ({"question": "suggest", "op": "lt", "value": float("nan")}, "/value", "needs a number"),
        ({"question": "prepared", "op": "eq", "value": "x" * 201}, "/value", "A value must be"),
        ({"question": "gone", "op": "answered"}, "/question", "There is no question “gone”"),
        ({"question": "prepared", "op": "eq", "value": "maybe"}, "/value", "has no answer “maybe”"),
        ({"question": "prepared", "op": "eq", "value": True}, "/value", "has no answer"),
        ({"question": "prepared", "op": "lt", "value": 3}, "/op", "cannot be used"),
        ({"question": "missing", "op": "eq", "value": "costs"}, "/op", "cannot be used"),
        ({"question": "missing", "op": "contains", "value": "nope"}, "/value", "has no answer"),
        ({"question": "prepared", "op": "contains", "value": "no"}, "/op", "cannot be used"),
        ({"question": "words", "op": "eq", "value": "bad"}, "/op", "cannot be used"),
        ({"question": "contact_number", "op": "eq", "value": "5"}, "/op", "cannot be used"),
        ({"question": "suggest", "op": "eq", "value": 11}, "/value", "0 to 10"),
        ({"question": "suggest", "op": "eq", "value": "7"}, "/value", "0 to 10"),
        ({"question": "prepared__other", "op": "answered"}, "/question", "There is no question"),
        ({"question": "missing__other", "op": "eq", "value": "x"}, "/op", "cannot be used"),
        ({"score": "gone", "op": "lt", "value": 3}, "/score", "There is no score"),
        ({"score": "suggest", "op": "eq", "value": "x"}, "/value", "with a number"),
        ({"fact": "weather", "op": "answered"}, "/fact", "There is no fact"),
        ({"fact": "shipped", "op": "eq", "value": "yes"}, "/value", "with true or false"),
        ({"fact": "shipped", "op": "lt", "value": 1}, "/op", "cannot be used"),
        ({"fact": "stage", "op": "eq", "value": 3}, "/value", "with a text"),
        ({"fact": "days_to_first_dose", "op": "eq", "value": False}, "/value", "with a number"),
    ],
)
def test_a_wrong_condition_is_named(survey: Definition, tree: Any, pointer: str, words: str) -> None:
    [problem] = check_condition(tree, definition=survey)
    assert problem.pointer == pointer
    assert words in problem.message


def test_a_right_condition_has_no_problem(survey: Definition) -> None:
    tree = {
        "all": [
            {"question": "prepared", "op": "in", "value": ["no", "yes"]},
            {"question": "missing", "op": "contains", "value": "costs"},
            {"question": "missing__other", "op": "answered"},
            {"question": "suggest", "op": "le", "value": 3},
            {"score": "pillar.quality", "op": "lt", "value": 50.5},
            {"fact": "stage", "op": "not_in", "value": ["enrolled"]},
        ]
    }
    assert check_condition(tree, definition=survey) == []


def test_a_question_must_be_asked_earlier(survey: Definition) -> None:
    tree = {"question": "suggest", "op": "le", "value": 3}
    assert check_condition(tree, definition=survey, only={"suggest"}) == []
    [problem] = check_condition(tree, definition=survey, only={"prepared"})
    assert "asked earlier" in problem.message
    [problem] = check_condition(
        {"score": "pillar.quality", "op": "lt", "value": 3}, definition=survey, only={"suggest"}
    )
    assert "asked earlier" in problem.message


def test_deep_and_large_trees_are_refused_quickly() -> None:
    deep: Any = {"question": "a", "op": "answered"}
    for _ in range(5000):
        deep = {"not": deep}
    wide = {"all": [{"question": "a", "op": "answered"}] * 200_000}
    begun = time.perf_counter()
    assert "levels deep" in check_condition(deep)[0].message
    [problem] = check_condition(wide)
    assert str(MAX_NODES) in problem.message
    assert time.perf_counter() - begun < 1


def test_depth_up_to_the_limit_is_taken() -> None:
    tree: Any = {"question": "a", "op": "answered"}
    for _ in range(MAX_DEPTH - 1):
        tree = {"not": tree}
    assert check_condition(tree) == []
    assert check_condition({"not": tree}) != []


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (
            {"question": "prepared", "op": "eq", "value": "no"},
            "“Right now, do you feel prepared to start your treatment?” is “No”",
        ),
        (
            {"question": "listen", "op": "in", "value": ["sometimes", "never"]},
            "“How often did the people at the program listen to what matters to you?” is “Sometimes” or “Never”",
        ),
        (
            {"question": "prepared", "op": "not_in", "value": ["yes", "no"]},
            "“Right now, do you feel prepared to start your treatment?” is neither “Yes” nor “No”",
        ),
        (
            {"question": "missing", "op": "contains", "value": "unsure"},
            "“What is still missing?” includes “I feel unsure”",
        ),
        ({"question": "missing__other", "op": "answered"}, "the text beside “What is still missing?” is answered"),
        ({"score": "pillar.quality", "op": "lt", "value": 50}, "the quality score is less than 50"),
        ({"score": "index.experience", "op": "ge", "value": 62.5}, "the experience index is at least 62.5"),
        ({"fact": "shipped", "op": "eq", "value": True}, "the medicine has shipped"),
        ({"fact": "stage", "op": "ne", "value": "enrolled"}, "the stage of the journey is not “enrolled”"),
        ({"fact": "days_to_first_dose", "op": "not_answered"}, "the number of days until the first dose is not known"),
        ({"not": {"fact": "shipped", "op": "eq", "value": True}}, "it is not true that the medicine has shipped"),
        (
            {
                "all": [
                    {"fact": "first_fill", "op": "eq", "value": True},
                    {
                        "any": [
                            {"fact": "shipped", "op": "eq", "value": True},
                            {"fact": "partner", "op": "eq", "value": "b"},
                        ]
                    },
                ]
            },
            "the first fill has been reached and (the medicine has shipped or the partner is “b”)",
        ),
    ],
)
def test_a_condition_is_said_in_plain_english(survey: Definition, tree: Any, words: str) -> None:
    assert in_words(tree, definition=survey) == words


def test_questions_are_quoted_in_the_language_of_the_reader(survey: Definition) -> None:
    said = in_words({"question": "settled", "op": "eq", "value": "partly"}, definition=survey, language="es")
    assert said == "“settled” is “partly”"
    said = in_words({"question": "callme", "op": "eq", "value": "yes"}, definition=survey, language="es")
    assert said.endswith("is “Sí, por favor”")
