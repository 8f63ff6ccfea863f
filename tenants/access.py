"""Who may open which page: every view declares it, and an undeclared one is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from cxplatform.lib.tenancy import NothingFound, bound_by, confine
from tenants.models import Member, Organization, Role, User

# What a declared need admits. A role that a page does not name gets 403, an outsider 404.
NEEDS: dict[str, frozenset[str]] = {
    "member": frozenset(Role.values),
    "agent": frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    "reviewer": frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.SAFETY}),
    "safety": frozenset({Role.SAFETY, Role.SUPERVISOR, Role.ADMIN}),
    "judge": frozenset({Role.SAFETY}),
    "supervisor": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "admin": frozenset({Role.ADMIN}),
    "auditor": frozenset({Role.AUDITOR, Role.ADMIN}),
}

# Library views cannot carry a declaration; each asks for sign-in, or for the provider's secret, itself where it must.
_LIBRARIES = ("allauth.", "anymail.")

View = Callable[..., HttpResponseBase]


class TenantRequest(HttpRequest):
    """A request after `requires`: the member is known and the transaction is bound."""

    user: User
    htmx: HtmxDetails
    member: Member
    organization: Organization


@dataclass(frozen=True, slots=True)
class Access:
    """What a view needs: `public`, `signed_in`, `link` (an unguessable token), `key` (API), or a key of NEEDS.

    whole: members confined to a partner are refused, because the page shows the whole organization.
    """

    need: str
    whole: bool = False

    def admits(self, member: Member) -> bool:
        """Tell whether the member's role and confinement suffice."""
        return member.role in NEEDS[self.need] and not (self.whole and member.partner_id)


def declared(need: str) -> Callable[[View], View]:
    """Declare a view that is no organization's page: `public`, `link` or `key`."""

    def decorate(view: View) -> View:
        view.access = Access(need)  # type: ignore[attr-defined]
        return view

    return decorate


def signed_in(view: View) -> View:
    """Declare a view for anybody who has signed in, whatever the organization."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _ask_to_sign_in(request)

    return declared("signed_in")(guarded)


def requires(need: str, *, whole: bool = False) -> Callable[[View], View]:
    """Open the organization of the URL for a member whose role suffices, and bind the transaction to it.

    The wrapped view runs inside `bound`: what it writes is committed when it returns and rolled back when it raises.
    Times are shown in the member's own zone.
    Signed-out people are asked to sign in, outsiders get 404, members whose role or confinement does not suffice 403.
    """
    access = Access(need, whole)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            try:
                with (
                    bound_by("cx_member_by_slug", request.user.pk, slug) as (_, member_id),
                    timezone.override(request.user.time_zone),
                ):
                    _admit(cast("TenantRequest", request), member_id, access)
                    return view(request, **kwargs)
            except NothingFound:
                raise Http404 from None

        guarded.access = access  # type: ignore[attr-defined]
        return guarded

    return decorate


def _admit(request: TenantRequest, member_id: Any, access: Access) -> None:
    member = Member.objects.select_related("organization", "partner").get(pk=member_id)
    request.member, request.organization = member, member.organization
    if not access.admits(member):
        raise PermissionDenied
    if member.partner_id:
        confine(member.partner_id)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:  # a fragment must not become a sign-in form in the middle of a page
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    return redirect_to_login(request.get_full_path())


class DeclaredAccessMiddleware:
    """Refuse views that declare no access: a forgotten decorator must not open a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        """Raise ImproperlyConfigured for a view without a declaration."""
        if access_of(view) is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} declares no access")


def access_of(view: View) -> Access | None:
    """Return the declaration of a view; library views count as `public` (they guard themselves)."""
    access: Access | None = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    if access is None and view.__module__.startswith(_LIBRARIES):
        return Access("public")
    return access
