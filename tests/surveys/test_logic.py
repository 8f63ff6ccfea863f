"""The logic of a survey before it is published: what is found, and that nothing is found that is not so."""

import copy
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import alerts
from surveys.answers import effective_answers, visible_pages, visible_questions
from surveys.answers.visibility import item_scores
from surveys.conditions import FACTS
from surveys.definitions import BUILTIN_KEYS, Definition, builtin_document, load
from surveys.definitions.building import build
from surveys.definitions.meaning import meaning_problems
from surveys.logic import Finding, Severity, analyse, findings, missing_words, texts_in
from surveys.logic.solving import ABSENT, ALWAYS, NEVER, AllOf, AnyOf, Narrow, Solver

RULES = json.loads((Path(alerts.__file__).parent / "builtin_rules.json").read_text(encoding="utf-8"))


def text(words: str = "Words") -> dict[str, Any]:
    return {"en": words}


def choices(*codes: str, **over: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"code": code, "text": text(code), **over.get(code, {})} for code in codes]


def question(key: str, **over: Any) -> dict[str, Any]:
    return {"key": key, "type": "choice", "text": text(key), "choices": choices("yes", "no", "maybe"), **over}


def page(name: str, *questions: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {"id": name, "questions": list(questions), **over}


def document(*pages: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {"schema": 1, "languages": ["en"], "title": text(), "pages": list(pages), "end": text(), **over}


def asks(name: str, op: str, *value: object) -> dict[str, Any]:
    return {"question": name, "op": op, **({"value": value[0]} if value else {})}


def scored(name: str, op: str, *value: object) -> dict[str, Any]:
    return {"score": name, "op": op, **({"value": value[0]} if value else {})}


def fact(name: str, op: str = "eq", *value: object) -> dict[str, Any]:
    return {"fact": name, "op": op, **({"value": value[0]} if value else {})}


IS_YES, IS_NO = asks("a", "eq", "yes"), asks("a", "eq", "no")
STARTED = fact("started", "eq", True)
RECOMMEND = {"type": "recommend", "scale": {"low": text(), "high": text()}}


def recommend(key: str, **over: Any) -> dict[str, Any]:
    return {"key": key, "text": text(key), **RECOMMEND, **over}


def found(*pages: dict[str, Any], rules: Any = (), **over: Any) -> list[tuple[str, str]]:
    return [(each.kind, each.pointer) for each in analyse(load(document(*pages, **over)), rules=rules)]


def after_a(condition: Any, **over: Any) -> list[tuple[str, str]]:
    """Return what is found in a survey whose second page has one question with `condition`."""
    return found(page("one", question("a")), page("two", question("b", show_if=condition), question("c")), **over)


NEVER_B = [("never_shown", "/pages/1/questions/0/show_if")]
ALWAYS_B = [("always_holds", "/pages/1/questions/0/show_if")]


@pytest.mark.parametrize("key", BUILTIN_KEYS)
def test_built_in_surveys_and_their_rules_have_no_errors(key: str) -> None:
    rules = [{"name": r["name"]["en"], "condition": r["condition"]} for r in RULES if key in r["survey_keys"]]
    got = findings(builtin_document(key), rules=rules)
    assert [each.kind for each in got] == ["untested_language"]


def test_a_plain_survey_is_clean() -> None:
    assert after_a(IS_YES) == []
    assert after_a({"all": [asks("a", "ne", "yes"), STARTED]}) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [IS_YES, IS_NO]},
        {"all": [IS_YES, {"not": IS_YES}]},
        {"all": [IS_YES, asks("a", "not_answered")]},
        asks("a", "not_in", ["yes", "no", "maybe"]),
        {"not": {"any": [IS_YES, {"not": IS_YES}]}},
        {"all": [STARTED, fact("started", "ne", True)]},
        {"all": [fact("started", "answered"), {"not": STARTED}, fact("started", "ne", False)]},
        {"all": [fact("stage", "eq", "x"), fact("stage", "eq", "y")]},
        fact("earlier_responses", "lt", 0),
        fact("earlier_responses", "eq", 1.5),
        {"all": [fact("days_to_first_dose", "gt", 2), fact("days_to_first_dose", "lt", 3)]},
        fact("respondent_kind", "not_in", ["patient", "caregiver", "hcp"]),
        {"all": [{"any": [IS_YES, IS_NO]}, asks("a", "eq", "maybe")]},
        {"all": [{"any": [IS_YES, STARTED]}, {"any": [IS_NO, {"not": STARTED}]}, asks("a", "eq", "maybe")]},
    ],
)
def test_a_condition_that_can_never_hold_is_found(condition: Any) -> None:
    assert after_a(condition) == NEVER_B


