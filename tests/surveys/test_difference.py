"""The difference of two versions: what is told, how it is classed, and when a trend starts anew."""

import copy
import json
import random
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.definitions import BUILTIN_KEYS, builtin_document, check
from surveys.difference import Change, Impact, difference, first_series, series
from surveys.difference.changes import MAX_SHORT
from surveys.difference.sides import out_of_place, settled
from surveys.difference.words import is_correction, times_in


def text(words: str, spanish: str = "", **variants: str) -> dict[str, Any]:
    by = {reader: {"en": said, "es": said} for reader, said in variants.items()}
    return {"en": words, "es": spanish or f"{words} (es)", **({"by": by} if by else {})}


def choices(*codes: str, **over: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"code": code, "text": text(f"Answer {code}"), **over.get(code, {})} for code in codes]


def survey() -> dict[str, Any]:
    """Return a survey with a question of every type, on three pages."""
    first = [
        {"key": "cost", "type": "scale", "text": text("How clear is it to you what you will pay?"),
         "choices": choices("very", "mostly", "not_at_all", "free", free={"na": True}),
         "tags": {"pillar": "support", "measure": "cost"}},
        {"key": "listen", "type": "scale", "scale": "frequency", "text": text("How often did people listen to you?")},
    ]  # fmt: skip
    second = [
        {"key": "missing", "type": "multi", "text": text("What is still missing?"),
         "choices": choices("howto", "cash", "none")},
        {"key": "suggest", "type": "recommend", "text": text("How likely are you to suggest us to others?"),
         "scale": {"low": text("Not at all likely"), "high": text("Very likely")}},
    ]  # fmt: skip
    third = [
        {"key": "callme", "type": "choice", "text": text("May we call you about this?"),
         "choices": choices("yes", "no")},
        {"key": "words", "type": "text", "text": text("What could we do better for you?")},
        {"key": "number", "type": "contact", "text": text("At which number?"), "validate": {"kind": "phone"}},
    ]  # fmt: skip
    pages = [
        {"id": "one", "title": text("Since you joined {program}"), "questions": first},
        {"id": "two", "title": text("In the last 3 months"), "questions": second},
        {"id": "three", "questions": third},
    ]
    return {
        "schema": 1, "languages": ["en", "es"], "untested": ["es"], "title": text("Your experience"),
        "scales": {"frequency": choices("always", "sometimes", "never")}, "pages": pages, "end": text("Thank you."),
    }  # fmt: skip


ASKS_COST = {"question": "cost", "op": "eq", "value": "very"}


def q(document: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for page in document["pages"] for each in page["questions"] if each["key"] == key)
    return found


def changed(change: Any) -> tuple[list[Change], dict[str, int]]:
    """Return the changes that `change` makes to the survey, and the series after them."""
    before, after = survey(), survey()
    change(after)
    assert check(after) == []
    found = difference(before, after)
    return found, series(first_series(before), found)


def one(change: Any) -> tuple[Change, dict[str, int]]:
    [found], numbers = changed(change)
    return found, numbers


def write(place: list[Any], value: Any) -> Any:
    """Return a change that writes `value` at `place`; None removes what is there."""

    def change(document: dict[str, Any]) -> None:
        at: Any = q(document, place[0]) if isinstance(place[0], str) and place[0] != "" else document
        for name in place[1:-1]:
            at = at[name]
        if value is None:
            del at[place[-1]]
        else:
            at[place[-1]] = value

    return change


def test_the_survey_of_these_tests_is_valid_and_has_every_type() -> None:
    assert check(survey()) == []
    types = {each["type"] for page in survey()["pages"] for each in page["questions"]}
    assert types == {"choice", "multi", "scale", "recommend", "text", "contact"}


@pytest.mark.parametrize("key", BUILTIN_KEYS)
def test_a_version_does_not_differ_from_itself(key: str) -> None:
    assert difference(builtin_document(key), builtin_document(key)) == []


