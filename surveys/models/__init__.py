"""Surveys with immutable versions, invitations, and the responses to them."""

from surveys.models.invitation import CallTask, Invitation, Skip
from surveys.models.mailing import Mailing
from surveys.models.response import Response, Verbatim
from surveys.models.survey import Occasion, Survey, SurveyVersion

__all__ = [
    "CallTask",
    "Invitation",
    "Mailing",
    "Occasion",
    "Response",
    "Skip",
    "Survey",
    "SurveyVersion",
    "Verbatim",
]