@pytest.mark.parametrize(
    "condition",
    [
        {"any": [IS_YES, {"not": IS_YES}]},
        {"any": [asks("a", "answered"), asks("a", "not_answered")]},
        {"any": [asks("a", "in", ["yes", "no", "maybe"]), asks("a", "not_answered")]},
        {"not": {"all": [IS_YES, IS_NO]}},
        {"any": [fact("earlier_responses", "ge", 0), fact("earlier_responses", "not_answered")]},
        {"any": [STARTED, fact("started", "eq", False), fact("started", "not_answered")]},
    ],
)
def test_a_condition_that_always_holds_is_found(condition: Any) -> None:
    assert after_a(condition) == ALWAYS_B


@pytest.mark.parametrize(
    "condition",
    [
        {"not": IS_YES},
        {"any": [STARTED, fact("started", "eq", False)]},  # it may not be known
        fact("days_to_first_dose", "lt", 0),
        {"all": [fact("days_to_first_dose", "gt", 2), fact("days_to_first_dose", "lt", 4)]},
        fact("stage", "not_in", ["x", "y"]),
        fact("stage", "eq", "anything"),
    ],
)
def test_a_condition_that_may_hold_or_not_is_left_alone(condition: Any) -> None:
    assert after_a(condition) == []


def test_a_question_that_contradicts_its_page_is_found() -> None:
    second = page("two", question("b", show_if=IS_NO), question("c"), show_if=IS_YES)
    [one] = analyse(load(document(page("one", question("a")), second)))
    assert (one.kind, one.severity) == ("never_shown", Severity.ERROR)
    assert "contradicts that of its page" in one.message
    assert one.message.endswith("change the condition or remove the question.")


def test_a_question_that_repeats_the_condition_of_its_page_is_named() -> None:
    second = page("two", question("b", show_if=asks("a", "ne", "no")), question("c"), show_if=IS_YES)
    assert found(page("one", question("a")), second) == ALWAYS_B


def test_a_question_after_answers_that_exclude_each_other_is_found() -> None:
    pages = [
        page("one", question("a")),
        page("two", question("b", show_if=IS_YES), question("c", show_if=IS_NO)),
        page("three", question("d", show_if={"all": [asks("b", "answered"), asks("c", "answered")]}), question("e")),
    ]
    [one] = analyse(load(document(*pages)))
    assert one.pointer == "/pages/2/questions/0/show_if"
    assert "nobody can have given together" in one.message


def test_what_hangs_on_an_unreachable_question_is_unreachable_too() -> None:
    never = {"all": [IS_YES, IS_NO]}
    pages = [page("one", question("a")), page("two", question("b", show_if=never), question("c"))]
    chain = page("three", question("d", show_if=asks("b", "answered")), question("e", show_if=asks("d", "eq", "no")))
    places = [place for kind, place in found(*pages, chain) if kind == "never_shown"]
    assert places == [
        "/pages/1/questions/0/show_if", "/pages/2/questions/0/show_if", "/pages/2/questions/1/show_if", "/pages/2",
    ]  # fmt: skip


def test_an_unreachable_page_names_its_required_questions() -> None:
    second = page("two", question("b", required=True), question("c"), show_if={"all": [IS_YES, IS_NO]})
    assert found(page("one", question("a")), second) == [
        ("never_shown", "/pages/1/show_if"), ("never_answered", "/pages/1/questions/0"),
    ]  # fmt: skip