PAY = "How clear is it to you what you will pay"
KEEPS: list[tuple[list[Any], Any, str, Impact]] = [
    # what is written, kind, class
    (["cost", "text", "en"], f"{PAY}", "text_corrected", Impact.WORDING),
    (["cost", "text", "en"], "How clear is it to you waht you will pay?", "text_corrected", Impact.WORDING),
    (["cost", "text", "es"], "Otra cosa", "text_translated", Impact.WORDING),
    (["cost", "text", "by"], {"caregiver": {"en": "Clear?", "es": "¿Claro?"}}, "text_variant", Impact.WORDING),
    (["cost", "help"], text("Think of all that you pay."), "help_added", Impact.WORDING),
    (["cost", "notice"], text("Not for emergencies."), "notice_added", Impact.WORDING),
    (["cost", "required"], True, "required_changed", Impact.SAFE),
    (["listen", "show_if"], ASKS_COST, "condition_added", Impact.SAFE),
    (["words", "validate"], {"max_length": 200}, "validation_changed", Impact.SAFE),
    (["cost", "tags", "stage"], "start", "tag_changed", Impact.SAFE),
    (["cost", "tags", "pillar"], "quality", "pillar_changed", Impact.BREAKING),
    (["missing", "choices", 1, "other"], True, "option_other", Impact.SAFE),
    (["cost", "choices", 0, "text", "es"], "Otra", "option_translated", Impact.WORDING),
    (["missing", "choices"], choices("cash", "howto", "none"), "options_moved", Impact.SAFE),
    (["missing", "choices"], choices("howto", "cash", "none", "more"), "option_added", Impact.SAFE),
    (["callme", "choices"], choices("yes", "no", "later"), "option_added", Impact.SAFE),
    (["", "title", "en"], "Your whole experience", "title_reworded", Impact.WORDING),
    (["", "intro"], text("About 2 minutes."), "intro_added", Impact.WORDING),
    (["", "end", "en"], "Thank you", "end_corrected", Impact.WORDING),
    (["", "untested"], None, "tested_changed", Impact.SAFE),
    (["", "pages", 2, "title"], text("One more thing"), "title_added", Impact.WORDING),
    (["", "pages", 1, "show_if"], ASKS_COST, "condition_added", Impact.SAFE),
    (["", "pages", 1, "id"], "second", "page_renamed", Impact.SAFE),
    (["", "end_notes"], [{"show_if": ASKS_COST, "text": text("We call you.")}], "passage_added", Impact.WORDING),
]
STARTS: list[tuple[list[Any], Any, str, bool]] = [
    # what is written, kind, whether a person can say otherwise
    (["cost", "type"], "choice", "type_changed", False),
    (["cost", "text", "en"], "Do you know what the medicine costs?", "text_reworded", True),
    (["cost", "text", "en"], "How clear is it to you what you will not pay?", "text_reworded", True),
    (["cost", "choices", 0, "text", "en"], "Somewhat clear", "option_reworded", True),
    (["cost", "choices", 3, "na"], None, "rescored", False),
    (["cost", "choices", 2, "score"], 10, "rescored", False),
    (["missing", "choices", 2, "exclusive"], True, "option_exclusive", True),
    (["missing", "choices"], choices("howto", "cash"), "option_removed", False),
    (["suggest", "scale", "high", "en"], "I would rather do so", "scale_end_reworded", True),
    (["number", "validate", "kind"], "email", "validation_changed", True),
    (["cost", "tags", "measure"], "clarity", "measure_changed", False),
    (["cost", "help"], text("Think of the last 2 weeks."), "recall_window", True),
]


