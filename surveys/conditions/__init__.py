"""Conditions: one JSON tree for `show_if`, alert rules and quotas.

A tree is `{"all": [..]}`, `{"any": [..]}`, `{"not": {..}}` or a comparison
`{"question" | "score" | "fact": name, "op": op, "value": value}`. There are no regular expressions.
"""

from surveys.conditions.checking import MAX_DEPTH, MAX_NODES, OPS, Problem, check_condition
from surveys.conditions.evaluation import Condition, holds, leaves, questions_in, reasons, scores_in
from surveys.conditions.facts import FACTS
from surveys.conditions.residual import FALSE, TRUE, residual
from surveys.conditions.words import in_words

__all__ = [
    "FACTS",
    "FALSE",
    "MAX_DEPTH",
    "MAX_NODES",
    "OPS",
    "TRUE",
    "Condition",
    "Problem",
    "check_condition",
    "holds",
    "in_words",
    "leaves",
    "questions_in",
    "reasons",
    "residual",
    "scores_in",
]
