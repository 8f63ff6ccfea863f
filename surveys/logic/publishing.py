"""Everything that is looked at before a survey is published."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from surveys.definitions import Definition, check, load
from surveys.definitions.limits import first_problem
from surveys.logic.findings import Finding, Severity, error
from surveys.logic.languages import missing_findings, untested_findings, with_all_words
from surveys.logic.model import Model
from surveys.logic.reachability import part_findings, reachability_findings
from surveys.logic.rules import rule_findings
from surveys.logic.solving import Solver

Rules = Sequence[Mapping[str, Any]]


def analyse(definition: Definition, *, rules: Rules = ()) -> list[Finding]:
    """List what the logic of `definition` gets wrong, errors first, else in the order of the document.

    rules: the alert rules of this survey, `{"name": …, "condition": …}`. Every condition is compared with all answers,
    scores and facts that could come together; more is thought possible than is, and the search is bounded, so that a
    finding is certain and what could not be decided is not reported. Never raises.
    """
    model = Model(definition, others=[rule.get("condition") for rule in rules])
    solver = Solver(model.implied)
    return _errors_first(
        [
            *reachability_findings(definition, model=model, solver=solver),
            *rule_findings(definition, rules=rules, model=model, solver=solver),
            *part_findings(definition, model=model, solver=solver),
            *untested_findings(definition),
        ]
    )


def findings(document: Mapping[str, Any], *, rules: Rules = ()) -> list[Finding]:
    """List what stands in the way of publishing a draft, errors first: form, references, words and logic.

    Total: any JSON value. The logic is looked at once all else, missing words excepted, is right.
    """
    if refused := first_problem(document):
        return [error("invalid", refused.pointer, refused.message)]
    problems = check(document)
    if not problems:
        return analyse(load(document), rules=rules)
    if not isinstance(document, dict):
        return [error("invalid", each.pointer, each.message) for each in problems]
    return _errors_first([*missing_findings(document), *_despite_missing_words(document, rules=rules)])


def _despite_missing_words(document: dict[str, Any], *, rules: Rules) -> Iterator[Finding]:
    whole = with_all_words(document)
    problems = check(whole)
    yield from (error("invalid", each.pointer, each.message) for each in problems)
    if not problems:
        yield from analyse(load(whole), rules=rules)


def _errors_first(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda each: each.severity is not Severity.ERROR)
