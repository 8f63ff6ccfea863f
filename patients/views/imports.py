"""Files of patients: upload, choose columns, check, import, watch, undo."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxplatform.lib.sheets import csv_lines
from cxplatform.lib.tenancy import bound
from patients.importing import steering
from patients.importing.columns import BY_NAME
from patients.importing.decoding import FileRefused
from patients.importing.forms import MappingForm, UploadForm
from patients.importing.preview import preview
from patients.importing.spool import SealingHandler
from patients.importing.uploading import receive
from patients.importing.wording import counted, grouped
from patients.models import Import, ImportFault
from tenants.access import TenantRequest, requires

LISTED = 50
SHOWN = 100
State = Import.State


def _takes_files(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Have files of a POST sealed while they come in, which must be arranged before the check against forgery reads."""
    protected = csrf_protect(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and request.user.is_authenticated:
            handler = SealingHandler(request)
            request.upload_handlers = [handler]
            kwargs["handler"] = handler
        return protected(request, *args, **kwargs)

    return csrf_exempt(guarded)


@_takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@requires("supervisor")
def imports(request: TenantRequest, handler: SealingHandler | None = None) -> HttpResponse:
    """List the imports, newest first, and take a new file in."""
    if request.method != "POST":
        return _list(request, UploadForm())
    form = UploadForm(request.POST, request.FILES, is_too_large=bool(handler and handler.is_too_large))
    if form.is_valid():
        try:
            source = _receive(request, form)
        except FileRefused as error:
            form.add_error("file", str(error))
        else:
            return _to(request, source)
    return _list(request, form)


@require_safe
@requires("supervisor")
def show(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """Show one import at the step where it is; its fragment while it is being worked on."""
    return _page(request, _find(import_id))


@require_POST
@requires("supervisor")
def check(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """Take the chosen columns, and have every row checked."""
    source = _find(import_id)
    form = MappingForm(request.POST, source=source)
    if not form.is_valid():
        return _page(request, source, form)
    fields = {"mapping": form.mapping, "is_backfill": form.cleaned_data["is_backfill"]}
    return _do(request, source, steering.check, **fields)


@require_POST
@requires("supervisor")
def start(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """Import what was checked."""
    return _do(request, _find(import_id), steering.start)


@require_POST
@requires("supervisor")
def cancel(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """End it between two chunks."""
    return _do(request, _find(import_id), steering.cancel)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("supervisor")
def undo(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """Ask, and then take the import back."""
    source = _find(import_id)
    if request.method == "POST":
        return _do(request, source, steering.undo)
    return render(request, "patients/imports/undo.html", {"source": source, "counts": counted(source)})


@require_safe
@requires("supervisor")
def faults(request: TenantRequest, import_id: UUID) -> HttpResponseBase:
    """Give all that is wrong with the rows as CSV, without any value of theirs."""
    source = _find(import_id)
    name = f"faults-{source.uploaded_at:%Y-%m-%d}.csv"
    lines = csv_lines(["row", "column", "fault", "what to do", "row is left out"], _fault_rows(source))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _receive(request: TenantRequest, form: UploadForm) -> Import:
    file = form.cleaned_data["file"]
    return receive(
        program=form.cleaned_data["program"],
        partner=form.cleaned_data["partner"],
        file_name=file.name,
        reopen=file.file.reopen,
        is_backfill=form.cleaned_data["is_backfill"],
        by=request.member,
        now=timezone.now(),
    )


def _find(import_id: UUID) -> Import:
    return get_object_or_404(Import.objects.select_related("program", "partner", "uploaded_by__user"), pk=import_id)


def _do(request: TenantRequest, source: Import, verb: Callable[..., None], **fields: Any) -> HttpResponse:
    try:
        verb(source=source, by=request.member, now=timezone.now(), **fields)
    except steering.NotNow as error:
        messages.warning(request, str(error))
    return _to(request, source)


def _to(request: TenantRequest, source: Import) -> HttpResponse:
    return HttpResponseRedirect(reverse("patients:import", args=[request.organization.slug, source.pk]), status=303)


def _list(request: TenantRequest, form: UploadForm) -> HttpResponse:
    found = Import.objects.select_related("program", "partner", "uploaded_by__user").order_by("-uploaded_at", "-id")
    context = {"form": form, "imports": found[:LISTED], "listed": LISTED}
    return render(request, "patients/imports/index.html", context, status=422 if form.errors else 200)


def _page(request: TenantRequest, source: Import, form: MappingForm | None = None) -> HttpResponse:
    now = timezone.now()
    labels, rows = preview(source, now=now) if source.state in steering.MAPPABLE else ([], [])
    context = {
        "source": source,
        "is_pending": source.state in Import.PENDING,
        "may_map": source.state in steering.MAPPABLE,
        "may_cancel": source.state in steering.CANCELLABLE and not source.cancel_asked,
        "may_undo": source.state in steering.UNDOABLE and bool(source.counts.get("taken")),
        "form": form or MappingForm(source=source),
        "labels": labels,
        "rows": rows,
        "counts": counted(source),
        "groups": grouped(source),
        "faults": _shown(source),
        "shown": SHOWN,
    }
    template = "patients/imports/_import.html" if request.htmx else "patients/imports/import.html"
    return render(request, template, context, status=422 if form and form.errors else 200)


def _shown(source: Import) -> list[tuple[ImportFault, str]]:
    if source.state in Import.PENDING:
        return []
    first = source.faults.order_by("is_warning", "row", "pk")[:SHOWN]
    return [(fault, BY_NAME[fault.column].label if fault.column else "") for fault in first]


def _fault_rows(source: Import) -> Iterator[list[Any]]:
    """Yield the rows while they are sent, in a transaction of their own: the request's is over by then."""
    with bound(source.organization_id, source.partner_id):
        for fault in source.faults.order_by("row", "pk").iterator(2000):
            yield [fault.row or "", fault.column, fault.code, fault.message, "no" if fault.is_warning else "yes"]
