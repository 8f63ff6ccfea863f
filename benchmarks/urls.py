"""The product's addresses, and the bare ones."""

from django.urls import include, path

from benchmarks import views

handler400 = "desk.views.errors.bad_request"
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.server_error"

urlpatterns = [
    path("bare/survey/", views.survey),
    path("bare/cases/", views.cases),
    path("", include("cxplatform.urls")),
]
