"""Addresses of caseloop."""

from django.urls import URLPattern

app_name = "caseloop"
urlpatterns: list[URLPattern] = []
