"""What a log line may hold: ids, never words of or about a person. One line for each request."""

import re
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase

log = structlog.get_logger(__name__)

# Any long part of a path that is no UUID: the secret of a survey, go, unsubscribe, welcome or confirmation link.
_TOKEN_IN_PATH = re.compile(r"/(?![0-9a-f]{8}-[0-9a-f-]{27}(?:/|$))[\w:=-]{20,}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_DROPPED = ("user_agent", "ip", "body", "answers", "text")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLog:
    """Middleware: give each request an id, which every line about it carries, and write one line at its end.

    A proxy may give the id in X-Request-ID (8 to 64 letters, digits and dashes). The query is left out: it may hold
    what somebody searched for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, and log how."""
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        structlog.contextvars.bind_contextvars(request_id=given if _REQUEST_ID.fullmatch(given) else uuid4().hex)
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            ms = round((time.perf_counter() - begun) * 1000, 1)
            log.info("request", method=request.method, path=_masked(request.path), code=response.status_code, ms=ms)
            return response
        finally:
            structlog.contextvars.clear_contextvars()


def ids_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what could describe a person from a structlog event: link tokens, e-mail addresses, agents, addresses."""
    for key in _DROPPED:
        event.pop(key, None)
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _EMAIL.sub("<address>", _masked(value))
    return event


def where_it_broke(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the kind of an exception and its lines of code for `exc_info`: its words may hold a value out of a row."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__name__
        event["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _masked(path: str) -> str:
    return _TOKEN_IN_PATH.sub("/<token>", path)
