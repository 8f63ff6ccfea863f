"""Addresses of alerts, rules and routes."""

from django.urls import URLPattern, path

from alerts.views import alerts, routes, rules

app_name = "alerts"

_RULES = "o/<slug:slug>/settings/rules/"

urlpatterns: list[URLPattern] = [
    path("o/<slug:slug>/alerts/", alerts.index, name="index"),
    path(_RULES, rules.rules, name="rules"),
    path(f"{_RULES}new/<slug:survey_key>/", rules.new_rule, name="new_rule"),
    path(f"{_RULES}<uuid:rule_id>/", rules.rule, name="rule"),
    path(f"{_RULES}<uuid:rule_id>/switch/", rules.switch, name="switch_rule"),
    path("o/<slug:slug>/settings/routes/", routes.routes, name="routes"),
]
