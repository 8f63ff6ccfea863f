"""The cases that every evaluator of conditions must pass, and what a page is told so that its twin can show at once.

`python -m tests.surveys.test_twin` writes the generated part of condition_cases.json again.
"""

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from surveys.answers import effective_answers, read_page, visible_questions
from surveys.answers.visibility import item_scores
from surveys.conditions import FALSE, OPS, TRUE, holds, leaves, residual
from surveys.conditions.evaluation import branches
from surveys.definitions import BUILTIN_KEYS, Definition, Page, builtin_document, load
from surveys.logic import live_page

PATH = Path(__file__).parent / "condition_cases.json"
CASES: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))
GENERATED = "generated: "
SOURCES = {"question": "answers", "score": "scores", "fact": "facts"}
SCRIPT = PATH.parents[2] / "static" / "js" / "conditions.js"

WORDS = ["a", "b", "ñ", "1", "🙂"]
NUMBERS = [-1, 0, 0.5, 1, 1.0, 7, 10]
SCALARS = st.sampled_from([*WORDS, *NUMBERS, True, False])
ACTUALS = st.one_of(
    SCALARS, st.sampled_from([None, "", []]), st.lists(st.sampled_from([*WORDS, 1, True]), min_size=1, max_size=3)
)
NAMES = st.sampled_from(["q", "q__other", "constructor"])


def _leaf(source: str, name: str, op: str, one: object, several: list[object]) -> dict[str, Any]:
    if op in ("answered", "not_answered"):
        return {source: name, "op": op}
    return {source: name, "op": op, "value": several if op in ("in", "not_in") else one}


LEAVES = st.builds(
    _leaf,
    st.sampled_from(sorted(SOURCES)),
    NAMES,
    st.sampled_from(sorted(OPS)),
    SCALARS,
    st.lists(SCALARS, min_size=1, max_size=3),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=5,
)
VALUES = st.dictionaries(NAMES, ACTUALS, max_size=3)
GIVEN = st.fixed_dictionaries({"condition": TREES, "answers": VALUES, "scores": VALUES, "facts": VALUES})


def evaluated(case: dict[str, Any]) -> bool:
    return holds(case["condition"], **{name: case[name] for name in SOURCES.values()})


def kind_of(value: object) -> str:
    if isinstance(value, list):
        return "list" if value else "empty list"
    return "empty text" if value == "" else type(value).__name__


def features(case: dict[str, Any]) -> set[tuple[object, ...]]:
    """Return what one case shows: which op of which kinds gives what, and what each branch makes of its parts."""
    values = {name: case[name] for name in SOURCES.values()}
    found: set[tuple[object, ...]] = {("whole", branches(case["condition"]) is None, evaluated(case))}
    for leaf in leaves(case["condition"]):
        source = next(each for each in SOURCES if each in leaf)
        actual, result = case[SOURCES[source]].get(leaf[source]), holds(leaf, **values)
        found |= {("from", source, leaf["op"], result), ("kinds", leaf["op"], kind_of(actual), result)}
        if leaf["op"] not in ("in", "not_in", "answered", "not_answered"):
            found.add(("pair", leaf["op"], kind_of(actual), kind_of(leaf["value"]), result))
    for kind, parts in _branches(case["condition"]):
        found.add(("branch", kind, tuple(holds(part, **values) for part in parts)))
    return found


def _branches(node: object) -> Iterator[tuple[str, tuple[object, ...]]]:
    branch = branches(node)
    if branch:
        yield branch
        for part in branch[1]:
            yield from _branches(part)


def generated(examples: int) -> list[dict[str, Any]]:
    """Return the cases that show something which no earlier one showed; the same at every run."""
    kept: list[dict[str, Any]] = []
    seen: set[tuple[object, ...]] = set()

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(GIVEN)
    def look(case: dict[str, Any]) -> None:
        new = features(case) - seen
        if new:
            seen.update(new)
            kept.append(case)

    look()
    return kept


def _write() -> None:
    mine = [case for case in CASES if not case["name"].startswith(GENERATED)]
    made = [
        {"name": f"{GENERATED}{number}", **case, "expected": evaluated(case)}
        for number, case in enumerate(generated(30_000), 1)
    ]
    lines = ",\n  ".join(json.dumps(case, ensure_ascii=False) for case in [*mine, *made])
    PATH.write_text(f"[\n  {lines}\n]\n", encoding="utf-8")


@cache
def definition_of(key: str) -> Definition:
    return load(builtin_document(key))