@pytest.mark.parametrize(
    ("place", "value", "kind", "impact"), KEEPS, ids=[f"{k[2]} {'.'.join(map(str, k[0]))}" for k in KEEPS]
)
def test_a_trend_goes_on(place: list[Any], value: Any, kind: str, impact: Impact) -> None:
    found, numbers = one(write(place, value))
    assert (found.kind, found.impact, found.restarts) == (kind, impact, False)
    assert set(numbers.values()) == {1}
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("place", "value", "kind", "may_override"), STARTS, ids=[f"{k[2]} {'.'.join(map(str, k[0]))}" for k in STARTS]
)
def test_a_trend_starts_anew(place: list[Any], value: Any, kind: str, may_override: bool) -> None:
    found, numbers = changed(write(place, value))
    [breaking] = [each for each in found if each.impact is Impact.BREAKING and each.kind == kind]
    assert {key for key, number in numbers.items() if number == 2} == {place[0]}
    assert breaking.key == place[0]
    assert "starts anew" in breaking.sentence
    overridden = series(first_series(survey()), found, overrides={place[0]: False})
    assert (overridden[place[0]] == 1) is may_override


def test_a_removed_option_is_said_in_plain_english() -> None:
    found, numbers = changed(lambda document: q(document, "cost")["choices"].pop(2))
    assert [each.kind for each in found] == ["option_removed", "rescored"]
    assert found[0].sentence == "Question “cost”: the option “Answer not_at_all” was removed. Its trend starts anew."
    assert found[0].pointer == "/pages/0/questions/0/choices/2"
    assert (found[0].before, found[0].after) == ("Answer not_at_all", "")
    assert numbers["cost"] == 2


def test_a_step_of_a_shared_scale_changes_every_question_that_uses_it() -> None:
    found, numbers = changed(lambda document: document["scales"]["frequency"].insert(1, choices("usually")[0]))
    assert [(each.key, each.kind) for each in found] == [("listen", "option_added"), ("listen", "rescored")]
    assert found[0].pointer == "/scales/frequency/1"
    assert found[1].before == "sometimes 50"
    assert found[1].after == "sometimes 33.3333"
    assert numbers["listen"] == 2


def test_steps_in_another_order_are_another_scale() -> None:
    found, numbers = changed(lambda document: document["scales"]["frequency"].reverse())
    assert [each.kind for each in found] == ["steps_moved", "rescored"]
    assert numbers["listen"] == 2


def test_a_shared_scale_written_out_is_no_change() -> None:
    def written_out(document: dict[str, Any]) -> None:
        q(document, "listen")["choices"] = document["scales"].pop("frequency")
        del q(document, "listen")["scale"]

    assert changed(written_out) == ([], first_series(survey()))


def test_a_shared_scale_that_nobody_uses_is_told_once() -> None:
    found, _ = one(lambda document: document["scales"].update(spare=choices("a", "b")))
    assert (found.kind, found.impact) == ("scale_changed", Impact.SAFE)


def test_an_option_with_a_new_code_is_recoded() -> None:
    found, numbers = one(write(["callme", "choices", 0, "code"], "please"))
    assert found.kind == "option_recoded"  # its words still say "Answer yes"
    assert (found.before, found.after) == ("yes", "please")
    assert numbers["callme"] == 2


def test_a_condition_of_a_score_is_part_of_the_score() -> None:
    before, after = survey(), survey()
    for document, stage in ((before, "a"), (after, "b")):
        q(document, "callme")["choices"][0] |= {"score": 0, "score_if": {"fact": "stage", "op": "eq", "value": stage}}
    assert [(each.key, each.kind) for each in difference(before, after)] == [("callme", "rescored")]


def test_an_added_question_begins_and_a_removed_one_ends_its_trend() -> None:
    extra = {"key": "extra", "type": "text", "text": text("Anything else?")}
    found, numbers = one(lambda document: document["pages"][2]["questions"].append(extra))
    assert (found.kind, found.impact, numbers["extra"]) == ("question_added", Impact.SAFE, 1)
    assert found.after == "Anything else?"
    gone, numbers = one(lambda document: document["pages"][2]["questions"].pop(1))
    assert (gone.kind, gone.impact, numbers["words"]) == ("question_removed", Impact.BREAKING, 1)
    assert gone.pointer == "/pages/2/questions/1"
    assert gone.sentence == "Question “words”: it was removed. Its trend ends."


