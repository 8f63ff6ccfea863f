"""The whole journey of one patient in one timeline, newest first, so that nobody has to tell a story twice."""

from desk.journey.entry import KINDS, Entry
from desk.journey.page import Family, Journey, journey

__all__ = ["KINDS", "Entry", "Family", "Journey", "journey"]
