"""Addresses of the post office: stopping messages, webhooks of providers, and the wording of messages to patients."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from messaging.views import hooks, unsubscribe, wording

app_name = "messaging"

_MESSAGES = "o/<slug:slug>/settings/messages/"
_WORDING = f"{_MESSAGES}<uuid:program_id>/<slug:template>/<slug:channel>/<slug:language>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("u/<str:signed>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("hooks/sms/inbound", hooks.sms_inbound, name="sms_inbound"),
    path("hooks/sms/status", hooks.sms_status, name="sms_status"),
    path(_MESSAGES, wording.wordings, name="wordings"),
    path(_WORDING, wording.wording, name="wording"),
    path(f"{_WORDING}preview/", wording.preview, name="preview"),
    path(f"{_WORDING}test/", wording.test_send, name="test_send"),
    path(f"{_WORDING}built-in/", wording.built_in, name="built_in"),
]
if settings.ANYMAIL.get("WEBHOOK_SECRET"):  # anybody could post events otherwise
    urlpatterns.append(path("hooks/mail/", include("anymail.urls")))
