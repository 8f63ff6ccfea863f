"""Where the link of a staff message leads."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from caseloop.models import Case
from cxplatform.lib.codes import token_hash
from cxplatform.lib.tenancy import NothingFound, bound_by, confine
from messaging.models import GoLink
from safety.models import Item
from tenants.access import NEEDS, signed_in
from tenants.models import Member


@never_cache
@signed_in
def go(request: HttpRequest, token: str) -> HttpResponse:
    """Lead a member to the case or safety item of a link, switching to its organization.

    Signed-out people sign in first, whatever the token, so that the door tells nothing. Unknown tokens, other
    organizations' links and other partners' cases are all the same 404.
    """
    try:
        with bound_by("cx_go_link", token_hash(token)) as (_, link_id):
            mine = Member.objects.active().filter(user=request.user.pk)
            member = mine.select_related("organization").first()
            target = _target(link_id, member) if member else ""
    except NothingFound:
        raise Http404 from None
    if not target:
        raise Http404
    return redirect(target)


def _target(link_id: UUID, member: Member) -> str:
    """Return the address that the link leads to as far as the member may see it; "" when not."""
    link = GoLink.objects.get(pk=link_id)
    if member.partner_id:
        confine(member.partner_id)
    slug = member.organization.slug
    if link.target == GoLink.Target.SAFETY:
        page = "safety:item" if member.role in NEEDS["safety"] else "safety:crisis"
        return reverse(page, args=[slug, link.target_id]) if Item.objects.filter(pk=link.target_id).exists() else ""
    case = Case.objects.only("number").filter(pk=link.target_id).first()
    return reverse("caseloop:case", args=[slug, case.number]) if case else ""
