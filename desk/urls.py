"""Addresses of the cross-app pages."""

from django.urls import path

from desk.views import health

app_name = "desk"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
