"""Verbs of attention: evaluate a revision, raise an alert once, tell the right people."""

from alerts.routing import find_team
from alerts.services.evaluation import evaluate_response, push_back
from alerts.services.notice import announce, push_notice_back, recipients, settle_notice, stand_in

__all__ = [
    "announce",
    "evaluate_response",
    "find_team",
    "push_back",
    "push_notice_back",
    "recipients",
    "settle_notice",
    "stand_in",
]
