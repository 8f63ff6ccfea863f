"""The twin of the condition evaluator in a real browser: the shared cases, and whole pages beside the server."""

import random
from typing import TYPE_CHECKING, Any

import pytest

from surveys.answers import read_page
from surveys.definitions import Definition, Page, Question
from tests.surveys.test_twin import CASES, asked_on, sittings, told

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

IMPORT = "const twin = await import('/static/js/conditions.js');"


@pytest.fixture
def tab(page: "Tab") -> "Tab":
    """Return a page of the live server, whose static files the module comes from."""
    page.goto("/healthz")
    return page


@pytest.mark.thorough
def test_every_shared_case_passes_in_the_browser(tab: "Tab") -> None:
    found = tab.evaluate(
        f"async (cases) => {{ {IMPORT} return cases.map((each) => twin.holds(each.condition, each)); }}", CASES
    )
    wrong = [case["name"] for case, answer in zip(CASES, found, strict=True) if answer is not case["expected"]]
    assert wrong == []
    assert len(found) >= 200


@pytest.mark.thorough
def test_the_browser_shows_the_questions_that_the_server_would(tab: "Tab") -> None:
    asked: list[dict[str, Any]] = []
    expected: list[list[str]] = []
    for definition, page, answers, facts in sittings(10):
        on_page = {name: value for name, value in answers.items() if name in page.keys}
        asked.append({"page": told(definition, page, answers, facts), "answers": on_page})
        expected.append(asked_on(definition, page, answers, facts))
    found = tab.evaluate(f"async (all) => {{ {IMPORT} return all.map((each) => twin.shown(each.page, each)); }}", asked)
    assert found == expected


@pytest.mark.thorough
def test_the_browser_reads_a_form_as_the_server_does(tab: "Tab") -> None:
    dice = random.Random(7)
    asked: list[dict[str, Any]] = []
    expected: list[dict[str, Any]] = []
    for definition, page, answers, facts in sittings(6):
        form = {name: values for question in page.questions for name, values in _filled(question, dice)}
        fields = [[name, value] for name, values in form.items() for value in values]
        asked.append({"page": told(definition, page, answers, facts), "fields": fields})
        expected.append(_read(definition, page, form, answers, facts))
    found = tab.evaluate(f"async (all) => {{ {IMPORT} {READ} return all.map(read); }}", asked)
    assert found == expected
    assert sum(1 for each in expected if each) > 50


READ = """
const read = ({ page, fields }) => {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  const answers = twin.answersIn(page, form);
  const keys = new Set(twin.shown(page, { answers }));
  const names = page.questions.filter((each) => keys.has(each.key)).flatMap((each) => each.names);
  return Object.fromEntries(Object.entries(answers).filter(([name]) => names.includes(name)));
};
"""


def _filled(question: Question, dice: random.Random) -> list[tuple[str, list[str]]]:
    """Return what somebody may have entered for one question: nothing, one thing, or several where that is allowed."""
    codes = list(question.codes)
    match str(question.type):
        case "multi":
            values = [code for code in codes if dice.random() < 0.35]
        case "text":
            values = [dice.choice(["", "  \n ", "Words", " más "])]
        case "contact":
            values = [dice.choice(["", "+1 555 010 9999"])] if question.validate.get("kind") == "phone" else []
        case _:
            values = [dice.choice(codes)] if dice.random() < 0.7 else []
    entered = [(question.key, values)]
    if question.other:
        entered.append((question.other_key, [dice.choice(["", " ", "Something"])]))
    return entered


def _read(
    definition: Definition, page: Page, form: dict[str, list[str]], answers: dict[str, Any], facts: dict[str, Any]
) -> dict[str, Any]:
    others = {name: value for name, value in answers.items() if name not in page.keys}
    return read_page(page, form=form, definition=definition, answers=others, facts=facts, language="en").answers
