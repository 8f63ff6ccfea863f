"""Addresses of the cross-app pages."""

from django.urls import path

from desk.views import account, audit, go, health, home, organizations, outbox, palette, patients, records, status

app_name = "desk"
urlpatterns = [
    path("", organizations.organizations, name="organizations"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("statusz", health.statusz, name="statusz"),
    path("go/<str:token>", go.go, name="go"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.outbox_message, name="outbox_message"),
    path("accounts/welcome/<str:uid>/<str:token>/", account.welcome, name="welcome"),
    path("accounts/profile/", account.profile, name="profile"),
    path("o/<str:slug>/", home.home, name="home"),
    path("o/<str:slug>/patients/", patients.patients, name="patients"),
    path("o/<str:slug>/patients/find/", patients.find, name="find"),
    path("o/<str:slug>/patients/<str:pseudonym>/", patients.patient, name="patient"),
    path("o/<str:slug>/patients/<str:pseudonym>/merge/", records.merge, name="merge"),
    path("o/<str:slug>/patients/<str:pseudonym>/erase/", records.erase_patient, name="erase"),
    path("o/<str:slug>/patients/<str:pseudonym>/erasures/<uuid:erasure_id>/", records.certificate, name="certificate"),
    path("o/<str:slug>/palette/", palette.palette, name="palette"),
    path("o/<str:slug>/settings/audit/", audit.audit, name="audit"),
    path("o/<str:slug>/settings/status/", status.status, name="status"),
    path("o/<str:slug>/settings/status/messages/<uuid:message_id>/", status.try_again, name="try_again"),
]
