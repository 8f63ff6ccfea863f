"""What messages to patients say: the list, the editor with its preview, and a test to oneself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.forms import NumberForm, WordingForm
from messaging.letters import own_words, test_link, write_letter, write_text
from messaging.linting import Segments, segments
from messaging.models import Channel, Message, Wording
from messaging.services import keep_wording, queue_test, use_built_in_wording
from messaging.words import CHANNELS, LANGUAGES, PATIENT_TEMPLATES, WITH_LINK, Words
from messaging.words import built_in as built_in_words
from tenants.access import TenantRequest, requires
from tenants.models import Program

_LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}
_WHEN = {
    Message.Template.INVITATION: "The first message about a survey",
    Message.Template.REMINDER: "When a survey was not answered",
    Message.Template.OUTCOME: "Some days after a case was resolved",
    Message.Template.STOPPED: "The one answer to STOP",
    Message.Template.HELP: "The answer to HELP",
}

_ACTIONS = ("wording", "preview", "test_send", "built_in")

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """One message as a patient would read it. segments: of a text message."""

    label: str
    language: str
    subject: str
    text: str
    segments: Segments | None
    is_edited: bool


@require_safe
@requires("admin", whole=True)
def wordings(request: TenantRequest) -> HttpResponse:
    """List every message to patients of one program, by channel and language, and whose words it has."""
    programs = _programs()
    program = _chosen(programs, request.GET.get("program", ""))
    context: dict[str, Any] = {"program": program, "tabs": _tabs(request, programs, program), "rows": []}
    if program:
        own = {(w.template, w.channel, w.language, w.program_id): w for w in Wording.objects.all()}
        context["rows"] = [_row(request, program, template, own) for template in PATIENT_TEMPLATES]
    return render(request, "messaging/wordings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def wording(request: TenantRequest, program_id: UUID, template: str, channel: str, language: str) -> HttpResponse:
    """Show or change the words of one message in one language."""
    program, key = _found(program_id, template, channel, language)
    form = _form(request, program, key)
    if request.method == "POST" and form.is_valid():
        keep_wording(
            program=program,
            for_all=form.cleaned_data["for_all"],
            template=template,
            channel=channel,
            language=language,
            words=form.words,
            by=request.member,
            now=timezone.now(),
        )
        messages.success(request, "Saved. Messages that leave from now on say this.")
        return HttpResponseRedirect(request.path, status=303)
    return _page(request, program, key, form=form, status=422 if form.errors else 200)


@require_POST
@requires("admin", whole=True)
def preview(request: TenantRequest, program_id: UUID, template: str, channel: str, language: str) -> HttpResponse:
    """Show what is typed as patients would read it, and what the linter says; nothing is saved."""
    program, key = _found(program_id, template, channel, language)
    form = _form(request, program, key)
    form.is_valid()
    if not request.htmx:
        return _page(request, program, key, form=form)
    context = {"previews": _previews(program, key, form), "form": form, "is_live": True}
    return render(request, "messaging/_preview.html", context)


@require_POST
@requires("admin", whole=True)
def test_send(request: TenantRequest, program_id: UUID, template: str, channel: str, language: str) -> HttpResponse:
    """Send the saved words to the member who asks: by e-mail to the own address, or as a text to a number."""
    program, key = _found(program_id, template, channel, language)
    number = NumberForm(request.POST, region=program.country) if channel == Channel.SMS else None
    if number and not number.is_valid():
        return _page(request, program, key, number=number, status=422)
    queue_test(
        program=program,
        member=request.member,
        template=template,
        channel=channel,
        language=language,
        number=number.cleaned_data["number"] if number else "",
        now=timezone.now(),
    )
    messages.success(request, "A test is on its way to you. It says what is saved, and its link leads nowhere.")
    return HttpResponseRedirect(_address(request, program, key), status=303)


@require_POST
@requires("admin", whole=True)
def built_in(request: TenantRequest, program_id: UUID, template: str, channel: str, language: str) -> HttpResponse:
    """Go back to the built-in words, or to those of all programs where there are any."""
    program, key = _found(program_id, template, channel, language)
    if own := _own(program, key):
        use_built_in_wording(wording=own, by=request.member, now=timezone.now())
        messages.success(request, "Your own words are removed.")
    return HttpResponseRedirect(_address(request, program, key), status=303)


def _page(
    request: TenantRequest,
    program: Program,
    key: Key,
    *,
    form: WordingForm | None = None,
    number: NumberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or _form(request, program, key, is_bound=False)
    template, channel, language = key
    context = {
        "program": program,
        "form": form,
        "number": number or (NumberForm(region=program.country) if channel == Channel.SMS else None),
        "own": _own(program, key),
        "previews": _previews(program, key, form),
        "name": Message.Template(template).label,
        "channel": Channel(channel).label,
        "language_name": _LANGUAGE_NAMES[language],
        "when": _WHEN[Message.Template(template)],
        "has_link": template in WITH_LINK,
        "has_stop": template != Message.Template.STOPPED,
        "is_email": channel == Channel.EMAIL,
        "here": {name: _address(request, program, key, name) for name in _ACTIONS},
        "back": f"{reverse('messaging:wordings', args=[request.organization.slug])}?program={program.pk}",
    }
    return render(request, "messaging/wording.html", context, status=status)


def _form(request: TenantRequest, program: Program, key: Key, *, is_bound: bool = True) -> WordingForm:
    own = _own(program, key)
    template, channel, language = key
    words = (
        Words(subject=own.subject, body=own.body)
        if own
        else built_in_words(template=template, channel=channel, language=language)
    )
    initial = {"subject": words.subject, "body": words.body, "for_all": bool(own and own.program_id is None)}
    data = request.POST if is_bound and request.method == "POST" else None
    return WordingForm(data, initial=initial, program=program, programs=_programs(), key=key)


def _previews(program: Program, key: Key, form: WordingForm) -> list[Preview]:
    template, channel, language = key
    shown = []
    for other in LANGUAGES:
        own = own_words(program_id=program.pk, language=other)
        for way in CHANNELS:
            is_edited = (way, other) == (channel, language)
            words = own.get((template, way)) or built_in_words(template=template, channel=way, language=other)
            words = form.words if is_edited else words
            shown.append(_preview(words, program=program, key=(template, way, other), is_edited=is_edited))
    return sorted(shown, key=lambda one: not one.is_edited)


def _preview(words: Words, *, program: Program, key: Key, is_edited: bool) -> Preview:
    template, channel, language = key
    link = test_link() if template in WITH_LINK else ""
    label = f"{Channel(channel).label}, {_LANGUAGE_NAMES[language]}"
    if channel == Channel.SMS:
        has_stop = template != Message.Template.STOPPED
        text = write_text(words, program=program, language=language, link=link, has_stop=has_stop)
        return Preview(label, language, "", text, segments(text), is_edited)
    letter = write_letter(words, program=program, language=language, link=link, stop_url=f"{test_link()}stop/")
    return Preview(label, language, letter.subject, letter.text, None, is_edited)


def _row(request: TenantRequest, program: Program, template: str, own: dict[Any, Wording]) -> dict[str, Any]:
    cells = [
        {
            "url": _address(request, program, (template, channel, language)),
            "label": f"{Channel(channel).label}, {_LANGUAGE_NAMES[language]}",
            "own": (template, channel, language, program.pk) in own,
            "shared": (template, channel, language, None) in own,
        }
        for channel in CHANNELS
        for language in LANGUAGES
    ]
    return {"name": Message.Template(template).label, "when": _WHEN[Message.Template(template)], "cells": cells}


def _tabs(request: TenantRequest, programs: list[Program], chosen: Program | None) -> list[dict[str, Any]]:
    url = reverse("messaging:wordings", args=[request.organization.slug])
    return [
        {"label": program.name, "url": f"{url}?program={program.pk}", "current": program == chosen}
        for program in programs
    ]


def _programs() -> list[Program]:
    return list(Program.objects.order_by("-is_active", "name"))


def _chosen(programs: list[Program], wanted: str) -> Program | None:
    return next((p for p in programs if str(p.pk) == wanted), programs[0] if programs else None)


def _found(program_id: UUID, template: str, channel: str, language: str) -> tuple[Program, Key]:
    if template not in PATIENT_TEMPLATES or channel not in CHANNELS or language not in LANGUAGES:
        raise Http404
    return get_object_or_404(Program, pk=program_id), (template, channel, language)


def _own(program: Program, key: Key) -> Wording | None:
    """Return the organization's words that this program uses: its own, else those of all programs."""
    template, channel, language = key
    rows = Wording.objects.filter(template=template, channel=channel, language=language)
    mine = {row.program_id: row for row in rows if row.program_id in (None, program.pk)}
    return mine.get(program.pk) or mine.get(None)


def _address(request: TenantRequest, program: Program, key: Key, name: str = "wording") -> str:
    return reverse(f"messaging:{name}", args=[request.organization.slug, program.pk, *key])
