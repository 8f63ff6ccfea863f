"""Addresses of the patient's pages, and of surveys for staff."""

from django.urls import URLPattern, path

from surveys.views import patient, staff

app_name = "surveys"

_SURVEYS = "o/<slug:slug>/surveys/"
_SURVEY = f"{_SURVEYS}<slug:key>/"

urlpatterns: list[URLPattern] = [
    path("s/<str:token>/", patient.answer, name="answer"),
    path(_SURVEYS, staff.index, name="index"),
    path(_SURVEY, staff.survey, name="survey"),
    path(f"{_SURVEY}preview/", staff.preview, name="preview"),
    path(f"{_SURVEY}plan/", staff.add_occasion, name="add_occasion"),
    path(f"{_SURVEY}plan/<uuid:occasion_id>/", staff.change_occasion, name="change_occasion"),
]
