"""Addresses of the patient's pages, and of surveys for staff."""

from django.urls import URLPattern, path

from surveys.views import calls, invitations, journeys, links, patient, staff

app_name = "surveys"

_SURVEYS = "o/<slug:slug>/surveys/"
_SURVEY = f"{_SURVEYS}<slug:key>/"

urlpatterns: list[URLPattern] = [
    path("s/<str:token>/", patient.answer, name="answer"),
    path(_SURVEYS, staff.index, name="index"),
    path("o/<slug:slug>/patients/links/", links.export, name="links"),
    path("o/<slug:slug>/patients/<str:pseudonym>/invite/", invitations.invite, name="invite"),
    path(f"{_SURVEYS}send/", invitations.send, name="send"),
    path(f"{_SURVEYS}send/<uuid:mailing_id>/cancel/", invitations.cancel_mailing, name="cancel_mailing"),
    path(f"{_SURVEYS}calls/", calls.listing, name="calls"),
    path(f"{_SURVEYS}calls/<uuid:task_id>/start/", calls.start_call, name="start_call"),
    path(f"{_SURVEYS}calls/<uuid:task_id>/end/", calls.end_call, name="end_call"),
    path(f"{_SURVEYS}calls/<uuid:task_id>/ask/<str:door>/", calls.ask, name="ask"),
    path(_SURVEY, staff.survey, name="survey"),
    path(f"{_SURVEY}invitations/", invitations.listing, name="invitations"),
    path(f"{_SURVEY}invitations/<uuid:invitation_id>/resend/", invitations.resend, name="resend"),
    path(f"{_SURVEY}invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="revoke"),
    path(f"{_SURVEY}preview/", staff.preview, name="preview"),
    path(f"{_SURVEY}plan/", journeys.add_occasion, name="add_occasion"),
    path(f"{_SURVEY}plan/<uuid:occasion_id>/", journeys.change_occasion, name="change_occasion"),
    path(f"{_SURVEY}plan/<uuid:occasion_id>/try/", journeys.try_occasion, name="try_occasion"),
]