def test_a_required_question_that_never_shows_is_named() -> None:
    second = page("two", question("b", required=True, show_if={"all": [IS_YES, IS_NO]}), question("c"))
    assert found(page("one", question("a")), second) == [*NEVER_B, ("never_answered", "/pages/1/questions/0")]


def test_a_part_of_a_condition_that_can_never_hold_is_named() -> None:
    second = page("two", question("b", show_if={"any": [IS_NO, STARTED]}), question("c"), show_if=IS_YES)
    assert found(page("one", question("a")), second) == [("never_holds", "/pages/1/questions/0/show_if/any/0")]


def test_an_item_score_goes_with_its_answer() -> None:
    points = question("a", choices=choices("good", "bad", good={"score": 100}, bad={"score": 0}))
    high_and_bad = {"all": [scored("a", "ge", 50), asks("a", "eq", "bad")]}
    assert found(page("one", points), page("two", question("b", show_if=high_and_bad), question("c"))) == NEVER_B
    between = {"all": [scored("a", "gt", 0), scored("a", "lt", 100)]}
    assert found(page("one", points), page("two", question("b", show_if=between), question("c"))) == NEVER_B


def test_a_score_with_a_condition_may_count_or_not() -> None:
    points = question("a", choices=choices("good", "bad", good={"score": 100, "score_if": STARTED}))
    unscored = {"all": [asks("a", "eq", "good"), scored("a", "not_answered")]}
    assert found(page("one", points), page("two", question("b", show_if=unscored), question("c"))) == []


def test_a_score_counts_only_with_its_condition() -> None:
    points = question("a", choices=choices("good", "bad", good={"score": 100, "score_if": STARTED}))
    counted = {"all": [scored("a", "eq", 100), fact("started", "ne", True)]}
    assert found(page("one", points), page("two", question("b", show_if=counted), question("c"))) == NEVER_B


def test_a_score_that_never_counts_is_named() -> None:
    never = {"all": [STARTED, fact("started", "eq", False)]}
    points = question("a", choices=choices("good", "bad", good={"score": 100, "score_if": never}))
    assert found(page("one", points)) == [("never_holds", "/pages/0/questions/0")]


def test_ratings_run_from_zero_to_ten() -> None:
    first = page("one", recommend("a"))
    for condition in (asks("a", "lt", 0), asks("a", "gt", 10), {"all": [asks("a", "gt", 6), scored("a", "lt", 70)]}):
        assert found(first, page("two", question("b", show_if=condition), question("c"))) == NEVER_B
    assert found(first, page("two", question("b", show_if=asks("a", "gt", 6)), question("c"))) == []


def test_exclusive_options_exclude_the_others() -> None:
    several = question("a", type="multi", choices=choices("x", "y", "none", none={"exclusive": True}))
    both = {"all": [asks("a", "contains", "x"), asks("a", "contains", "none")]}
    assert found(page("one", several), page("two", question("b", show_if=both), question("c"))) == NEVER_B
    two = {"all": [asks("a", "contains", "x"), asks("a", "contains", "y")]}
    assert found(page("one", several), page("two", question("b", show_if=two), question("c"))) == []


def test_words_beside_an_option_answer_its_question() -> None:
    several = question("a", choices=choices("x", "y", y={"other": True}))
    unasked = {"all": [asks("a__other", "answered"), asks("a", "not_answered")]}
    assert found(page("one", several), page("two", question("b", show_if=unasked), question("c"))) == NEVER_B


def test_a_title_after_one_that_always_holds_is_never_used() -> None:
    titles = [
        {"show_if": IS_YES, "text": text()},
        {"show_if": {"not": IS_YES}, "text": text()},
        {"show_if": IS_NO, "text": text()},
    ]
    kinds = found(page("one", question("a")), page("two", question("b"), titles=titles))
    assert kinds == [("always_holds", "/pages/1/titles/1/show_if"), ("never_holds", "/pages/1/titles/2/show_if")]


