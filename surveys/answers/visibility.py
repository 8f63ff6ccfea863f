"""Which pages and questions are open, given the answers so far. Pure; one pass in the order of asking."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from surveys.conditions.evaluation import holds
from surveys.definitions.document import Definition, Page, Question
from surveys.definitions.text import Text

Answers = Mapping[str, Any]
Facts = Mapping[str, Any]


def visible_pages(definition: Definition, *, answers: Answers, facts: Facts) -> list[Page]:
    """Return the pages to show, in order.

    A page shows where its condition holds and at least one of its questions shows; one without questions only informs.
    """
    return [page for page, _, _ in _walk(definition, answers=answers, facts=facts)]


def visible_questions(page: Page, *, answers: Answers, facts: Facts, scores: Answers | None = None) -> list[Question]:
    """Return the questions of `page` that the answers so far make visible, in order.

    answers: the effective answers. scores: item scores, needed only where a condition of the page uses them.
    The condition of the page itself is not looked at.
    """
    return _open_questions(page, known=dict(answers), facts=facts, scores=scores or {})


def askable_questions(page: Page, *, answers: Answers, facts: Facts) -> list[Question]:
    """Return what a page without JavaScript must show, in order.

    These are the visible questions, and those that an answer given on the same page could still make visible.
    """
    visible = set(visible_questions(page, answers=answers, facts=facts))
    return [
        question for question in page.questions if question in visible or not question.depends.isdisjoint(page.keys)
    ]


def effective_answers(definition: Definition, *, answers: Answers, facts: Facts) -> dict[str, Any]:
    """Return the answers that count: those of questions that are visible now. Unknown keys are dropped."""
    kept: dict[str, Any] = {}
    for _, questions, _ in _walk(definition, answers=answers, facts=facts):
        for question in questions:
            kept.update((name, answers[name]) for name in question.names if answers.get(name) is not None)
    return kept


def visible_walk(definition: Definition, *, answers: Answers, facts: Facts) -> Iterator[tuple[Question, Any]]:
    """Yield each visible question with its answer (None if there is none), in order."""
    for _, questions, known in _walk(definition, answers=answers, facts=facts):
        for question in questions:
            yield question, known.get(question.key)


def item_scores(definition: Definition, *, answers: Answers, facts: Facts) -> dict[str, float]:
    """Return the points of each question that `answers` score, by key; hidden questions are not looked for."""
    found = {
        key: definition.questions[key].score(value, facts=facts)
        for key, value in answers.items()
        if key in definition.questions
    }
    return {key: score for key, score in found.items() if score is not None}


def first_open_page(
    definition: Definition, *, seen_pages: Collection[str], answers: Answers, facts: Facts
) -> Page | None:
    """Return the first visible page whose id is not in `seen_pages`; None when all have been saved."""
    pages = visible_pages(definition, answers=answers, facts=facts)
    return next((page for page in pages if page.id not in seen_pages), None)


def page_title(page: Page, *, answers: Answers, facts: Facts) -> Text | None:
    """Return the title of `page`: the first of its `titles` whose condition holds, else its usual one."""
    return next((each.text for each in page.titles if holds(each.show_if, answers=answers, facts=facts)), page.title)


def end_notes(definition: Definition, *, answers: Answers, facts: Facts, scores: Answers | None = None) -> list[Text]:
    """Return what the last page adds for these (effective) answers, in order."""
    return [
        note.text
        for note in definition.end_notes
        if holds(note.show_if, answers=answers, scores=scores or {}, facts=facts)
    ]


def respondent_kind(definition: Definition, *, answers: Answers, facts: Facts) -> str:
    """Return who answers, for the wording: "patient", "caregiver" or "hcp".

    What the question tagged with the measure `respondent` says comes first, then the fact; the default is "patient".
    """
    said = [answers[q.key] for q in definition.with_measure("respondent") if answers.get(q.key)]
    if said:
        return "caregiver" if said[0] == "caregiver" else "patient"
    return str(facts.get("respondent_kind") or "patient")


def _walk(
    definition: Definition, *, answers: Answers, facts: Facts
) -> Iterator[tuple[Page, list[Question], dict[str, Any]]]:
    known: dict[str, Any] = {}
    for page in definition.pages:
        scores = item_scores(definition, answers=known, facts=facts) if page.uses_scores else {}
        if page.show_if and not holds(page.show_if, answers=known, scores=scores, facts=facts):
            continue
        offered = {**known, **{key: answers[key] for key in page.keys if answers.get(key) is not None}}
        questions = _open_questions(page, known=offered, facts=facts, scores=scores)
        if page.questions and not questions:
            continue
        for question in questions:
            known.update((name, answers[name]) for name in question.names if answers.get(name) is not None)
        yield page, questions, known


def _open_questions(page: Page, *, known: dict[str, Any], facts: Facts, scores: Answers) -> list[Question]:
    so_far = dict(scores)
    questions = []
    for question in page.questions:
        if question.show_if is None or holds(question.show_if, answers=known, scores=so_far, facts=facts):
            questions.append(question)
            score = question.score(known.get(question.key), facts=facts) if page.uses_scores else None
            so_far.update({} if score is None else {question.key: score})
        else:
            for name in question.names:
                known.pop(name, None)
    return questions