def test_a_question_that_comes_back_starts_anew() -> None:
    whole, without = survey(), survey()
    without["pages"][2]["questions"].pop(1)
    numbers = series(first_series(whole), difference(whole, without))
    back = difference(without, whole)
    assert series(numbers, back)["words"] == 2
    assert series(numbers, back, overrides={"words": False})["words"] == 1


def test_a_renamed_key_is_told_as_such_and_starts_anew() -> None:
    found, numbers = one(write(["callme", "key"], "call_me"))
    assert (found.kind, found.impact, found.key) == ("question_renamed", Impact.BREAKING, "call_me")
    assert (found.before, found.after) == ("callme", "call_me")
    assert "it was called “callme”" in found.sentence
    assert (numbers["callme"], numbers["call_me"]) == (1, 1)


def test_a_new_question_with_other_words_is_not_a_renamed_one() -> None:
    def replaced(document: dict[str, Any]) -> None:
        document["pages"][2]["questions"][1] = {"key": "praise", "type": "text", "text": text("What went well?")}

    assert [each.kind for each in changed(replaced)[0]] == ["question_added", "question_removed"]


def test_questions_and_pages_that_move_keep_their_trends() -> None:
    found, _ = one(
        lambda document: document["pages"][2]["questions"].insert(0, document["pages"][2]["questions"].pop())
    )
    assert (found.kind, found.key) == ("question_moved", "number")
    found, _ = one(lambda document: document["pages"].insert(0, document["pages"].pop()))
    assert (found.kind, found.pointer) == ("page_moved", "/pages/0")


def test_a_question_that_moves_under_another_heading_asks_about_another_time() -> None:
    found, numbers = changed(
        lambda document: document["pages"][1]["questions"].insert(0, document["pages"][0]["questions"].pop(1))
    )
    assert {(each.key, each.kind) for each in found} == {("listen", "question_moved"), ("listen", "recall_window")}
    assert numbers["listen"] == 2
    window = next(each for each in found if each.kind == "recall_window")
    assert (window.before, window.after) == ("Since you joined {program}", "In the last 3 months")


def test_a_heading_with_another_time_starts_every_trend_below_it_anew() -> None:
    found, numbers = changed(write(["", "pages", 1, "title", "en"], "In the last 6 months"))
    assert [(each.key, each.kind) for each in found] == [
        ("", "title_reworded"),
        ("missing", "recall_window"),
        ("suggest", "recall_window"),
    ]
    assert {key for key, number in numbers.items() if number == 2} == {"missing", "suggest"}
    same = series(first_series(survey()), found, overrides={"missing": False})
    assert (same["missing"], same["suggest"]) == (1, 2)


def test_a_heading_in_other_words_for_the_same_time_is_only_wording() -> None:
    found, _ = one(write(["", "pages", 1, "title", "en"], "In the past three months"))
    assert (found.kind, found.impact) == ("title_reworded", Impact.WORDING)


def test_pages_come_and_go() -> None:
    found, _ = one(lambda document: document["pages"].append({"id": "last"}))
    assert (found.kind, found.pointer, found.impact) == ("page_added", "/pages/3", Impact.SAFE)
    before = survey()
    before["pages"].insert(1, {"id": "gone"})
    [found] = difference(before, survey())
    assert (found.kind, found.pointer) == ("page_removed", "/pages/1")


def test_languages_come_and_go_without_a_word_on_each_text() -> None:
    only_english = json.loads(json.dumps(survey()))

    def strip(node: Any) -> None:
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            strip(inner)
        if isinstance(node, dict):
            node.pop("es", None)

    strip(only_english)
    only_english |= {"languages": ["en"]}
    del only_english["untested"]
    assert [each.kind for each in difference(only_english, survey())] == ["language_added"]
    assert [each.kind for each in difference(survey(), only_english)] == ["language_removed"]


def test_another_original_language_is_told() -> None:
    found, numbers = one(lambda document: document["languages"].reverse())
    assert (found.kind, found.before, found.after) == ("original_changed", "en", "es")
    assert set(numbers.values()) == {1}


