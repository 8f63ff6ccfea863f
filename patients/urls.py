"""Addresses of the pages that change a patient's record."""

from django.urls import path

from patients.views import consents, details, imports, people, status, touchpoints

app_name = "patients"
_IMPORTS = "o/<str:slug>/patients/import/"
_IMPORT = f"{_IMPORTS}<uuid:import_id>/"
_PATIENT = "o/<str:slug>/patients/<str:pseudonym>"
urlpatterns = [
    path(_IMPORTS, imports.imports, name="imports"),
    path(_IMPORT, imports.show, name="import"),
    path(f"{_IMPORT}check/", imports.check, name="check_import"),
    path(f"{_IMPORT}start/", imports.start, name="start_import"),
    path(f"{_IMPORT}cancel/", imports.cancel, name="cancel_import"),
    path(f"{_IMPORT}undo/", imports.undo, name="undo_import"),
    path(f"{_IMPORT}faults.csv", imports.faults, name="import_faults"),
    path("o/<str:slug>/patients/new/", details.new, name="new"),
    path(f"{_PATIENT}/edit/", details.edit, name="edit"),
    path(f"{_PATIENT}/people/new/", people.new_caregiver, name="new_caregiver"),
    path(f"{_PATIENT}/people/<uuid:respondent_id>/", people.person, name="person"),
    path(f"{_PATIENT}/people/<uuid:respondent_id>/allow/", people.allow, name="allow"),
    path(f"{_PATIENT}/touchpoints/new/", touchpoints.note, name="note"),
    path(f"{_PATIENT}/touchpoints/<uuid:touchpoint_id>/void/", touchpoints.void, name="void"),
    path(f"{_PATIENT}/consents/", consents.consents, name="consents"),
    path(f"{_PATIENT}/consents/<uuid:respondent_id>/", consents.change, name="change_consent"),
    path(f"{_PATIENT}/status/", status.status, name="status"),
]
