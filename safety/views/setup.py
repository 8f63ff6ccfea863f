"""What a program needs for the safety lane, who is trained, and how a recipient confirms its address."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cxplatform.lib.tenancy import bound
from messaging.safety_link import LinkNotValid, read_verification
from safety import services
from safety.certificates import standing
from safety.forms import SetupForm, TrainingForm
from tenants.access import TenantRequest, declared, requires
from tenants.models import Program


@require_safe
@requires("admin", whole=True)
def settings(request: TenantRequest) -> HttpResponse:
    """Show for each program what is set up and what is missing."""
    programs = Program.objects.select_related("crisis_team").order_by("name")
    return render(request, "safety/settings.html", {"programs": programs})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def program(request: TenantRequest, program_id: UUID) -> HttpResponse:
    """Change what one program needs; a new recipient is sent a link to confirm."""
    found = get_object_or_404(Program, pk=program_id)
    now = found.safety_verified_at
    was = found.safety_recipient
    form = SetupForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        changed = services.change_setup(
            program=found,
            by=request.member,
            now=timezone.now(),
            resend=form.cleaned_data["resend"],
            **form.changes(),
        )
        messages.success(request, _saved(changed))
        return HttpResponseRedirect(reverse("safety:settings", args=[request.organization.slug]), status=303)
    context = {"form": form, "program": found, "verified_at": now, "recipient": was}
    return render(request, "safety/program.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def training(request: TenantRequest) -> HttpResponse:
    """Show who may judge texts until when, and record certificates."""
    now = timezone.now()
    form = TrainingForm(request.POST or None, initial={"expires_on": timezone.localdate(now) + timedelta(days=365)})
    if request.method == "POST" and form.is_valid():
        services.record_training(by=request.member, now=now, **form.cleaned_data)
        messages.success(request, "The certificate is recorded.")
        return HttpResponseRedirect(request.path, status=303)
    context = {"form": form, "people": standing(today=timezone.localdate(now))}
    return render(request, "safety/training.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@declared("link")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Let the recipient of safety events confirm its address; opening the link confirms nothing."""
    try:
        organization_id, program_id, address = read_verification(token)
        with bound(organization_id):
            if request.method != "POST":
                found = Program.objects.filter(pk=program_id, safety_recipient=address).first()
                if found is None:
                    raise LinkNotValid
            else:
                found = services.confirm_recipient(program_id=program_id, address=address, now=timezone.now())
    except LinkNotValid:
        return render(request, "safety/confirm_over.html", status=410)
    return render(request, "safety/confirm.html", {"program": found, "address": address})


def _saved(program: Program) -> str:
    if program.safety_recipient and not program.safety_verified_at:
        return f"Saved. We have sent a link to {program.safety_recipient}; it counts once it was confirmed there."
    return "Saved."