def test_a_note_that_can_never_show_is_named() -> None:
    notes = [{"show_if": IS_YES, "text": text()}, {"show_if": scored("index.experience", "gt", 100), "text": text()}]
    assert found(page("one", question("a")), end_notes=notes) == [("never_holds", "/end_notes/1/show_if")]


def test_alert_rules_that_a_version_would_break_are_named() -> None:
    rules: list[dict[str, Any]] = [
        {"name": "Fine", "condition": IS_NO},
        {"name": "Gone", "condition": {"any": [IS_NO, asks("cost", "eq", "high")]}},
        {"name": "Code", "condition": asks("a", "eq", "never")},
        {"name": "Score", "condition": scored("a", "lt", 5)},
        {"name": "Pillar", "condition": scored("pillar.quality", "lt", 5)},
        {"name": "Idle", "condition": {"all": [IS_NO, asks("a", "not_answered")]}},
        {"name": "Odd", "condition": None},
    ]
    got = analyse(load(document(page("one", question("a")))), rules=rules)
    assert [(each.kind, each.pointer) for each in got] == [
        ("broken_rule", "/rules/1/condition/any/1/question"),
        ("broken_rule", "/rules/2/condition/value"),
        ("broken_rule", "/rules/3/condition/score"),
        ("broken_rule", "/rules/6/condition"),
        ("idle_rule", "/rules/5/condition"),
    ]
    assert "“Gone” would stop working. There is no question “cost”: change the rule" in got[0].message


def test_missing_words_are_counted_and_listed_for_each_language() -> None:
    draft = document(page("one", question("a")), languages=["en", "es", "fr"])
    draft["title"] = {"en": "Title", "es": "Título", "by": {"caregiver": {"en": "Title", "es": " "}}}
    missing = missing_words(draft)
    assert missing["en"] == []
    assert missing["es"][0] == "/title/by/caregiver"
    assert len(missing["fr"]) == len(missing["es"]) + 1 == 7
    got = findings(draft)
    assert [(each.kind, each.severity) for each in got] == [("missing_words", Severity.ERROR)] * 2
    assert "6 texts have no words in “es”" in got[0].message


def test_missing_words_do_not_hide_the_other_findings() -> None:
    never = question("b", show_if={"all": [IS_YES, IS_NO]})
    draft = document(page("one", question("a")), page("two", never, question("c")), languages=["en", "es"])
    assert [each.kind for each in findings(draft)] == ["missing_words", "never_shown"]
    draft["pages"][1]["questions"][0]["show_if"] = asks("c", "eq", "yes")
    kinds = {each.kind: each.message for each in findings(draft)}
    assert "must be asked earlier" in kinds["invalid"]


@pytest.mark.parametrize(
    "draft", [None, [], {}, 7, {"languages": "en"}, {"languages": [1], "title": {"by": 3}}, "x" * 600_000]
)
def test_any_json_gets_findings(draft: Any) -> None:
    assert all(each.severity is Severity.ERROR and each.message.endswith(".") for each in findings(draft))
    assert findings(draft)


def test_texts_are_found_under_scales_of_any_name() -> None:
    places = [place for place, _ in texts_in({"scales": {"text": choices("a"), "tags": choices("b")}})]
    assert places == ["/scales/text/0/text", "/scales/tags/0/text"]


def test_every_text_that_publishing_asks_for_is_looked_at() -> None:
    full = builtin_document("support_experience")
    french = {**full, "languages": ["fr"]}
    problems = meaning_problems(french, build(french))
    wanted = {problem.pointer for problem in problems if problem.message == "Add the words in “fr”."}
    assert set(missing_words(french)["fr"]) == wanted
    assert len(wanted) > 100


CODES = ("yes", "no", "maybe")
KEYS = ("a", "b", "c", "d", "e")
TYPES = st.sampled_from(["choice", "multi", "text", "rated"])


