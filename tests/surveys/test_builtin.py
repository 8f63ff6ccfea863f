"""The surveys and rules that ship with the product: their wording, their flow and their defaults."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import alerts
from surveys.answers import visible_pages
from surveys.conditions import check_condition, holds, questions_in
from surveys.definitions import BUILTIN_KEYS, PILLARS, Definition, Text, builtin_document, check, load

SURVEYS = {key: load(builtin_document(key)) for key in BUILTIN_KEYS}
SUPPORT = SURVEYS["support_experience"]
RULES = json.loads((Path(alerts.__file__).parent / "builtin_rules.json").read_text(encoding="utf-8"))

COUNTED = [
    "prepared", "suggest", "reach", "effort", "firstfix", "promise", "cost", "howto", "worry", "repeat", "listen",
    "clear", "next", "words", "callme",
]  # fmt: skip
CONTACT = [
    "contact_channel",
    "contact_days",
    "contact_times",
    "contact_language",
    "contact_voicemail",
    "contact_number",
]
WORDING = {
    "who": ("Who is answering?", "¿Quién contesta?"),
    "prepared": (
        "Right now, do you feel prepared to start your treatment?",
        "En este momento, ¿siente que tiene la preparación necesaria para empezar su tratamiento?",
    ),
    "prepared_continue": (
        "Do you have what you need to keep going with your treatment?",
        "¿Tiene lo que necesita para seguir con su tratamiento?",
    ),
    "suggest": (
        "How likely are you to suggest {program} to someone who is starting the same treatment?",
        "¿Qué tan probable es que le sugiera {program} a alguien que va a empezar el mismo tratamiento?",
    ),
    "firstfix": (
        "Think of the last time you asked {program} for help. Was it taken care of?",
        "Piense en la última vez que pidió ayuda a {program}. ¿Se lo resolvieron?",
    ),
    "words": (
        "What could {program} do better for you? You can also tell us what went well.",
        "¿Qué podría hacer mejor {program} por usted? También puede contarnos qué salió bien.",
    ),
}
OWN = re.compile(r"\byour (treatment|medicine|insurance|name)\b|\b[Ss]u (tratamiento|medicamento|seguro)\b")


def texts(definition: Definition) -> Iterator[Text]:
    yield definition.title
    yield from [definition.end, *([definition.intro] if definition.intro else [])]
    yield from (note.text for note in definition.end_notes)
    for page in definition.pages:
        yield from ([page.title] if page.title else [])
        yield from (passage.text for passage in page.titles)
        for question in page.questions:
            yield from (text for text in (question.text, question.help, question.notice) if text)
            yield from (choice.text for choice in question.choices)


def words_of(definition: Definition, language: str) -> list[str]:
    return [words[language] for text in texts(definition) for words in text.variants.values()]


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith("le") and groups > 1
    return max(1, groups - silent)


def reading_grade(passage: str) -> float:
    """Flesch-Kincaid grade level, with syllables counted by groups of vowels. Source: Kincaid et al., 1975."""
    sentences = max(1, len(re.findall(r"[.?:](\s|$)", passage)))
    words = re.findall(r"[a-z’'-]+", passage.replace("{program}", "the program").lower())
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def firing(**answers: Any) -> Any:
    return lambda **facts: {
        rule["key"] for rule in RULES if holds(rule["condition"], answers=answers, scores={}, facts=facts)
    }


@pytest.mark.parametrize("key", BUILTIN_KEYS)
def test_every_built_in_survey_is_valid(key: str) -> None:
    assert check(builtin_document(key)) == []


def test_every_shipped_file_is_a_built_in_survey() -> None:
    folder = Path(alerts.__file__).parent.parent / "surveys" / "builtin"
    assert {path.stem for path in folder.glob("*.json")} == set(BUILTIN_KEYS)
    with pytest.raises(KeyError):
        builtin_document("../schema/survey-definition-1")


def test_the_model_has_15_counted_questions_in_order() -> None:
    assert [key for key in SUPPORT.questions if key in COUNTED] == COUNTED
    extra = {"who", "prepared_continue", "missing", "firstfix_about", "listen_misfit", "maker_contact", *CONTACT}
    assert set(SUPPORT.questions) == {*COUNTED, *extra}


def test_the_short_forms_hold_their_questions() -> None:
    pulse = [key for key in SURVEYS["pulse_5"].questions if key in COUNTED]
    assert pulse == ["prepared", "effort", "firstfix", "words", "callme"]
    assert {"prepared_continue", "missing", "firstfix_about", "maker_contact", *CONTACT} <= set(
        SURVEYS["pulse_5"].questions
    )
    assert list(SURVEYS["outcome_follow_up"].questions) == ["contacted", "settled", "prepared", "prepared_continue"]


@pytest.mark.parametrize("key", WORDING)
def test_the_wording_is_the_agreed_one(key: str) -> None:
    text = SUPPORT.questions[key].text.variants[""]
    assert (text["en"], text["es"]) == WORDING[key]


def test_a_question_has_the_same_words_in_every_survey() -> None:
    for survey in SURVEYS.values():
        for key, question in survey.questions.items():
            twin = SUPPORT.questions.get(key, question)
            assert question.text.variants == twin.text.variants
            assert [choice.text.variants for choice in question.choices] == [c.text.variants for c in twin.choices]


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_the_flow_needs_no_javascript_and_no_long_page(survey: Definition) -> None:
    for page in survey.pages:
        assert 1 <= len(page.questions) <= 4
        for question in page.questions:
            assert not question.required
            assert question.depends.isdisjoint(page.keys)


def test_outcomes_come_first_and_who_answers_above_them() -> None:
    assert list(SUPPORT.questions)[:5] == ["who", "prepared", "prepared_continue", "missing", "suggest"]
    assert [question.key for question in SUPPORT.pages[0].questions] == ["who", "prepared"]


@pytest.mark.parametrize(("unprepared", "pages"), [(True, ["follow_up", "prepared"]), (False, ["follow_up"])])
def test_the_follow_up_asks_again_only_who_was_not_prepared(unprepared: bool, pages: list[str]) -> None:
    survey = SURVEYS["outcome_follow_up"]
    assert [page.id for page in visible_pages(survey, answers={}, facts={"was_unprepared": unprepared})] == pages


def test_each_pillar_has_its_questions() -> None:
    found = {pillar: [key for key, q in SUPPORT.questions.items() if q.pillar == pillar] for pillar in PILLARS}
    assert found == {
        "convenience": ["reach", "effort"],
        "quality": ["firstfix", "promise"],
        "support": ["cost", "howto", "worry"],
        "personalization": ["repeat", "listen"],
        "communication": ["clear", "next"],
    }


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_what_is_said_of_the_patient_is_said_anew_to_a_caregiver(survey: Definition) -> None:
    for text in texts(survey):
        if any(OWN.search(words) for words in text.variants[""].values()):
            told = text.variants["caregiver"]
            assert set(told) == {"en", "es"}
            assert not any(OWN.search(words.replace("your name", "")) for words in told.values()), told


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_the_spanish_is_polite_without_slashes_and_marked_untested(survey: Definition) -> None:
    assert survey.untested == ("es",)
    for words in words_of(survey, "es"):
        assert not re.search(r"\(a\)|/a\b|\b(tú|tu|tus|te|contigo)\b", words, re.IGNORECASE), words
        assert words.count("¿") == words.count("?")


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_the_english_is_easy_to_read(survey: Definition) -> None:
    running = [words for words in words_of(survey, "en") if words.endswith((".", "?"))]
    assert reading_grade(" ".join(running)) <= 7
    assert max(map(reading_grade, running)) <= 10
    assert "!" not in " ".join(words_of(survey, "en"))


def test_the_reading_grade_tells_hard_from_easy() -> None:
    assert reading_grade("The cat sat on the mat. It was warm.") < 2
    assert (
        reading_grade(
            "Notwithstanding prior authorization determinations, reimbursement eligibility necessitates documentation."
        )
        > 12
    )


def test_every_box_for_words_carries_the_safety_notice() -> None:
    for survey in SURVEYS.values():
        for key, question in survey.questions.items():
            if question.type == "text" or (question.other and key not in CONTACT):
                assert question.notice
                assert "emergencies" in question.notice.render(language="en")
    assert SUPPORT.intro
    assert "{emergency}" in SUPPORT.intro.variants[""]["es"]


def test_the_maker_question_watches_every_box_for_words() -> None:
    for key in ("support_experience", "pulse_5"):
        survey = SURVEYS[key]
        condition = survey.pages_by_id["share"].show_if
        boxes = {name for q in survey.questions.values() for name in q.names if q.type == "text" or name != q.key}
        assert questions_in(condition) == {name for name in boxes if not name.startswith("contact_")}


DEFAULTS = {
    "prepared_no": ("p1", True), "prepared_not_starting": ("p2", True), "prepared_continue_no": ("p1", True),
    "suggest_low": ("p2", False), "reach_very_hard": ("p3", False), "effort_too_much": ("p2", False),
    "firstfix_not_yet": ("p2", True), "promise_never": ("p2", False), "cost_unclear": ("p2", True),
    "howto_not_sure": ("p1", True), "howto_not_shown_soon": ("p1", True), "howto_not_shown": ("p2", True),
    "howto_not_very": ("p2", True), "worry_not_at_all": ("p3", False), "repeat_many": ("p3", False),
    "listen_never": ("p2", False), "clear_very_hard": ("p3", False), "next_never": ("p3", False),
    "callme_yes": ("p1", True),
}  # fmt: skip


def test_the_rules_have_their_defaults() -> None:
    assert {rule["key"]: (rule["severity"], rule["is_active"]) for rule in RULES} == DEFAULTS
    assert len(RULES) == len(DEFAULTS)
    assert [rule["key"] for rule in RULES if rule["kind"] == "callback"] == ["callme_yes"]
    on = {rule["question"] for rule in RULES if rule["is_active"]}
    assert on == {"prepared", "prepared_continue", "firstfix", "cost", "howto", "callme"}


@pytest.mark.parametrize("rule", RULES, ids=[rule["key"] for rule in RULES])
def test_a_rule_fits_each_of_its_surveys_and_no_other(rule: dict[str, Any]) -> None:
    fitting = [key for key, survey in SURVEYS.items() if check_condition(rule["condition"], definition=survey) == []]
    assert sorted(rule["survey_keys"]) == sorted(fitting)
    assert rule["question"] in questions_in(rule["condition"])
    assert set(rule) == {"key", "name", "survey_keys", "question", "condition", "severity", "kind", "is_active"}
    assert rule["kind"] in ("concern", "callback")
    assert rule["name"]["en"]


@pytest.mark.parametrize(
    ("answers", "facts", "expected"),
    [
        ({"prepared": "no"}, {}, {"prepared_no"}),
        ({"prepared": "not_starting"}, {}, {"prepared_not_starting"}),
        ({"prepared": "started"}, {}, set()),
        ({"prepared": "yes"}, {}, set()),
        ({"prepared_continue": "no"}, {}, {"prepared_continue_no"}),
        ({"suggest": 3}, {}, {"suggest_low"}),
        ({"suggest": 4}, {}, set()),
        ({"firstfix": "not_yet"}, {}, {"firstfix_not_yet"}),
        ({"cost": "not_at_all"}, {}, {"cost_unclear"}),
        ({"cost": "not_told"}, {}, set()),
        ({"cost": "not_told"}, {"first_fill": False}, set()),
        ({"cost": "not_told"}, {"first_fill": True}, {"cost_unclear"}),
        ({"howto": "not_at_all"}, {}, {"howto_not_sure"}),
        ({"howto": "not_very"}, {"shipped": True}, {"howto_not_very"}),
        ({"howto": "not_shown"}, {}, {"howto_not_shown"}),
        ({"howto": "not_shown"}, {"shipped": False, "days_to_first_dose": 4}, {"howto_not_shown"}),
        ({"howto": "not_shown"}, {"shipped": False, "days_to_first_dose": 3}, {"howto_not_shown_soon"}),
        ({"howto": "not_shown"}, {"shipped": True}, {"howto_not_shown_soon"}),
        ({"howto": "someone_else"}, {"shipped": True}, set()),
        ({"callme": "yes"}, {}, {"callme_yes"}),
        ({"callme": "do_not_contact"}, {}, set()),
        ({}, {"shipped": True, "first_fill": True, "days_to_first_dose": 0}, set()),
    ],
)
def test_rules_fire_as_the_table_says(answers: dict[str, Any], facts: dict[str, Any], expected: set[str]) -> None:
    assert firing(**answers)(**facts) == expected


def test_a_contented_patient_fires_nothing_even_with_every_rule_on() -> None:
    best = {key: question.choices[0].code for key, question in SUPPORT.questions.items() if question.type == "scale"}
    assert firing(**best, prepared="yes", suggest=10, callme="no")(shipped=True, first_fill=True) == set()
