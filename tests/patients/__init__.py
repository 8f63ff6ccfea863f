"""Patients, respondents, touchpoints."""