def some_answers(definition: Definition, dice: random.Random) -> dict[str, Any]:
    """Return answers to about half of the questions, whether they show or not."""
    found: dict[str, Any] = {}
    for question in definition.questions.values():
        codes = list(question.codes)
        if dice.random() < 0.5:
            continue
        match str(question.type):
            case "multi":
                found[question.key] = [code for code in codes if dice.random() < 0.4] or [dice.choice(codes)]
            case "recommend":
                found[question.key] = dice.randrange(11)
            case "text" | "contact":
                found[question.key] = True
            case _:
                found[question.key] = dice.choice(codes)
        if question.other and dice.random() < 0.5:
            found[question.other_key] = True
    return found


def some_facts(dice: random.Random) -> dict[str, Any]:
    facts: dict[str, Any] = {"stage": "enrolled", "days_to_first_dose": dice.randrange(-5, 20)}
    facts |= {name: dice.random() < 0.5 for name in ("shipped", "first_fill", "started", "respondent_known")}
    return {name: value for name, value in facts.items() if dice.random() < 0.7}


def _text(words: str) -> dict[str, str]:
    return {"en": words}


def _choices(*codes: str, **over: Any) -> list[dict[str, Any]]:
    return [{"code": code, "text": _text(code), **over.get(code, {})} for code in codes]


def _question(key: str, kind: str = "choice", **over: Any) -> dict[str, Any]:
    codes = {"choices": _choices("yes", "no")} if kind == "choice" else {}
    return {"key": key, "type": kind, "text": _text(key), **codes, **over}


def entwined_document() -> dict[str, Any]:
    """Return a survey whose one page shows and hides in every way: chains, scores, facts, earlier and later answers."""
    costs = {"low": {"score": 10}, "mid": {"score": 50}, "fill": {"score": 0, "score_if": _fact("first_fill")}}
    several = _choices("a", "b", "none", "else", none={"exclusive": True}, **{"else": {"other": True}})
    page = [
        _question("pick", choices=[*_choices("low", "mid", "fill", **costs), *_choices("own", own={"other": True})]),
        _question("likely", "recommend", scale={"low": _text("low"), "high": _text("high")}),
        _question("many", "multi", choices=several, show_if=_asks("pick", "in", ["low", "own"])),
        _question("words", "text", show_if=_asks("many", "contains", "else")),
        _question("why", show_if={"any": [_asks("many__other", "answered"), _asks("words", "answered")]}),
        _question("score", show_if={"score": "pick", "op": "lt", "value": 30}),
        _question("unsure", show_if={"score": "likely", "op": "le", "value": 60}),
        _question("both", show_if={"all": [_asks("likely", "ge", 7), {"not": _asks("pick", "eq", "mid")}]}),
        _question("before", show_if={"all": [_asks("first", "eq", "no"), _asks("pick", "answered")]}),
        _question("lower", show_if={"any": [{"score": "first", "op": "ge", "value": 50}, _asks("why", "eq", "yes")]}),
        _question("shipped", show_if={"any": [_fact("shipped"), _asks("likely", "not_answered")]}),
        _question("constructor", show_if={"not": {"any": [_fact("started"), _asks("both", "ne", "yes")]}}),
        _question("last", show_if=_asks("constructor", "not_answered")),
    ]
    first = _question("first", choices=_choices("yes", "no", yes={"score": 100}, no={"score": 0}))
    pages = [{"id": "one", "questions": [first]}, {"id": "two", "questions": page}]
    return {"schema": 1, "languages": ["en"], "title": _text("T"), "pages": pages, "end": _text("E")}


def _asks(name: str, op: str, *value: object) -> dict[str, Any]:
    return {"question": name, "op": op, **({"value": value[0]} if value else {})}


def _fact(name: str) -> dict[str, Any]:
    return {"fact": name, "op": "eq", "value": True}


ENTWINED = load(entwined_document())


def sittings(rounds: int) -> Iterator[tuple[Definition, Page, dict[str, Any], dict[str, Any]]]:
    """Yield (definition, page, answers, facts) for every page of several surveys; the same at every run."""
    dice = random.Random(4)
    for definition in [ENTWINED, *(definition_of(key) for key in BUILTIN_KEYS)]:
        for _ in range(rounds):
            answers, facts = some_answers(definition, dice), some_facts(dice)
            for page in definition.pages:
                yield definition, page, answers, facts