def test_the_order_of_parts_of_a_condition_is_no_change() -> None:
    parts = [ASKS_COST, {"fact": "stage", "op": "in", "value": ["a", "b"]}]
    before, after = survey(), survey()
    q(before, "missing")["show_if"] = {"all": parts}
    q(after, "missing")["show_if"] = {"all": [{"value": ["b", "a"], "op": "in", "fact": "stage"}, ASKS_COST]}
    assert difference(before, after) == []
    q(after, "missing")["show_if"] = {"any": parts}
    [found] = difference(before, after)
    assert (found.kind, found.impact) == ("condition_changed", Impact.SAFE)
    assert " and " in found.before
    assert " or " in found.after


def test_a_setting_that_nobody_knows_counts_as_breaking_until_somebody_says_otherwise() -> None:
    before, after = survey(), survey()
    q(after, "cost")["random_order"] = True
    after["pages"][0]["random_order"] = True
    [of_page, of_question] = difference(before, after)
    assert (of_page.impact, of_page.restarts) == (Impact.BREAKING, False)
    assert (of_question.kind, of_question.restarts) == ("setting_changed", True)
    assert series(first_series(before), [of_question], overrides={"cost": False})["cost"] == 1


def test_a_person_may_start_any_trend_anew() -> None:
    found, _ = changed(write(["cost", "text", "en"], PAY))
    assert series(first_series(survey()), found, overrides={"cost": True})["cost"] == 2
    assert series(first_series(survey()), [], overrides={"listen": True, "gone": True}) == {
        **first_series(survey()),
        "listen": 2,
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("How often did people listen?", "How often did people listen"),
        ("How often did people listen?", "how often did People listen?"),
        ("How often did poeple listen?", "How often did people listen?"),
        ("teh medicine", "the medicine"),
        ("Think of your treatmant", "Think of your treatment"),
        ("per cent", "percent"),
        ("It’s fine", "It's fine"),
        ("¿Que tan fácil fue?", "¿Qué tan fácil fue?"),
    ],
)
def test_a_slip_of_the_pen_is_a_correction(before: str, after: str) -> None:
    assert is_correction(before, after)
    assert is_correction(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("In the last 3 months", "In the last 6 months"),
        ("In the last three months", "In the last three weeks"),
        ("Are you able to start?", "Are you not able to start?"),
        ("Right now", "Right not"),
        ("We can help", "We can't help"),
        ("Was it easy?", "Was it hard?"),
        ("Yes", "No"),
        ("{program} helped", "{phone} helped"),
        ("🙂", "🙁"),
        ("< 5", "> 5"),
        ("Did you ask?", "Did you ask more than once?"),
        ("", "Words"),
        ("¿Cuántos años?", "¿Cuántos anos?"),
    ],
)
def test_another_meaning_is_no_correction(before: str, after: str) -> None:
    assert not is_correction(before, after)
    assert not is_correction(after, before)


def test_times_are_read_in_english_and_spanish() -> None:
    assert times_in("In the last 3 months") == times_in("In the past three months") == {"last", "3", "month"}
    assert times_in("En los últimos 3 meses") == {"last", "3", "month"}
    assert times_in("Desde que se inscribió") == {"since"}
    assert times_in("Pick 3 of these") == frozenset()


def turned(node: Any) -> Any:
    """Return the same document with the keys of every object in reverse order."""
    if isinstance(node, dict):
        return {key: turned(value) for key, value in reversed(node.items())}
    return [turned(each) for each in node] if isinstance(node, list) else node


