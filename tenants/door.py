"""The short way in for people who hold a link: no session, no cookie, no sign-in, no staff security headers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from tenants.access import access_of


class LinkDoor:
    """Middleware: answer a view declared `link` at once, past the middleware that only signed-in people need.

    Such a view has its token as its only authority and sets its own strict headers; half of the middleware of a staff
    page would look for cookies that are not there. Everything else goes the long way, as does an address that leads
    nowhere.
    """

    PREFIX = "/s/"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass on."""
        if not request.path_info.startswith(self.PREFIX):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        access = access_of(match.func)
        if access is None or access.need != "link":
            return self.get_response(request)
        request.resolver_match = match
        return match.func(request, *match.args, **match.kwargs)  # type: ignore[no-any-return]
