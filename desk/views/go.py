"""Where the link of a staff message leads."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from caseloop.models import Case
from cxplatform.lib.codes import token_hash
from cxplatform.lib.tenancy import NothingFound, bound_by, confine
from messaging.models import GoLink
from tenants.access import signed_in
from tenants.models import Member


@never_cache
@signed_in
def go(request: HttpRequest, token: str) -> HttpResponse:
    """Lead a member to the case of a link, switching to its organization.

    Signed-out people sign in first, whatever the token, so that the door tells nothing. Unknown tokens, other
    organizations' links and other partners' cases are all the same 404.
    """
    try:
        with bound_by("cx_go_link", token_hash(token)) as (_, link_id):
            mine = Member.objects.active().filter(user=request.user.pk)
            member = mine.select_related("organization").first()
            case = _case(link_id, member)
    except NothingFound:
        raise Http404 from None
    if member is None or case is None:
        raise Http404
    return redirect("caseloop:case", member.organization.slug, case.number)


def _case(link_id: UUID, member: Member | None) -> Case | None:
    """Return the case as far as the member may see it."""
    if member is None:
        return None
    link = GoLink.objects.get(pk=link_id)
    if member.partner_id:
        confine(member.partner_id)
    return Case.objects.only("number").filter(pk=link.target_id).first()
