"""Changes of words: of questions and options, and of all that is only read."""

from collections.abc import Mapping, Sequence
from typing import Any

from surveys.difference.changes import GOES_ON, Change, Impact, Subject
from surveys.difference.sides import Raw, Side, settled
from surveys.difference.words import TextChange, compare_texts

Languages = Sequence[str]
_SAID = {
    "corrected": "{} was corrected",
    "reworded": "{} was changed",
    "variant": "{} has other words for some readers",
    "added": "{} was added",
    "removed": "{} was removed",
}


def read_only_text(
    subject: Subject, field: str, what: str, before: Raw, after: Raw, *, languages: Languages
) -> list[Change]:
    """Return the change of a text that is read beside the questions: a title, an introduction, a help text."""
    found = compare_texts(before.get(field), after.get(field), languages=languages)
    return [] if found is None else [_wording(subject, found, field, what, at=f"{subject.pointer}/{field}")]


def asked_text(
    subject: Subject, found: TextChange | None, *, kind: str, what: str, at: str, before: str = "", after: str = ""
) -> list[Change]:
    """Return the change of words that somebody answers: a meaning changes with them, unless they are a correction."""
    if found is None:
        return []
    if found.kind == "reworded":
        return [
            subject.breaking(f"{kind}_reworded", f"{what} was changed", at=at, before=found.before, after=found.after)
        ]
    return [_wording(subject, found, kind, what, at=at)]


def _wording(subject: Subject, found: TextChange, kind: str, what: str, *, at: str) -> Change:
    tongues = " and ".join(f"“{language}”" for language in found.languages)
    said = f"only the translation of {what} into {tongues} was changed"
    said = _SAID[found.kind].format(what) if found.kind in _SAID else said
    return subject.wording(f"{kind}_{found.kind}", said, at=at, before=found.before, after=found.after)


def condition_change(
    subject: Subject, before: Raw, after: Raw, *, sides: tuple[Side, Side], field: str = "show_if"
) -> list[Change]:
    """Return the change of a condition of a question, a page or a passage: others see it, and it means the same."""
    old, new = before.get(field), after.get(field)
    if settled(old) == settled(new):
        return []
    kind = "condition_added" if old is None else "condition_removed" if new is None else "condition_changed"
    words = {
        "condition_added": "it is now shown only on a condition",
        "condition_removed": "it is now shown to everybody",
        "condition_changed": "the condition on which it is shown was changed",
    }
    effect = f"{GOES_ON[:-1]}, though others may answer than before."
    said, told = (side.say(each) for side, each in zip(sides, (old, new), strict=True))
    return [subject.safe(kind, words[kind], at=f"{subject.pointer}/{field}", before=said, after=told, effect=effect)]


def passages(
    subject: Subject, field: str, what: str, before: Raw, after: Raw, *, languages: Languages, sides: tuple[Side, Side]
) -> list[Change]:
    """Return the changes of texts that are shown on conditions; they are told apart by their place in the list."""
    old, new = list(before.get(field, ())), list(after.get(field, ()))
    changes: list[Change] = []
    for index, (one, other) in enumerate(zip(old, new, strict=False)):
        each = Subject(f"{subject.pointer}/{field}/{index}", f"{subject.name}, {what} {index + 1}", subject.key)
        changes += read_only_text(each, "text", "the text", one, other, languages=languages)
        changes += condition_change(each, one, other, sides=sides)
    kind, longer = ("removed", old) if len(old) > len(new) else ("added", new)
    for index in range(min(len(old), len(new)), len(longer)):
        words = longer[index]["text"].get(languages[0] if languages else "", "")
        at, said = f"{subject.pointer}/{field}/{index}", f"{what} {index + 1} was {kind}"
        told = {"before": words} if kind == "removed" else {"after": words}
        changes.append(subject.wording(f"passage_{kind}", said, at=at, **told))
    return changes


def other_fields(subject: Subject, before: Raw, after: Raw, *, known: frozenset[str]) -> list[Change]:
    """Return a change for every field that is not among the `known`: what cannot be judged counts as breaking."""
    names = sorted(({*before} | {*after}) - known)
    return [
        subject.breaking(
            "setting_changed",
            f"the setting “{name}” was changed",
            at=f"{subject.pointer}/{name}",
            before=_plain(before.get(name)),
            after=_plain(after.get(name)),
        )
        if subject.key
        else subject.told(
            "setting_changed",
            Impact.BREAKING,
            f"{subject.name}: the setting “{name}” was changed. Check what it does to the trends.",
            at=f"{subject.pointer}/{name}",
            before=_plain(before.get(name)),
            after=_plain(after.get(name)),
        )
        for name in names
        if before.get(name) != after.get(name)
    ]


def _plain(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def label(raw: Mapping[str, Any], *, languages: Languages, code: str) -> str:
    """Return the words of an option in the original language, or its code."""
    return str(raw["text"].get(languages[0] if languages else "", "") or code)
