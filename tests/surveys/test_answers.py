"""Answers: what is visible, what a posted page says, and what counts."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.answers import (
    Reading,
    askable_questions,
    effective_answers,
    end_notes,
    first_open_page,
    merge,
    page_title,
    read_page,
    read_survey,
    respondent_kind,
    visible_pages,
    visible_questions,
)
from surveys.answers.messages import MESSAGES
from surveys.definitions import Definition, Page, builtin_document, load

NOBODY_KNOWN = {"respondent_known": False}
KNOWN = {"respondent_known": True}

SURVEY = load(builtin_document("support_experience"))


def text(words: str = "Words") -> dict[str, str]:
    return {"en": words, "es": words}


def choices(*codes: str, **over: Any) -> list[dict[str, Any]]:
    return [{"code": code, "text": text(code), **over.get(code, {})} for code in codes]


SMALL = load(
    {
        "schema": 1,
        "languages": ["en", "es"],
        "title": text(),
        "end": text(),
        "pages": [
            {
                "id": "one",
                "questions": [
                    {"key": "pick", "type": "choice", "text": text(), "required": True,
                     "choices": choices("a", "b", "o", o={"other": True})},
                    {"key": "many", "type": "multi", "text": text(),
                     "choices": choices("x", "y", "none", none={"exclusive": True})},
                    {"key": "rate", "type": "recommend", "text": text(), "scale": {"low": text(), "high": text()}},
                    {"key": "why", "type": "text", "text": text(), "validate": {"max_length": 10},
                     "show_if": {"score": "rate", "op": "le", "value": 60}},
                    {"key": "phone", "type": "contact", "text": text(), "validate": {"kind": "phone"}},
                    {"key": "mail", "type": "contact", "text": text(), "validate": {"kind": "email"}},
                ],
            },
            {"id": "two", "show_if": {"question": "pick", "op": "eq", "value": "b"},
             "questions": [{"key": "more", "type": "choice", "text": text(), "choices": choices("a", "b")}]},
            {"id": "three", "show_if": {"question": "more", "op": "eq", "value": "b"},
             "questions": [{"key": "last", "type": "text", "text": text()}]},
        ],
    }
)  # fmt: skip


def post(*, stored: dict[str, Any] | None = None, language: str = "en", **form: Any) -> Reading:
    return read_page(
        SMALL.pages_by_id["one"],
        form={"pick": ["a"], **form},
        definition=SMALL,
        answers=stored or {},
        facts={},
        language=language,
    )


def ids(pages: list[Page]) -> list[str]:
    return [page.id for page in pages]


def shown(page: str, *, answers: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    return [question.key for question in visible_questions(SURVEY.pages_by_id[page], answers=answers, facts=facts)]


def test_good_answers_are_kept_as_codes_numbers_and_marks() -> None:
    reading = post(
        many=["y", "x"], rate=["6"], why=["  too\r\nslow "], phone=["(555) 010-1234"], mail=["a@example.com"]
    )
    assert reading.errors == {}
    assert reading.answers == {
        "pick": "a", "many": ["x", "y"], "rate": 6, "why": True, "phone": True, "mail": True
    }  # fmt: skip
    assert reading.verbatims == {"why": "too\nslow"}
    assert reading.contacts == {"phone": "(555) 010-1234", "mail": "a@example.com"}


def test_words_and_addresses_are_never_in_the_answers() -> None:
    reading = post(rate=["0"], why=["secret"], pick__other=["secret"], phone=["5550101234"])
    assert "secret" not in str(reading.answers)
    assert "5550101234" not in str(reading.answers) + str(reading.verbatims)


@pytest.mark.parametrize(
    ("key", "values", "code"),
    [
        ("pick", ["c"], "not_an_option"),
        ("pick", ["a", "b"], "one_only"),
        ("pick", ["a", "a"], "one_only"),
        ("pick", ["A"], "not_an_option"),
        ("pick", [" a"], "not_an_option"),
        ("pick", [1], "not_an_option"),
        ("pick", [None], "not_an_option"),
        ("pick", {"a": "a"}, "not_an_option"),
        ("pick", 7, "not_an_option"),
        ("pick", [], "required"),
        ("pick", [""], "required"),
        ("many", ["x", "z"], "not_an_option"),
        ("many", ["x", "none"], "exclusive"),
        ("many", ["x"] * 1000, "not_an_option"),
        ("rate", ["11"], "not_an_option"),
        ("rate", ["-1"], "not_an_option"),
        ("rate", ["7.0"], "not_an_option"),
        ("rate", ["07"], "not_an_option"),
        ("rate", ["٧"], "not_an_option"),
        ("phone", ["call me"], "not_a_phone"),
        ("phone", ["123456"], "not_a_phone"),
        ("phone", ["1" * 16], "not_a_phone"),
        ("phone", ["555\x000101234"], "bad_characters"),
        ("phone", ["5" * 300], "too_long"),
        ("mail", ["a@b"], "not_an_email"),
        ("mail", ["a@b@c.org"], "not_an_email"),
        ("mail", ["a b@c.org"], "not_an_email"),
        ("pick__other", ["x" * 201], "too_long"),
    ],
)
def test_a_bad_value_is_an_error_and_the_rest_is_kept(key: str, values: Any, code: str) -> None:
    reading = post(rate=["9"] if key != "rate" else values, **({key: values} if key != "rate" else {}))
    assert reading.errors[key].code == code
    assert set(reading.errors) == {key}
    assert key not in reading.answers
    assert key not in reading.cleared
    assert reading.answers.get("rate" if key != "rate" else "pick") == (9 if key != "rate" else "a")


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ud800"])
def test_a_sign_that_cannot_be_stored_is_an_error(sign: str) -> None:
    reading = post(rate=["0"], why=[f"a{sign}b"])
    assert reading.errors["why"].code == "bad_characters"
    assert reading.verbatims == {}


def test_the_length_of_a_text_is_counted_in_characters_with_one_per_line_end() -> None:
    assert post(rate=["0"], why=["1234\r\n6789"]).verbatims == {"why": "1234\n6789"}
    assert post(rate=["0"], why=["ñ" * 10]).errors == {}
    assert (
        post(rate=["0"], why=["x" * 11]).errors["why"].message
        == "Your text is too long. Please use 10 characters or fewer."
    )


def test_errors_are_said_in_the_language_of_the_patient() -> None:
    assert post(pick=["?"], language="es-MX").errors["pick"].message.startswith("Por favor")
    assert post(pick=["?"], language="fr").errors["pick"].message.startswith("Please")
    exclusive = post(many=["x", "none"], language="es").errors["many"].message
    assert exclusive.startswith("Eligió “none” junto")


def test_every_message_is_there_in_both_languages() -> None:
    assert {code for code, words in MESSAGES.items() if set(words) != {"en", "es"}} == set()


def test_unknown_fields_are_one_error_and_hidden_fields_are_not() -> None:
    reading = post(zzz=["1"], last=["1"], _token=["x"], csrfmiddlewaretoken=["y"])
    assert list(reading.errors) == ["_page"]
    assert reading.errors["_page"].code == "unknown_field"
    assert "zzz" not in reading.errors["_page"].message
    assert post(_token=["x"], csrfmiddlewaretoken=["y"]).errors == {}


def test_an_option_with_a_text_box() -> None:
    assert post(pick=["o"], pick__other=["mine"]).answers == {"pick": "o", "pick__other": True}
    assert post(pick=[], pick__other=["mine"]).answers == {"pick": "o", "pick__other": True}
    kept = post(pick=["a"], pick__other=["mine"])
    assert (kept.answers["pick"], kept.verbatims) == ("a", {"pick__other": "mine"})
    assert post(pick=["o"]).answers == {"pick": "o"}


def test_words_are_kept_even_beside_an_option_that_is_refused() -> None:
    reading = post(pick=["?"], pick__other=["dizzy"])
    assert reading.verbatims == {"pick__other": "dizzy"}
    assert set(reading.errors) == {"pick"}


def test_an_emptied_answer_is_cleared_and_a_refused_one_stays() -> None:
    stored = {"pick": "b", "many": ["x"], "rate": 9, "more": "a"}
    reading = post(stored=stored, rate=["12"])
    assert merge(stored, reading) == {"pick": "a", "rate": 9, "more": "a"}


def test_an_answer_of_the_same_form_opens_a_question() -> None:
    assert "why" in post(rate=["6"], why=["slow"]).answers
    closed = post(rate=["7"], why=["slow"])
    assert closed.errors == {}
    assert "why" not in closed.answers | closed.verbatims
    stored = {"rate": 3}
    assert "why" not in post(stored=stored, rate=[], why=["slow"]).answers


def test_without_javascript_every_question_that_the_page_could_open_is_offered() -> None:
    page = load(builtin_document("support_experience")).pages_by_id["words"]
    assert [question.key for question in askable_questions(page, answers={}, facts={})] == ["words", "callme"]
    follow = {"key": "b", "type": "text", "text": text(), "show_if": {"question": "a", "op": "eq", "value": "x"}}
    first = {"key": "a", "type": "choice", "text": text(), "choices": choices("x", "y")}
    page = load(
        {
            "schema": 1,
            "languages": ["en", "es"],
            "title": text(),
            "end": text(),
            "pages": [{"id": "p", "questions": [first, follow]}],
        }
    ).pages[0]
    assert [question.key for question in visible_questions(page, answers={}, facts={})] == ["a"]
    assert [question.key for question in askable_questions(page, answers={}, facts={})] == ["a", "b"]


def test_answers_of_hidden_questions_do_not_count_and_hide_what_follows_them() -> None:
    stored = {"pick": "b", "more": "b", "last": True, "gone": 1}
    assert effective_answers(SMALL, answers=stored, facts={}) == {"pick": "b", "more": "b", "last": True}
    assert ids(visible_pages(SMALL, answers=stored, facts={})) == ["one", "two", "three"]
    stored["pick"] = "a"
    assert effective_answers(SMALL, answers=stored, facts={}) == {"pick": "a"}
    assert ids(visible_pages(SMALL, answers=stored, facts={})) == ["one"]


def test_a_hidden_answer_hides_what_follows_it_on_the_same_page_too() -> None:
    def asked(key: str, after: str = "") -> dict[str, Any]:
        show_if = {"show_if": {"question": after, "op": "eq", "value": "x"}} if after else {}
        return {"key": key, "type": "choice", "text": text(), "choices": choices("x", "y"), **show_if}

    pages = [{"id": "p", "questions": [asked("a"), asked("b", "a"), asked("c", "b")]}]
    chain = load({"schema": 1, "languages": ["en", "es"], "title": text(), "end": text(), "pages": pages})
    stored = {"a": "y", "b": "x", "c": "x"}
    assert [question.key for question in visible_questions(chain.pages[0], answers=stored, facts={})] == ["a"]
    assert effective_answers(chain, answers=stored, facts={}) == {"a": "y"}
    assert effective_answers(chain, answers=stored | {"a": "x"}, facts={}) == stored | {"a": "x"}


def test_a_page_that_opens_after_a_change_is_the_first_open_one() -> None:
    page = first_open_page(SMALL, seen_pages={"one"}, answers={"pick": "b"}, facts={})
    assert page
    assert page.id == "two"
    assert first_open_page(SMALL, seen_pages={"one"}, answers={"pick": "a"}, facts={}) is None


@pytest.mark.parametrize(
    ("answers", "facts", "opened"),
    [
        ({}, KNOWN, set()),
        ({"prepared": "no"}, KNOWN, {"missing"}),
        ({"prepared": "started"}, KNOWN, {"continue"}),
        ({"prepared": "started", "prepared_continue": "no"}, KNOWN, {"continue", "missing"}),
        ({"prepared": "yes", "prepared_continue": "no"}, KNOWN, set()),
        ({"prepared": "not_starting"}, KNOWN, set()),
        ({"firstfix": "not_yet"}, KNOWN, {"firstfix_about"}),
        ({"firstfix": "yes_later"}, KNOWN, set()),
        ({"listen": "sometimes"}, KNOWN, {"misfit"}),
        ({"listen": "never"}, KNOWN, {"misfit"}),
        ({"listen": "not_talked"}, KNOWN, set()),
        ({"callme": "yes"}, KNOWN, {"contact", "contact_more"}),
        ({"callme": "yes", "contact_channel": "email"}, KNOWN, {"contact"}),
        ({"callme": "do_not_contact"}, KNOWN, set()),
        ({"words": True}, KNOWN, {"share"}),
        ({"words": True}, KNOWN | {"text_screening": True}, set()),
        ({"prepared": "no", "missing": ["other"], "missing__other": True}, KNOWN, {"missing", "share"}),
        ({"prepared": "yes", "missing": ["other"], "missing__other": True}, KNOWN, set()),
    ],
)
def test_probes_open_on_the_page_after_their_question(
    answers: dict[str, Any], facts: dict[str, Any], opened: set[str]
) -> None:
    always = {"start", "suggest", "effort", "help", "medicine", "people", "news", "words"}
    assert set(ids(visible_pages(SURVEY, answers=answers, facts=facts))) == always | opened


def test_who_is_asked_only_while_it_is_not_known() -> None:
    assert shown("start", answers={}, facts=NOBODY_KNOWN) == ["who", "prepared"]
    assert shown("start", answers={}, facts={}) == ["who", "prepared"]
    assert shown("start", answers={}, facts=KNOWN) == ["prepared"]


def test_after_the_first_dose_the_other_question_is_asked() -> None:
    facts = KNOWN | {"started": True}
    assert ids(visible_pages(SURVEY, answers={}, facts=facts))[:2] == ["continue", "suggest"]


def test_voice_messages_and_numbers_are_asked_as_the_channel_needs() -> None:
    assert shown("contact_more", answers={"contact_channel": "call"}, facts=KNOWN) == [
        "contact_voicemail",
        "contact_number",
    ]
    assert shown("contact_more", answers={"contact_channel": "text"}, facts=KNOWN) == ["contact_number"]
    assert shown("contact_more", answers={}, facts=KNOWN) == ["contact_voicemail", "contact_number"]


def test_the_title_sets_the_window_of_recall() -> None:
    def title(facts: dict[str, Any]) -> str:
        found = page_title(SURVEY.pages_by_id["effort"], answers={}, facts=facts)
        assert found
        return found.render(language="en", fills={"program": "Bridge"})

    assert title({"earlier_responses": 0}) == title({}) == "Since you joined Bridge"
    assert title({"earlier_responses": 1}) == "In the last 3 months"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"callme": "yes", "prepared": "no"}, "at a time that you chose"),
        ({"prepared": "no"}, "You told us that something is still missing"),
        ({"prepared": "no", "callme": "no"}, "You told us that something is still missing"),
        ({"prepared": "no", "callme": "do_not_contact"}, "We will not contact you"),
        ({"callme": "do_not_contact"}, "We will not contact you"),
        ({}, "You do not need to do anything else"),
    ],
)
def test_the_last_page_says_what_happens_next_once(answers: dict[str, Any], words: str) -> None:
    [note] = end_notes(SURVEY, answers=answers, facts={})
    assert words in note.render(language="en")


def test_the_wording_follows_who_answers() -> None:
    assert respondent_kind(SURVEY, answers={"who": "caregiver"}, facts={}) == "caregiver"
    assert respondent_kind(SURVEY, answers={"who": "helped"}, facts={}) == "patient"
    assert respondent_kind(SURVEY, answers={}, facts={"respondent_kind": "hcp"}) == "hcp"
    assert respondent_kind(SURVEY, answers={}, facts={}) == "patient"


def test_a_whole_survey_is_read_at_once_and_closed_pages_are_dropped() -> None:
    form = {"pick": ["b"], "more": ["b"], "last": ["bye"]}
    assert read_survey(SMALL, form=form, facts={}, language="en").answers == {"pick": "b", "more": "b", "last": True}
    closed = read_survey(SMALL, form=form | {"pick": ["a"]}, facts={}, language="en")
    assert (closed.answers, closed.verbatims, closed.errors) == ({"pick": "a"}, {}, {})
    assert "_page" in read_survey(SMALL, form=form | {"zzz": ["1"]}, facts={}, language="en").errors


NAMES = st.sampled_from([*SMALL.pages_by_id["one"].keys, "more", "_x", "zzz", "", "pick__other__other"])
POSTED: st.SearchStrategy[Any] = st.one_of(
    st.lists(
        st.sampled_from(["", "a", "o", "x", "none", "3", "11", "\x00", "a@b.co", "555 010 1234", "\ud800"]), max_size=3
    ),
    st.sampled_from([None, 5, "a", {}, [None], [["a"]], (), b"a"]),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, POSTED, max_size=6), st.sampled_from(["en", "es", "", "xx-YY"]))
def test_any_form_is_read_and_only_offered_answers_are_kept(form: Any, language: str) -> None:
    stored = {"pick": "b", "many": ["x"], "rate": 2, "why": True}
    reading = read_page(
        SMALL.pages_by_id["one"], form=form, definition=SMALL, answers=stored, facts={}, language=language
    )
    assert all(error.message for error in reading.errors.values())
    assert not reading.cleared & (reading.answers.keys() | reading.errors.keys())
    assert reading.verbatims.keys() | reading.contacts.keys() <= reading.answers.keys()
    for name, value in reading.answers.items():
        question, is_text = SMALL.find(name)
        assert question
        assert value is True if is_text else question.has_answer(value)
    merged = merge(stored, reading)
    assert effective_answers(SMALL, answers=merged, facts={}).items() <= merged.items()


def one_page_of_15(definition_key: str = "support_experience") -> Definition:
    document = builtin_document(definition_key)
    questions = [question for page in document["pages"] for question in page["questions"]][:15]
    for question in questions:
        question.pop("show_if", None)
    return load({**document, "pages": [{"id": "all", "questions": questions}], "end_notes": []})


def test_a_page_of_15_questions_is_read_in_well_under_a_millisecond() -> None:
    definition = one_page_of_15()
    form = {question.key: [question.choices[0].code] for question in definition.questions.values()}
    rounds = []
    for _ in range(30):
        begun = time.perf_counter()
        reading = read_page(definition.pages[0], form=form, definition=definition, answers={}, facts={}, language="en")
        rounds.append(time.perf_counter() - begun)
    assert len(reading.answers) == 15
    assert min(rounds) < 0.0005
