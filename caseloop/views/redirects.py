"""Addresses that views hand out; after a POST: go and see."""

from typing import Any

from django.http.response import HttpResponseRedirectBase
from django.urls import reverse

from caseloop.models import Case
from tenants.access import TenantRequest


class SeeOther(HttpResponseRedirectBase):
    """303: the form was taken; the answer is at another address, by GET."""

    status_code = 303


def draft_url(request: TenantRequest, case: Case) -> str:
    """Return where the texts that are typed on a case are kept."""
    return reverse("caseloop:draft", args=[request.organization.slug, case.number])


def to_page(name: str, *, slug: str, query: str = "", **kwargs: Any) -> SeeOther:
    """Go to a page of the case loop. query: "" or a query string with its question mark."""
    return SeeOther(reverse(f"caseloop:{name}", kwargs={"slug": slug, **kwargs}) + query)
