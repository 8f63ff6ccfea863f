"""The words of a message to patients, checked by the linter."""

from typing import Any

from django import forms

from cxplatform.lib.wording import SaysWhatToDo
from messaging.letters import test_link, write_text
from messaging.linting import Finding, lint
from messaging.models import Channel, Message
from messaging.numbers import e164
from messaging.words import BLANKS, WITH_LINK, Words
from tenants.models import Program

_WIDE = {"rows": 9, "spellcheck": "true"}


class WordingForm(SaysWhatToDo, forms.Form):
    """The subject (of e-mails) and the body of one message, in one language."""

    subject = forms.CharField(max_length=120, help_text="What shows on a locked telephone.")
    body = forms.CharField(max_length=2000, widget=forms.Textarea(attrs=_WIDE), label="Text")
    for_all = forms.BooleanField(
        required=False, label="For all programs", help_text="Another program's own words still go before these there."
    )

    def __init__(
        self, *args: Any, program: Program, programs: list[Program], key: tuple[str, str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.program, self.programs = program, programs
        self.template, self.channel, self.language = key
        self.findings: list[Finding] = []
        if self.channel == Channel.SMS:
            del self.fields["subject"]

    def clean(self) -> dict[str, Any]:
        """Ask the linter: its errors are errors of the fields, its warnings are kept in `findings`."""
        cleaned = super().clean() or {}
        self.findings = self._lint(cleaned)
        for finding in self.findings:
            if finding.is_error:
                self.add_error(finding.field if finding.field in self.fields else "body", finding.text)
        return cleaned

    @property
    def words(self) -> Words:
        """Return the words as typed, whether or not they are right."""
        typed = {**self.initial, **getattr(self, "cleaned_data", {})}
        return Words(
            subject=str(typed.get("subject") or self._raw("subject")), body=str(typed.get("body") or self._raw("body"))
        )

    @property
    def warnings(self) -> list[str]:
        """Return what deserves a look."""
        return [finding.text for finding in self.findings if not finding.is_error]

    def _raw(self, name: str) -> str:
        return str(self.data.get(name, "")) if self.is_bound else ""

    def _lint(self, cleaned: dict[str, Any]) -> list[Finding]:
        words = Words(subject=cleaned.get("subject", ""), body=cleaned.get("body", ""))
        has_link = self.template in WITH_LINK
        return lint(
            subject=words.subject,
            body=words.body,
            blanks=[name for name in BLANKS if has_link or name != "link"],
            needs_link=has_link and bool(words.body),
            names=[program.name for program in self.programs],
            public_names=[program.public_name for program in self.programs],
            as_sent=self._as_sent(words) if self.channel == Channel.SMS and words.body else "",
        )

    def _as_sent(self, words: Words) -> str:
        has_stop = self.template != Message.Template.STOPPED
        return write_text(words, program=self.program, language=self.language, link=test_link(), has_stop=has_stop)


class NumberForm(SaysWhatToDo, forms.Form):
    """The telephone that a test goes to."""

    number = forms.CharField(max_length=40, label="Your mobile number", widget=forms.TextInput(attrs={"type": "tel"}))

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean_number(self) -> str:
        """Return the number in the form of E.164."""
        number = e164(self.cleaned_data["number"], region=self.region)
        if not number:
            raise forms.ValidationError("Enter a telephone number, with its country code if it is not a local one.")
        return number
