"""A survey as the patient sees it, for staff: the patient's own pages, rendered without a link and storing nothing.

Every page and question is shown, also those that depend on answers; the bar above says on what they depend.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import uuid5

from django.conf import settings
from django.template.loader import render_to_string

from surveys.conditions import in_words
from surveys.definitions import Definition, Page
from surveys.models import Invitation, Response, SurveyVersion
from surveys.pages import INTRO, Sheet, intro_page, question_page, thanks_page
from surveys.sitting import Sitting
from surveys.wording import NAMES
from tenants.models import Program

BAR_CSS = (settings.BASE_DIR / "static" / "css" / "preview.css").read_text(encoding="utf-8").strip()
BAR_HASH = "sha256-" + base64.b64encode(hashlib.sha256(BAR_CSS.encode()).digest()).decode()
END = "end"
READERS = {"patient": "Patient", "caregiver": "Caregiver"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What is looked at: one page of a version, in one language, worded for one reader, for one program."""

    version: SurveyVersion
    program: Program
    page_id: str
    language: str
    reader: str

    @property
    def page_ids(self) -> list[str]:
        """Return every page in order, from the introduction to the thank-you."""
        definition = self.version.definition
        return [*([INTRO] if definition.intro else []), *definition.pages_by_id, END]

    def html(self, *, back: str) -> str:
        """Return the page with the preview bar above it; its form leads nowhere. back: the address of the survey."""
        sheet = self._sheet()
        html = sheet.skeleton.plain("preview").decode()
        html = html.replace('method="post"', 'method="dialog"').replace('"?page=', f'"?as={self.reader}&amp;page=')
        head, _, rest = html.partition("</head>")
        opened, body, content = rest.partition("<body>")
        bar = render_to_string("surveys/staff/_preview_bar.html", self._bar(back))
        return f"{head}<style>{BAR_CSS}</style></head>{opened}{body}{bar}{content}"

    def _sheet(self) -> Sheet:
        if self.page_id == END:
            return thanks_page(self._answered(), program=self.program)
        sitting = self._sitting()
        if self.page_id == INTRO:
            return intro_page(sitting)
        return question_page(sitting, sitting.definition.pages_by_id[self.page_id])

    def _sitting(self) -> Sitting:
        return Sitting(
            invitation=Invitation(organization_id=self.version.organization_id, program=self.program),
            response=None,
            # Pages are kept by version id, and the patient's must never be those of the preview.
            version_id=uuid5(self.version.pk, "preview"),
            definition=_unconditional(self.version.definition),
            facts=self._facts,
            language=self.language,
        )

    def _answered(self) -> Response:
        return Response(version=self.version, language=self.language, respondent_kind=self.reader, facts=self._facts)

    @property
    def _facts(self) -> dict[str, object]:
        return {"respondent_kind": self.reader, "respondent_known": True}

    def _bar(self, back: str) -> Mapping[str, object]:
        ids, definition = self.page_ids, self.version.definition
        place = ids.index(self.page_id)
        return {
            "back": back,
            "number": place + 1,
            "of": len(ids),
            "previous": ids[place - 1] if place else "",
            "next": ids[place + 1] if place + 1 < len(ids) else "",
            "conditions": _conditions(definition, definition.pages_by_id.get(self.page_id)),
            "languages": [(code, NAMES.get(code, code), code in definition.untested) for code in definition.languages],
            "readers": READERS.items(),
            "preview": self,
        }


def preview_of(version: SurveyVersion, *, program: Program | None, page_id: str, language: str, reader: str) -> Preview:
    """Return the preview that was asked for; whatever does not exist becomes the first that does."""
    definition = version.definition
    languages = list(definition.languages)
    sample = Program(public_name="Your program", phone="555 0100", emergency="911", languages=languages)
    preview = Preview(
        version=version,
        program=program or sample,
        page_id=page_id,
        language=language if language in languages else languages[0],
        reader=reader if reader in READERS else "patient",
    )
    return preview if page_id in preview.page_ids else replace(preview, page_id=preview.page_ids[0])


def _unconditional(definition: Definition) -> Definition:
    pages = tuple(_open(page) for page in definition.pages)
    by_id = MappingProxyType({page.id: page for page in pages})
    questions = MappingProxyType({question.key: question for page in pages for question in page.questions})
    return replace(definition, pages=pages, pages_by_id=by_id, questions=questions)


def _open(page: Page) -> Page:
    return replace(page, show_if=None, questions=tuple(replace(each, show_if=None) for each in page.questions))


def _conditions(definition: Definition, page: Page | None) -> list[str]:
    if page is None:
        return []
    found = [f"This page is shown only if {in_words(page.show_if, definition=definition)}."] if page.show_if else []
    return found + [
        f"“{question.text.render(language='en')[:60]}” is asked only if"
        f" {in_words(question.show_if, definition=definition)}."
        for question in page.questions
        if question.show_if
    ]
