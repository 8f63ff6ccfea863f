"""What forms say when something is wrong: what to do about it, in one place for every form of the staff pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

_CHOSEN = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.SelectMultiple, forms.CheckboxInput)
_SAID = {
    "max_length": _("Use at most %(limit_value)d characters; these are %(show_value)d."),
    "min_value": _("Enter %(limit_value)s or more."),
    "max_value": _("Enter %(limit_value)s or less."),
    "invalid_choice": _("This is not on the list any more. Choose again from the list."),
}
_INVALID: tuple[tuple[type[forms.Field], Any], ...] = (
    (forms.EmailField, _("Enter an e-mail address, such as name@example.com.")),
    (forms.IntegerField, _("Enter a whole number.")),
    (forms.DateField, _("Enter a date, such as 2026-12-25.")),
)


class SaysWhatToDo(forms.BaseForm):
    """A form whose errors say what to do: “Enter the name.” in place of Django's “This field is required”.

    Words that a field brings itself stay. Mix it in before the class of the form.
    taken: by the name of a unique constraint, the field and the words for what somebody else stored a moment before.
    """

    taken: ClassVar[Mapping[str, tuple[str | None, str]]] = {}

    def full_clean(self) -> None:
        """Give every field its words, then check everything."""
        for name, field in self.fields.items():
            _reword(field, label=str(field.label or name.replace("_", " ")))
        super().full_clean()

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Do the saving inside: what violates a constraint of `taken` becomes an error of the form, nothing is stored.

        The check of a name and its saving are two moments; somebody else may store the same name in between.
        """
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            constraint = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
            if constraint not in self.taken:
                raise
            field, words = self.taken[constraint]
            self.add_error(field, words)


def _reword(field: forms.Field, *, label: str) -> None:
    usual = {code: text for kind in reversed(type(field).__mro__) for code, text in _defaults(kind).items()}
    said = {**_SAID, "required": _to_do(field, label=label), "invalid": _to_correct(field)}
    for code, words in said.items():
        if words and field.error_messages.get(code) is usual.get(code):
            field.error_messages[code] = words


def _defaults(kind: type) -> Mapping[str, Any]:
    return getattr(kind, "default_error_messages", {}) if issubclass(kind, forms.Field) else {}


def _to_do(field: forms.Field, *, label: str) -> str:
    thing = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    words = _("Choose the %(thing)s.") if isinstance(field.widget, _CHOSEN) else _("Enter the %(thing)s.")
    return str(words) % {"thing": thing}


def _to_correct(field: forms.Field) -> Any:
    if isinstance(field, forms.DecimalField | forms.FloatField):
        return _("Enter a number, such as 1.5.")
    return next((words for kind, words in _INVALID if isinstance(field, kind)), None)
