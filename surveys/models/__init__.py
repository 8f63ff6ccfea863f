"""Surveys with immutable versions, invitations, and the responses to them."""

from surveys.models.invitation import Invitation
from surveys.models.response import Response, Verbatim
from surveys.models.survey import Occasion, Survey, SurveyVersion

__all__ = ["Invitation", "Occasion", "Response", "Survey", "SurveyVersion", "Verbatim"]
