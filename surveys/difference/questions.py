"""Changes of one question that both versions have."""

from surveys.definitions.document import QuestionType
from surveys.difference.changes import Change, Impact, Subject
from surveys.difference.options import option_changes
from surveys.difference.sides import Place, Side
from surveys.difference.texts import asked_text, condition_change, other_fields, read_only_text
from surveys.difference.words import compare_texts, times_in

KNOWN = frozenset(
    {"key", "type", "text", "help", "notice", "required", "choices", "scale", "show_if", "validate", "tags"}
)
WITHOUT_TREND = (QuestionType.TEXT, QuestionType.CONTACT)
UNPILLARED = "none"


def question_changes(key: str, old_key: str, *, sides: tuple[Side, Side], languages: list[str]) -> list[Change]:
    """List what changed in the question `key`, which the older version called `old_key`."""
    before, after = sides[0].questions[old_key], sides[1].questions[key]
    subject = Subject(after.pointer, f"Question “{key}”", key)
    changes = [
        *_type(subject, before, after),
        *_words(subject, before, after, languages=languages),
        *_recall(subject, before, after, languages=languages),
        *_ends(subject, before, after, languages=languages),
        *_required(subject, before, after),
        *condition_change(subject, before.raw, after.raw, sides=sides),
        *_validation(subject, before, after),
        *_tags(subject, before, after),
        *other_fields(subject, before.raw, after.raw, known=KNOWN),
    ]
    if before.raw["type"] == after.raw["type"] and after.raw["type"] != QuestionType.RECOMMEND:
        changes += option_changes(subject, key, old_key, sides=sides, languages=languages)
    return changes


def _type(subject: Subject, before: Place, after: Place) -> list[Change]:
    old, new = before.raw["type"], after.raw["type"]
    if old == new:
        return []
    said = f"the type was changed from “{old}” to “{new}”"
    return [
        subject.breaking("type_changed", said, at=f"{subject.pointer}/type", before=old, after=new, is_certain=True)
    ]


def _words(subject: Subject, before: Place, after: Place, *, languages: list[str]) -> list[Change]:
    found = compare_texts(before.raw["text"], after.raw["text"], languages=languages)
    return [
        *asked_text(subject, found, kind="text", what="the wording", at=f"{subject.pointer}/text"),
        *read_only_text(subject, "help", "the help text", before.raw, after.raw, languages=languages),
        *read_only_text(subject, "notice", "the notice", before.raw, after.raw, languages=languages),
    ]


def _recall(subject: Subject, before: Place, after: Place, *, languages: list[str]) -> list[Change]:
    """Return a change where the headings above, or the help text below, now ask to think of another time."""
    if after.raw["type"] in WITHOUT_TREND or not languages:
        return []
    old, new = (_around(place, language=languages[0]) for place in (before, after))
    if [times_in(words) for words in old] == [times_in(words) for words in new]:
        return []
    said, told = (" · ".join(words for words in each if times_in(words)) for each in (old, new))
    return [subject.breaking("recall_window", "the time that it asks to think of was changed", before=said, after=told)]


def _around(place: Place, *, language: str) -> list[str]:
    texts = [place.page.get("title"), *(each["text"] for each in place.page.get("titles", ())), place.raw.get("help")]
    said = [str(text.get(language, "")) for text in texts if text]
    return [words for words in said if times_in(words)]


def _ends(subject: Subject, before: Place, after: Place, *, languages: list[str]) -> list[Change]:
    old, new = before.raw.get("scale"), after.raw.get("scale")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    changes: list[Change] = []
    for end, what in (("low", "the words at the low end"), ("high", "the words at the high end")):
        found = compare_texts(old.get(end), new.get(end), languages=languages)
        changes += asked_text(subject, found, kind="scale_end", what=what, at=f"{subject.pointer}/scale/{end}")
    return changes


def _required(subject: Subject, before: Place, after: Place) -> list[Change]:
    old, new = (place.raw.get("required", False) for place in (before, after))
    if old == new:
        return []
    said = "it must be answered now" if new else "it may be skipped now"
    effect = "Its trend goes on, though more people may leave before the end." if new else "Its trend goes on."
    return [subject.safe("required_changed", said, at=f"{subject.pointer}/required", effect=effect)]


def _validation(subject: Subject, before: Place, after: Place) -> list[Change]:
    old, new = before.raw.get("validate", {}), after.raw.get("validate", {})
    changes: list[Change] = []
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        at, said, told = f"{subject.pointer}/validate/{name}", old.get(name, ""), new.get(name, "")
        if name == "kind":
            changes.append(
                subject.breaking(
                    "validation_changed", "it asks for another kind of address", at=at, before=said, after=told
                )
            )
        else:
            what = (
                "the longest answer that it takes was changed"
                if name == "max_length"
                else f"the check “{name}” was changed"
            )
            changes.append(subject.safe("validation_changed", what, at=at, before=said, after=told))
    return changes


def _tags(subject: Subject, before: Place, after: Place) -> list[Change]:
    old, new = before.raw.get("tags", {}), after.raw.get("tags", {})
    changed = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return [_tag(subject, name, old.get(name, ""), new.get(name, "")) for name in changed]


def _tag(subject: Subject, name: str, before: str, after: str) -> Change:
    at = f"{subject.pointer}/tags/{name}"
    if name == "measure":
        said = "it belongs to another measure"
        return subject.breaking("measure_changed", said, at=at, before=before, after=after, is_certain=True)
    if name == "pillar":
        said = (
            f"{subject.name}: it counts for {after or UNPILLARED} instead of {before or UNPILLARED}. "
            "Its own trend goes on, but the scores of these pillars do not compare with earlier ones."
        )
        return subject.told("pillar_changed", Impact.BREAKING, said, at=at, before=before, after=after)
    return subject.safe("tag_changed", f"the tag “{name}” was changed", at=at, before=before, after=after)