def leaves_about(earlier: list[tuple[str, str]]) -> st.SearchStrategy[dict[str, Any]]:
    parts = [st.sampled_from([STARTED, fact("started", "ne", True), fact("shipped", "answered")])]
    for key, kind in earlier:
        parts.append(st.sampled_from([asks(key, "answered"), asks(key, "not_answered")]))
        if kind in ("choice", "rated"):
            parts.append(
                st.builds(
                    lambda op, code, key=key: asks(key, op, code), st.sampled_from(["eq", "ne"]), st.sampled_from(CODES)
                )
            )
        if kind == "rated":
            parts.append(
                st.builds(
                    lambda op, n, key=key: scored(key, op, n),
                    st.sampled_from(["lt", "ge"]),
                    st.sampled_from([1, 50, 100]),
                )
            )
        if kind == "multi":
            parts.append(st.sampled_from([asks(key, "contains", "yes"), asks(key, "contains", "no")]))
    return st.one_of(parts)


def trees_about(earlier: list[tuple[str, str]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaves_about(earlier),
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=4,
    )


def made(key: str, kind: str) -> dict[str, Any]:
    match kind:
        case "text":
            return {"key": key, "type": "text", "text": text(key)}
        case "multi":
            return question(key, type="multi", choices=choices(*CODES, no={"exclusive": True}))
        case "rated":
            return question(key, choices=choices(*CODES, yes={"score": 100}, no={"score": 0, "score_if": STARTED}))
    return question(key)


@st.composite
def small_surveys(draw: Any, size: int = 4) -> dict[str, Any]:
    """Draw a survey of `size` questions on two or three pages, most of them with a condition."""
    earlier: list[tuple[str, str]] = []
    pages: list[dict[str, Any]] = []
    for key in KEYS[:size]:
        if not pages or draw(st.booleans()):
            pages.append(page(f"p{len(pages)}"))
            if draw(st.booleans()):
                pages[-1]["show_if"] = draw(trees_about(list(earlier)))
        kind = draw(TYPES)
        asked = made(key, kind)
        if draw(st.sampled_from([True, True, False])):
            asked["show_if"] = draw(trees_about(list(earlier)))
        pages[-1]["questions"].append(asked)
        earlier.append((key, kind))
    return document(*pages)


def every_answer(kind: str) -> list[Any]:
    if kind == "multi":
        return [None, ["yes"], ["no"], ["maybe"], ["yes", "maybe"]]
    return [None, True] if kind == "text" else [None, *CODES]


def every_sitting(definition: Definition) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    keys = list(definition.questions)
    for values in itertools.product(*(every_answer(str(definition.questions[key].type)) for key in keys)):
        answers = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        for started, shipped in itertools.product((None, True, False), (None, True)):
            facts = {"started": started, "shipped": shipped}
            yield answers, {name: value for name, value in facts.items() if value is not None}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_surveys(size=3))
def test_exactly_what_nobody_can_see_is_found(raw: dict[str, Any]) -> None:
    definition = build(raw)
    places = {
        q["key"]: f"/pages/{n}/questions/{i}" for n, p in enumerate(raw["pages"]) for i, q in enumerate(p["questions"])
    }
    seen: dict[str, set[bool]] = {key: set() for key in places}
    for answers, facts in every_sitting(definition):
        shown = {each.id for each in visible_pages(definition, answers=answers, facts=facts)}
        known = effective_answers(definition, answers=answers, facts=facts)
        scores = item_scores(definition, answers=known, facts=facts)
        for each in definition.pages:
            open_ones = visible_questions(each, answers=known, facts=facts, scores=scores) if each.id in shown else []
            for asked in each.questions:
                seen[asked.key].add(asked in open_ones)
    got = {(each.kind, each.pointer) for each in analyse(definition)}
    for key, place in places.items():
        page_never = ("never_shown", f"{place.split('/questions')[0]}/show_if") in got
        assert (page_never or ("never_shown", f"{place}/show_if") in got) is (True not in seen[key])


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_surveys(size=5))
def test_analysis_never_raises_and_findings_are_sentences(raw: dict[str, Any]) -> None:
    for each in analyse(build(raw), rules=[{"name": "x", "condition": raw["pages"][-1].get("show_if")}]):
        assert isinstance(each, Finding)
        assert each.message.endswith(".")
        assert each.pointer.startswith("/")


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_surveys(size=5))
def test_order_of_keys_changes_no_finding(raw: dict[str, Any]) -> None:
    def turned(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: turned(value) for key, value in reversed(node.items())}
        return [turned(each) for each in node] if isinstance(node, list) else node

    assert analyse(build(turned(raw))) == analyse(build(raw))


