"""The logic of a survey: what its conditions make of it, before it is published and while a page is open."""

from surveys.logic.findings import Finding, Severity
from surveys.logic.languages import missing_words, texts_in
from surveys.logic.live import live_page
from surveys.logic.publishing import analyse, findings

__all__ = ["Finding", "Severity", "analyse", "findings", "live_page", "missing_words", "texts_in"]