def mutated(document: dict[str, Any], dice: random.Random, times: int) -> dict[str, Any]:  # noqa: C901, PLR0912
    """Return a copy with `times` random changes, each of which leaves the shape right."""
    after = copy.deepcopy(document)
    for _ in range(times):
        page = dice.choice([each for each in after["pages"] if each.get("questions")])
        asked = dice.choice(page["questions"])
        match dice.randrange(12):
            case 0:
                asked["text"]["en"] += dice.choice([" x", ".", " in the last 2 weeks"])
            case 1:
                asked["text"]["es"] = dice.choice(["Uno", "Dos"])
            case 2:
                asked["key"] = f"k{dice.randrange(10_000)}"
            case 3:
                asked["required"] = not asked.get("required", False)
            case 4 if len(asked.get("choices", ())) > 2:
                asked["choices"].pop(dice.randrange(len(asked["choices"])))
            case 5 if asked.get("choices"):
                dice.shuffle(asked["choices"])
            case 6 if asked.get("choices") and asked["type"] in ("choice", "scale"):
                asked["choices"][0]["score"] = dice.choice([0, 30, 70])
            case 7 if len(page["questions"]) > 1:
                page["questions"].remove(asked)
            case 8:
                dice.shuffle(after["pages"])
            case 9:
                asked["show_if"] = {"fact": "stage", "op": "eq", "value": str(dice.randrange(9))}
            case 10:
                asked["type"] = {"choice": "multi", "multi": "choice", "text": "contact"}.get(
                    asked["type"], asked["type"]
                )
            case _:
                page["title"] = text(dice.choice(["Today", "In the last 2 years", "Hello"]))
    return after


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["support_experience", "pulse_5", ""]), st.integers(0, 2**32), st.integers(1, 6))
def test_any_two_versions_compare(key: str, seed: int, times: int) -> None:
    before = builtin_document(key) if key else survey()
    after = mutated(before, random.Random(seed), times)
    found = difference(before, after)
    assert bool(found) is (settled_document(before) != settled_document(after))
    assert difference(turned(before), turned(after)) == found
    assert difference(after, copy.deepcopy(after)) == []
    for each in found:
        assert each.sentence.endswith(".")
        assert max(len(each.before), len(each.after)) <= MAX_SHORT
        assert exists(each.pointer, after) or exists(each.pointer, before)
    numbers = series(first_series(before), found)
    assert all(numbers[name] >= number for name, number in first_series(before).items())
    assert set(numbers) == set(first_series(before)) | set(first_series(after))
    again = series(numbers, difference(after, before), overrides=dict.fromkeys(numbers, seed % 2 == 0))
    assert all(again[name] >= number >= 1 for name, number in numbers.items())


def settled_document(document: dict[str, Any]) -> Any:
    """Return a document in which what makes no difference is written in one way."""
    plain = copy.deepcopy(document)
    for page in plain["pages"]:
        for asked in page.get("questions", ()):
            asked.setdefault("required", False)
            asked["show_if"] = settled(asked.get("show_if"))
    return plain


def exists(pointer: str, document: Any) -> bool:
    """Tell whether a place, or the object that it would be in, is in `document`."""
    for part in pointer.split("/")[1:-1]:
        try:
            document = document[int(part)] if isinstance(document, list) else document[part]
        except (KeyError, IndexError, ValueError):
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), unique=True, max_size=12), st.randoms(use_true_random=False))
def test_the_fewest_moves_are_told(numbers: list[int], dice: random.Random) -> None:
    before = [str(number) for number in numbers]
    after = list(before)
    dice.shuffle(after)
    moved = out_of_place(before, after)
    assert [name for name in before if name not in moved] == [name for name in after if name not in moved]
    if before:
        one_moved = before[1:] + before[:1]
        assert len(out_of_place(before, one_moved)) == (1 if len(before) > 1 else 0)


def test_the_largest_surveys_compare_quickly() -> None:
    def large(prefix: str) -> dict[str, Any]:
        asked = [
            {
                "key": f"{prefix}{n}",
                "type": "choice",
                "text": text(f"Question {n} of many that we ask"),
                "choices": choices("a", "b", "c"),
            }
            for n in range(150)
        ]
        return {**survey(), "pages": [{"id": f"p{n}", "questions": asked[n * 3 : n * 3 + 3]} for n in range(50)]}

    begun = time.process_time()
    found = difference(large("old"), large("new"))
    assert time.process_time() - begun < 2
    assert {each.kind for each in found} == {"question_renamed"}
