"""Pages, questions and passages that nobody can ever see, and conditions that say nothing."""

from collections.abc import Iterator, Sequence

from surveys.conditions.evaluation import branches
from surveys.definitions.document import Definition, Page, Passage, Question
from surveys.logic.findings import Finding, error, warning
from surveys.logic.model import Model
from surveys.logic.solving import ALWAYS, AllOf, Goal, Solver


def reachability_findings(definition: Definition, *, model: Model, solver: Solver) -> Iterator[Finding]:
    """Yield what can never be shown and which conditions always hold, in the order of the document.

    What could not be decided within the solver's budget is never reported.
    """
    checker = _Checker(model=model, solver=solver)
    for number, page in enumerate(definition.pages):
        yield from checker.page(page, pointer=f"/pages/{number}")
    yield from checker.notes(definition.end_notes)


def part_findings(definition: Definition, *, model: Model, solver: Solver) -> Iterator[Finding]:
    """Yield the parts of an `any` that can never hold, where another part can.

    Worth knowing but costly, so this comes last, from what is left of the solver's budget.
    """
    checker = _Checker(model=model, solver=solver)
    for number, page in enumerate(definition.pages):
        name, here, place = f"The page “{page.id}”", model.goal(page.show_if), f"/pages/{number}"
        yield from checker.parts(name, page.show_if, around=ALWAYS, pointer=f"{place}/show_if")
        for index, question in enumerate(page.questions):
            name, pointer = f"The question “{question.key}”", f"{place}/questions/{index}/show_if"
            yield from checker.parts(name, question.show_if, around=here, pointer=pointer)


class _Checker:
    def __init__(self, *, model: Model, solver: Solver) -> None:
        self.model = model
        self.solver = solver

    def page(self, page: Page, *, pointer: str) -> Iterator[Finding]:
        name, here = f"The page “{page.id}”", self.model.goal(page.show_if)
        if page.show_if is not None and self.solver.can_meet(here) is False:
            yield error("never_shown", f"{pointer}/show_if", self.never(name, page.show_if, around=ALWAYS, what="page"))
            yield from self.unanswerable(page, pointer=pointer)
            return
        yield from self.idle(name, page.show_if, around=ALWAYS, pointer=f"{pointer}/show_if")
        hidden = 0
        for index, question in enumerate(page.questions):
            place = f"{pointer}/questions/{index}"
            found = list(self.question(question, around=here, pointer=place))
            hidden += any(each.kind == "never_shown" for each in found)
            yield from found
        if page.questions and hidden == len(page.questions):
            message = (
                f"{name} can never be shown, because none of its questions can: change their conditions or remove it."
            )
            yield error("never_shown", pointer, message)
        yield from self.titles(page, around=here, pointer=f"{pointer}/titles")

    def unanswerable(self, page: Page, *, pointer: str) -> Iterator[Finding]:
        for index, question in enumerate(page.questions):
            if question.required:
                yield _unanswerable(question, pointer=f"{pointer}/questions/{index}")

    def question(self, question: Question, *, around: Goal, pointer: str) -> Iterator[Finding]:
        name = f"The question “{question.key}”"
        if question.show_if is not None:
            if self.solver.can_meet(around, self.model.goal(question.show_if)) is False:
                message = self.never(name, question.show_if, around=around, what="question")
                yield error("never_shown", f"{pointer}/show_if", message)
                if question.required:
                    yield _unanswerable(question, pointer=pointer)
                return
            yield from self.idle(name, question.show_if, around=around, pointer=f"{pointer}/show_if")
        yield from self.scores(question, pointer=pointer)

    def never(self, name: str, condition: object, *, around: Goal, what: str) -> str:
        goal = self.model.goal(condition)
        if self.solver.can_meet(goal, linked=False) is False:
            because = "its condition can never hold"
        elif self.solver.can_meet(around, goal, linked=False) is False:
            because = "its condition contradicts that of its page"
        else:
            because = "its condition needs earlier answers that nobody can have given together"
        return f"{name} can never be shown, because {because}: change the condition or remove the {what}."

    def idle(self, name: str, condition: object, *, around: Goal, pointer: str) -> Iterator[Finding]:
        if condition is None:
            return
        if self.solver.can_meet(around, self.model.goal(condition, wanted=False)) is False:
            yield warning("always_holds", pointer, f"{name} is always shown here: remove its condition, or change it.")

    def parts(self, name: str, condition: object, *, around: Goal, pointer: str) -> Iterator[Finding]:
        kind, parts = branches(condition) or ("", ())
        goals = [self.model.goal(part) for part in (parts if kind == "any" else ())]
        never = [index for index, goal in enumerate(goals) if self.solver.can_meet(around, goal) is False]
        for index in never if len(never) < len(goals) else ():
            message = f"{name} has a condition whose part {index + 1} can never hold: remove that part, or change it."
            yield warning("never_holds", f"{pointer}/any/{index}", message)

    def scores(self, question: Question, *, pointer: str) -> Iterator[Finding]:
        for choice in question.choices:
            if choice.score_if is not None and self.solver.can_meet(self.model.goal(choice.score_if)) is False:
                message = (
                    f"The score of the answer “{choice.code}” to the question “{question.key}” can never count, "
                    "because its condition can never hold: change the condition or remove the score."
                )
                yield warning("never_holds", pointer, message)

    def titles(self, page: Page, *, around: Goal, pointer: str) -> Iterator[Finding]:
        for index, title in enumerate(page.titles):
            name = f"Title {index + 1} of the page “{page.id}”"
            yield from self.passage(title, name=name, around=around, pointer=f"{pointer}/{index}/show_if")
            # The first that holds is used: the next ones are for when it does not.
            around = AllOf((around, self.model.goal(title.show_if, wanted=False)))

    def notes(self, notes: Sequence[Passage]) -> Iterator[Finding]:
        for index, note in enumerate(notes):
            name, pointer = f"Note {index + 1} at the end", f"/end_notes/{index}/show_if"
            yield from self.passage(note, name=name, around=ALWAYS, pointer=pointer)

    def passage(self, passage: Passage, *, name: str, around: Goal, pointer: str) -> Iterator[Finding]:
        if self.solver.can_meet(around, self.model.goal(passage.show_if)) is False:
            yield warning("never_holds", pointer, f"{name} can never be shown: change its condition or remove it.")
        elif self.solver.can_meet(around, self.model.goal(passage.show_if, wanted=False)) is False:
            yield warning(
                "always_holds", pointer, f"{name} is always shown there: check that its condition is meant so."
            )


def _unanswerable(question: Question, *, pointer: str) -> Finding:
    message = f"The question “{question.key}” must be answered but can never be shown: make it reachable or remove it."
    return error("never_answered", pointer, message)