def largest(condition_after: Any) -> Definition:
    """Return a survey of 150 questions on 50 pages, each with the condition that `condition_after(number)` gives."""
    asked = [question("q0")]
    asked += [question(f"q{n}", show_if=condition_after(n)) for n in range(1, 150)]
    return build(document(*(page(f"p{n}", *asked[n * 3 : n * 3 + 3]) for n in range(50))))


@pytest.mark.parametrize(
    "condition_after",
    [
        lambda n: asks(f"q{n - 1}", "eq", "yes"),
        lambda n: {"any": [asks(f"q{m}", "eq", CODES[m % 3]) for m in range(max(0, n - 40), n)]},
        lambda n: {
            "all": [
                {"any": [asks(f"q{m}", "eq", "yes"), asks(f"q{m // 2}", "ne", "no")]} for m in range(max(0, n - 30), n)
            ]
        },
        lambda n: {
            "all": [{"any": [asks(f"q{m}", "eq", code) for m in range(max(0, n - 8), n)]} for code in CODES * 3]
        },
    ],
    ids=["a chain", "wide choices", "pairs", "every way"],
)
def test_the_largest_survey_is_analysed_quickly(condition_after: Any) -> None:
    definition = largest(condition_after)
    begun = time.process_time()
    analyse(definition)
    assert time.process_time() - begun < 0.6  # 0.2 on a quiet machine


def test_a_search_without_end_is_given_up_and_not_reported() -> None:
    """Eight pigeons in seven holes: unsolvable, and known to take such a search very long."""
    at_home = [{"any": [asks(f"m{bird}", "contains", f"h{hole}") for hole in range(7)]} for bird in range(8)]
    apart = [
        {"not": {"all": [asks(f"m{one}", "contains", f"h{hole}"), asks(f"m{two}", "contains", f"h{hole}")]}}
        for hole in range(3)
        for one, two in itertools.combinations(range(8), 2)
    ]
    birds = [question(f"m{n}", type="multi", choices=choices(*(f"h{hole}" for hole in range(7)))) for n in range(8)]
    raw = document(page("one", *birds), page("two", question("b", show_if={"all": [*at_home, *apart]}), question("c")))
    begun = time.process_time()
    assert [each for each in analyse(build(raw)) if each.severity is Severity.ERROR] == []
    assert time.process_time() - begun < 1


def test_the_solver_decides_what_it_should_and_gives_up_aloud() -> None:
    one, other = Narrow("x", 0b10, 0b11), Narrow("x", ABSENT, 0b11)
    solver = Solver(lambda _: ALWAYS)
    assert solver.can_meet(AllOf((one, AnyOf((other, one))))) is True
    assert solver.can_meet(one, other) is False
    assert solver.can_meet(NEVER) is False
    assert Solver(lambda _: NEVER).can_meet(one) is False
    assert Solver(lambda _: NEVER).can_meet(one, linked=False) is True
    assert Solver(lambda _: ALWAYS, left=1).can_meet(one, other, one) is None


def test_every_fact_has_values_to_try() -> None:
    for name, (kind, _) in FACTS.items():
        value = {bool: True, str: "patient", int: 3}[kind]
        assert after_a(fact(name, "eq", value)) == []
        assert after_a({"all": [fact(name, "eq", value), fact(name, "ne", value)]}) == NEVER_B


def test_a_document_is_not_changed_by_looking_at_it() -> None:
    draft = document(page("one", question("a")), languages=["en", "es"])
    before = copy.deepcopy(draft)
    findings(draft)
    assert draft == before
