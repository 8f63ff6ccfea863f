"""Addresses of the patient's pages."""

from django.urls import path

from surveys.views import patient

app_name = "surveys"
urlpatterns = [path("s/<str:token>/", patient.answer, name="answer")]
