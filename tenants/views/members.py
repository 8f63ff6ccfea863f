"""Members: who they are, inviting them, and shutting them out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenants import services
from tenants.access import TenantRequest, requires
from tenants.forms import InviteForm, MemberForm
from tenants.models import Member

LAST_ADMIN = "This is the last active admin of the whole organization. Make somebody else an admin first."


@requires("admin", whole=True)
def members(request: TenantRequest) -> HttpResponse:
    """List the members, the active ones first."""
    people = Member.objects.select_related("user", "partner").prefetch_related("teams__team")
    ordered = people.order_by("-is_active", "user__name", "pk")
    return render(request, "tenants/members.html", {"members": ordered})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def invite(request: TenantRequest) -> HttpResponse:
    """Ask for the person, and invite."""
    form = InviteForm(request.POST or None, initial={"languages": ["en"], "role": "agent"})
    if request.method == "POST" and form.is_valid():
        try:
            with form.saving():
                services.invite_member(
                    organization=request.organization, by=request.member, now=timezone.now(), **form.cleaned_data
                )
        except services.AlreadyMember as already:
            form.add_error("email", _already(already.member))
        if not form.errors:
            messages.success(request, f"Invited {form.cleaned_data['email']}. The welcome e-mail is on its way.")
            return _to(request, "tenants:members")
    return render(request, "tenants/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def member(request: TenantRequest, member_id: UUID) -> HttpResponse:
    """Show or change one member."""
    person = _find(member_id)
    form = MemberForm(request.POST or None, member=person)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_member(member=person, by=request.member, now=timezone.now(), **form.cleaned_data)
        except services.LastAdmin:
            form.add_error(None, LAST_ADMIN)
        else:
            messages.success(request, f"Saved {person}.")
            return _to(request, "tenants:members")
    context = {"form": form, "person": _find(member_id) if form.errors else person}
    return render(request, "tenants/member.html", context, status=422 if form.errors else 200)


@require_POST
@requires("admin", whole=True)
def deactivate(request: TenantRequest, member_id: UUID) -> HttpResponse:
    """Shut a member out."""
    person = _find(member_id)
    try:
        services.deactivate_member(member=person, by=request.member, now=timezone.now())
    except services.LastAdmin:
        messages.error(request, LAST_ADMIN)
        return _to(request, "tenants:member", person.pk)
    messages.success(
        request,
        f"{person} can no longer sign in here. Open cases stay assigned; a supervisor reassigns them in the queue.",
    )
    return _to(request, "tenants:members")


@require_POST
@requires("admin", whole=True)
def reactivate(request: TenantRequest, member_id: UUID) -> HttpResponse:
    """Let a member in again."""
    person = _find(member_id)
    services.reactivate_member(member=person, by=request.member, now=timezone.now())
    messages.success(request, f"{person} can sign in here again.")
    return _to(request, "tenants:member", person.pk)


@require_POST
@requires("admin", whole=True)
def welcome(request: TenantRequest, member_id: UUID) -> HttpResponse:
    """Send the welcome e-mail once more."""
    person = _find(member_id)
    services.resend_welcome(member=person, by=request.member, now=timezone.now())
    messages.success(request, f"The welcome e-mail to {person.user.email} is on its way again.")
    return _to(request, "tenants:member", person.pk)


def _find(member_id: UUID) -> Member:
    return get_object_or_404(Member.objects.select_related("user", "partner"), pk=member_id)


def _already(member: Member) -> str:
    if member.is_active:
        return f"{member} is a member already. Open the list of members to change what {member} may do."
    return f"{member} was a member and is deactivated. Open {member} in the list of members and let them in again."


def _to(request: TenantRequest, name: str, *args: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[request.organization.slug, *args]), status=303)
