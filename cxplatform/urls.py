"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

handler400 = "desk.views.errors.bad_request"
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("desk.urls")),
    path("", include("surveys.urls")),
    path("", include("caseloop.urls")),
    path("", include("alerts.urls")),
    path("", include("tenants.urls")),
    path("accounts/", include("allauth.urls")),
]
