"""Who calls the API and what the key may do; apart from the views, because DRF loads these while it loads its own."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.models import ApiKey


class ApiKeyAuthentication(BaseAuthentication):
    """Hand DRF the key that `TenantApiView.dispatch` already found."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        """Return (None, key): a key is no person."""
        key: ApiKey | None = getattr(request._request, "api_key", None)
        if key is None:
            raise NotAuthenticated("Send your key as “Authorization: Bearer cxk_…”.")
        return None, key

    def authenticate_header(self, request: Request) -> str:
        """Ask for a bearer key."""
        return 'Bearer realm="cxplatform"'


class DeclaredScope(BasePermission):
    """Admit a key that has the scope which the view declares for the method; an undeclared method is refused."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Compare the view's `scopes` with the key's."""
        needed = getattr(view, "scopes", {}).get(request.method)
        key = request.auth
        return isinstance(key, ApiKey) and (needed == "" or (needed is not None and needed in key.scopes))