def asked_on(definition: Definition, page: Page, answers: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    """Return what the server shows of `page`, given the answers of the pages before it and of the page itself."""
    known = {**_before(definition, page, answers, facts), **{k: v for k, v in answers.items() if k in page.keys}}
    before = {name: value for name, value in known.items() if name not in page.keys}
    scores = item_scores(definition, answers=before, facts=facts)
    return [question.key for question in visible_questions(page, answers=known, facts=facts, scores=scores)]


def _before(definition: Definition, page: Page, answers: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in answers.items() if name not in page.keys}
    return effective_answers(definition, answers=others, facts=facts)


def told(definition: Definition, page: Page, answers: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Return what the server tells the page."""
    return live_page(definition, page, answers=_before(definition, page, answers, facts), facts=facts)


def test_cases_are_at_least_two_hundred_by_hand_and_by_machine() -> None:
    made = [case for case in CASES if case["name"].startswith(GENERATED)]
    assert len({case["name"] for case in CASES}) == len(CASES) >= 200
    assert len(made) >= 60
    assert len(CASES) - len(made) >= 200
    assert 0.3 < sum(case["expected"] for case in CASES) / len(CASES) < 0.7


@pytest.mark.thorough
def test_generated_cases_show_all_that_hypothesis_finds() -> None:
    shown = set().union(*(features(case) for case in CASES if case["name"].startswith(GENERATED)))
    found = set().union(*(features(case) for case in generated(400)))
    # A tuple of three results is one of fourteen; all else that can be found must be there.
    assert {each for each in found - shown if each[0] != "branch" or len(each[2]) < 3} == set()  # type: ignore[arg-type]


def test_generated_cases_cover_every_op_source_and_kind() -> None:
    shown = set().union(*(features(case) for case in CASES if case["name"].startswith(GENERATED)))
    assert {each[1:3] for each in shown if each[0] == "from"} == {(source, op) for source in SOURCES for op in OPS}
    kinds = {"NoneType", "empty text", "empty list", "str", "int", "float", "bool", "list"}
    assert {each[1:3] for each in shown if each[0] == "kinds"} == {(op, kind) for op in OPS for kind in kinds}


@settings(max_examples=80, deadline=None)
@given(GIVEN, st.sets(NAMES))
def test_what_is_left_of_a_condition_holds_exactly_where_it_does(case: dict[str, Any], names: set[str]) -> None:
    before = {source: {n: v for n, v in case[source].items() if n not in names} for source in ("answers", "scores")}
    left = residual(case["condition"], names=names, facts=case["facts"], **before)
    later = {source: {n: v for n, v in case[source].items() if n in names} for source in ("answers", "scores")}
    assert holds(left, **later) is evaluated(case)
    assert all((leaf.get("question") or leaf.get("score")) in names for leaf in leaves(left))


def test_nothing_is_left_of_a_condition_that_is_decided() -> None:
    tree = {"all": [_asks("a", "eq", "x"), {"not": _fact("shipped")}]}
    assert residual(tree, names=(), answers={"a": "x"}) == TRUE
    assert residual(tree, names=(), answers={"a": "y"}) == FALSE
    assert residual(tree, names={"a"}, answers={}) == _asks("a", "eq", "x")
    assert residual(tree, names={"a"}, answers={}, facts={"shipped": True}) == FALSE


def test_a_page_is_told_nothing_of_earlier_answers_and_facts() -> None:
    page = ENTWINED.pages_by_id["two"]
    said = json.dumps(live_page(ENTWINED, page, answers={"first": "no"}, facts={"shipped": True}))
    assert "fact" not in said
    assert '"first"' not in said
    assert '"no"' not in said


def test_a_page_without_conditions_is_told_names_only() -> None:
    page = ENTWINED.pages_by_id["one"]
    assert live_page(ENTWINED, page, answers={}, facts={}) == {
        "questions": [{"key": "first", "names": ["first"], "kind": "one"}]
    }


def test_conditions_told_to_a_page_show_what_the_server_shows() -> None:
    looked = 0
    for definition, page, answers, facts in sittings(15):
        known = {name: value for name, value in answers.items() if name in page.keys}
        shown: list[str] = []
        points: dict[str, float] = {}
        for question in told(definition, page, answers, facts)["questions"]:
            if holds(question.get("show_if", TRUE), answers=known, scores=points):
                shown.append(question["key"])
                score = definition.questions[question["key"]].score(known.get(question["key"]), facts=facts)
                points |= {} if score is None else {question["key"]: score}
            else:
                known = {name: value for name, value in known.items() if name not in question["names"]}
        assert shown == asked_on(definition, page, answers, facts)
        looked += len(shown) < len(page.questions)
    assert looked > 20


@pytest.mark.parametrize("key", BUILTIN_KEYS)
def test_reading_a_page_needs_no_more_than_it_was_told(key: str) -> None:
    definition = definition_of(key)
    for page in definition.pages:
        form = {name: ["x"] for question in page.questions for name in question.names}
        reading = read_page(page, form=form, definition=definition, answers={}, facts={}, language="en")
        names = {
            name for each in live_page(definition, page, answers={}, facts={})["questions"] for name in each["names"]
        }
        assert set(reading.answers) <= names == page.keys


def test_the_twin_is_small_and_imports_nothing() -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    code = [line.strip() for line in source.splitlines() if not line.strip().startswith(("//", "/**"))]
    assert len("\n".join(code).encode()) < 4000
    assert not any(line.startswith("import ") or "import(" in line for line in code)


if __name__ == "__main__":
    _write()
