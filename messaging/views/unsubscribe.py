"""/u/<signed>/: one button, or one click of a mail program, and nothing more goes to that address."""

import base64
import hashlib
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cxplatform.lib.tenancy import bound
from messaging.links import read_signed
from messaging.models import Message
from messaging.services import unsubscribe as stop_messages
from messaging.words import LANGUAGES, spoken
from tenants.access import declared

PATIENT_CSS = (settings.BASE_DIR / "static" / "css" / "patient.css").read_text(encoding="utf-8").strip()
_STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(PATIENT_CSS.encode()).digest()).decode()
_CSP = (
    f"default-src 'none'; style-src '{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_NAMES = {"en": "English", "es": "Español"}


@csrf_exempt  # mail programs post here for the person, without a cookie (RFC 8058); the signed address is the authority
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@declared("link")
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """Ask whether messages shall stop (GET, which never acts), or stop them (POST, also by one click)."""
    about = read_signed("unsubscribe", signed)
    found = _message(*about) if about else None
    if about is None or found is None:
        return _page(request, "unknown", language=_wanted(request) or translation.get_language(), status=404)
    name, language = found
    language = _wanted(request) or spoken(language)
    if request.method == "POST":
        stop_messages(organization_id=about[0], message_id=about[1], now=timezone.now())
        return _page(request, "done", language=language, name=name)
    return _page(request, "ask", language=language, name=name)


def _message(organization_id: UUID, message_id: UUID) -> tuple[str, str] | None:
    """Return the neutral name of the program and the language of the message."""
    with bound(organization_id):
        found = Message.objects.filter(pk=message_id, program__isnull=False)
        return found.values_list("program__public_name", "language").first()


def _page(request: HttpRequest, kind: str, *, language: str, name: str = "", status: int = 200) -> HttpResponse:
    language = spoken(language)
    context = {
        "kind": kind,
        "program_name": name,
        "patient_css": PATIENT_CSS,
        "language": {"code": language, "name": _NAMES[language], "dir": "ltr"},
        "languages": [
            {"code": code, "name": _NAMES[code], "dir": "ltr", "url": f"?lang={code}", "current": code == language}
            for code in LANGUAGES
        ]
        if kind == "ask"
        else [],
    }
    with translation.override(language):
        response = render(request, "messaging/unsubscribe.html", context, status=status)
    response["Content-Security-Policy"] = _CSP
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Language"] = language
    return response


def _wanted(request: HttpRequest) -> str:
    language = request.GET.get("lang", "")
    return language if language in LANGUAGES else ""
