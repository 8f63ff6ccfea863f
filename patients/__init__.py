"""Whom: pseudonyms, respondents, services and touchpoints."""
