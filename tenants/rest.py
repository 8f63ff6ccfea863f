"""The base of the partner API: keys, scopes, binding, and errors as RFC 9457 problem details."""

import hashlib
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from cxplatform.lib.tenancy import NothingFound, bound_by, confine, scope_of
from tenants.access import Access
from tenants.models import ApiKey

_BEARER = b"bearer"


class TenantApiView(APIView):
    """A view that runs bound to the key's organization, and confined to the key's partner.

    scopes: HTTP method → scope that the key must have ("" for any valid key).
    """

    access = Access("key")
    scopes: dict[str, str] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the key, bind its organization, and run; a bad key is answered 401 with nothing bound."""
        try:
            with bound_by("cx_api_key", _key_hash(request)) as (_, key_id):
                key = ApiKey.objects.usable(now=timezone.now()).filter(pk=key_id).first()
                if key and key.partner_id:
                    confine(key.partner_id)
                request.api_key = key  # type: ignore[attr-defined]
                return super().dispatch(request, *args, **kwargs)
        except NothingFound:
            return super().dispatch(request, *args, **kwargs)


def _key_hash(request: HttpRequest) -> bytes:
    words = request.headers.get("Authorization", "").encode().split()
    key = words[1] if len(words) == 2 and words[0].lower() == _BEARER else b""
    return hashlib.sha256(key).digest()


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an API error as application/problem+json with an `errors` list that names fields (RFC 9457)."""
    response = exception_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "detail": _detail(error),
    }
    if isinstance(error, ValidationError):
        problem["errors"] = list(_field_errors(error.get_full_details(), ""))
    _undo()
    response.data = problem
    response.content_type = "application/problem+json"
    return response


def _undo() -> None:
    """Undo what the view wrote before it raised: DRF turns the exception into an answer, and `bound` would commit."""
    if scope_of(connection):
        transaction.set_rollback(True)


def _detail(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "Some fields are not right; `errors` names them."
    if isinstance(error, AuthenticationFailed | NotAuthenticated):
        return "The key is missing, unknown, expired or revoked."
    return str(error.detail) if isinstance(error, APIException) else (str(error) or "Not found, or not yours.")


def _field_errors(details: Any, pointer: str) -> Any:
    if isinstance(details, dict) and "message" in details:
        yield {"pointer": pointer or "/", "code": str(details["code"]), "message": str(details["message"])}
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _field_errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(details, list):
        for inner in details:
            yield from _field_errors(inner, pointer)
