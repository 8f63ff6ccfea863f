"""Programs and their public names."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenants import services
from tenants.access import TenantRequest, requires
from tenants.forms import ProgramForm
from tenants.models import Program


@requires("admin", whole=True)
def programs(request: TenantRequest) -> HttpResponse:
    """List the programs, the active ones first."""
    found = Program.objects.prefetch_related("engagements__partner").order_by("-is_active", "name")
    return render(request, "tenants/programs.html", {"programs": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def new_program(request: TenantRequest) -> HttpResponse:
    """Ask for a new program, and create it."""
    return _edit(request, Program(organization=request.organization))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def program(request: TenantRequest, program_id: UUID) -> HttpResponse:
    """Show or change one program."""
    return _edit(request, get_object_or_404(Program, pk=program_id))


@require_POST
@requires("admin", whole=True)
def switch_program(request: TenantRequest, program_id: UUID) -> HttpResponse:
    """Switch a program off, or on again."""
    found, is_active = get_object_or_404(Program, pk=program_id), request.POST.get("on") == "1"
    services.switch_program(program=found, is_active=is_active, by=request.member, now=timezone.now())
    if is_active:
        messages.success(request, f"{found} is on again: its survey links open, and patients can be enrolled.")
    else:
        messages.success(request, f"{found} is off. Its survey links are closed; its open cases stay to be worked.")
    return HttpResponseRedirect(reverse("tenants:programs", args=[request.organization.slug]), status=303)


def _edit(request: TenantRequest, found: Program) -> HttpResponse:
    is_new, name = found._state.adding, found.name
    form = ProgramForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with form.saving():
            services.save_program(
                program=form.instance, partners=form.cleaned_data["partners"], by=request.member, now=timezone.now()
            )
    if request.method == "POST" and not form.errors:
        messages.success(request, f"Saved {form.instance}.")
        return HttpResponseRedirect(reverse("tenants:programs", args=[request.organization.slug]), status=303)
    context = {"form": form, "is_new": is_new, "name": name, "program": found}
    return render(request, "tenants/program.html", context, status=422 if form.errors else 200)
