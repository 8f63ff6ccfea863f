"""The difference of two versions of a survey, and what it does to the trends of its questions."""

from surveys.difference.changes import Change, Impact
from surveys.difference.documents import difference
from surveys.difference.series import first_series, series

__all__ = ["Change", "Impact", "difference", "first_series", "series"]
