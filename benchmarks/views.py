"""The bare views: the least work that answers the same requests."""

import os
from functools import cache
from pathlib import Path

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from uuid_utils.compat import uuid7

from benchmarks.bare import PAGE_VARIABLE
from benchmarks.models import BareAnswer, BareCase, BareOutbox
from benchmarks.tasks import send_bare
from tenants.access import declared, signed_in

LINES = 50


@csrf_exempt
@declared("public")
def survey(request: HttpRequest) -> HttpResponse:
    """Show the bytes of the survey page, or store the posted form in two rows and redirect."""
    if request.method != "POST":
        return HttpResponse(_page())
    form, now = request.POST.dict(), timezone.now()
    with transaction.atomic():
        answer = BareAnswer.objects.create(id=uuid7(), form=form, at=now)
        BareOutbox.objects.create(id=uuid7(), answer_id=answer.pk, at=now)
    if mark := form.get("mail"):
        send_bare.apply_async(kwargs={"mark": mark}, retry=False, ignore_result=True)
    return HttpResponseRedirect("?done=1", status=303)


@signed_in
def cases(request: HttpRequest) -> HttpResponse:
    """Show the first page of a list, read by the index and put into a plain table."""
    return render(request, "bare_cases.html", {"cases": BareCase.objects.order_by("due_at", "id")[:LINES]})


@cache
def _page() -> bytes:
    return Path(os.environ[PAGE_VARIABLE]).read_bytes()
