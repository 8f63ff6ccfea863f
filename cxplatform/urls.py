"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from tenants.access import signed_in

handler400 = "desk.views.errors.bad_request"
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    # Before the page of a patient, whose pseudonym could be any word.
    path("", include("patients.urls")),
    path("", include("surveys.urls")),
    path("", include("desk.urls")),
    path("", include("caseloop.urls")),
    path("", include("alerts.urls")),
    path("", include("safety.urls")),
    path("", include("messaging.urls")),
    path("", include("tenants.urls")),
    # An address is changed by an admin, because it is where alerts go.
    path("accounts/email/", signed_in(RedirectView.as_view(pattern_name="desk:profile")), name="account_email"),
    path("accounts/", include("allauth.urls")),
]
