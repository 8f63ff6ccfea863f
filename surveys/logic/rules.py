"""Alert rules beside a survey: which of them a new version would break."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from surveys.conditions import check_condition
from surveys.definitions.document import Definition
from surveys.logic.findings import Finding, error, warning
from surveys.logic.model import Model
from surveys.logic.solving import Solver


def rule_findings(
    definition: Definition, *, rules: Sequence[Mapping[str, Any]], model: Model, solver: Solver
) -> Iterator[Finding]:
    """Yield what `definition` does to alert rules: names and codes that it lacks, and rules that could never fire.

    rules: each has `name` (words) and `condition`; only those that are meant for this survey. model: made with them.
    """
    for index, rule in enumerate(rules):
        pointer, condition = f"/rules/{index}", rule.get("condition")
        name = f"The alert rule “{rule.get('name')}”"
        problems = check_condition(condition, definition=definition, pointer=f"{pointer}/condition")
        for problem in problems:
            said = problem.message.removesuffix(".")
            message = f"{name} would stop working. {said}: change the rule, or keep what it uses."
            yield error("broken_rule", problem.pointer, message)
        if not problems and solver.can_meet(model.goal(condition)) is False:
            message = f"{name} could never fire: change the rule, or who is asked what it uses."
            yield warning("idle_rule", f"{pointer}/condition", message)
