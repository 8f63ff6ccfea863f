"""What a schema cannot say: names are unique, references go backwards, every text is in every language."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from surveys.conditions.checking import Problem, check_condition, quoted
from surveys.conditions.evaluation import questions_in, scores_in
from surveys.definitions.building import Raw, is_step, written_choices
from surveys.definitions.document import Definition
from surveys.definitions.text import FILLS, maps_in, stray_braces

MAX_QUESTIONS = 150
ONE_CODE = ("choice", "scale")
WITH_CHOICES = (*ONE_CODE, "multi")
LIMITS_BY_TYPE = {"text": {"max_length"}, "contact": {"kind"}, "choice": {"max_length"}, "multi": {"max_length"}}
ONLY_IN = {
    "exclusive": ("multi",),
    "other": ("choice", "multi"),
    "score": ONE_CODE,
    "score_if": ONE_CODE,
    "na": ONE_CODE,
}


def meaning_problems(document: Raw, definition: Definition) -> Iterator[Problem]:
    """Yield what is wrong with the meaning of a document that fits the schema. definition: what was built from it."""
    yield from _language_problems(document)
    yield from _name_problems(document)
    yield from _text_problems(document)
    for pointer, raw in _questions(document):
        yield from _question_problems(raw, document=document, pointer=pointer)
    yield from _condition_problems(document, definition)


def _language_problems(document: Raw) -> Iterator[Problem]:
    for language in _repeated(document["languages"]):
        yield Problem("/languages", f"{quoted(language)} is listed twice.")
    for index, language in enumerate(document.get("untested", ())):
        if language not in document["languages"]:
            yield Problem(f"/untested/{index}", f"{quoted(language)} is not one of the languages.")


def _name_problems(document: Raw) -> Iterator[Problem]:
    for page_id in _repeated([page["id"] for page in document["pages"]]):
        yield Problem("/pages", f"The page id {quoted(page_id)} is used twice.")
    keys = [raw["key"] for _, raw in _questions(document)]
    if not keys:
        yield Problem("/pages", "Add at least one question.")
    if len(keys) > MAX_QUESTIONS:
        yield Problem("/pages", f"Use at most {MAX_QUESTIONS} questions.")
    for key in _repeated(keys):
        yield Problem("/pages", f"The question key {quoted(key)} is used twice.")
    for pointer, raw in _questions(document):
        if "__" in raw["key"] or raw["key"].endswith("_"):
            yield Problem(f"{pointer}/key", "A key must not hold “__” or end in “_”.")


def _text_problems(document: Raw) -> Iterator[Problem]:
    languages = document["languages"]
    for pointer, text in _texts(document):
        for suffix, words in maps_in(text):
            place = pointer + suffix
            for language in languages:
                if not words.get(language, "").strip():
                    yield Problem(place, f"Add the words in {quoted(language)}.")
            for language, said in words.items():
                if language not in languages:
                    yield Problem(f"{place}/{language}", f"{quoted(language)} is not one of the languages.")
                if stray_braces(said):
                    known = ", ".join(f"{{{fill}}}" for fill in FILLS)
                    yield Problem(f"{place}/{language}", f"Use braces only for these fill-ins: {known}.")


def _texts(document: Raw) -> Iterator[tuple[str, Raw]]:
    yield from _fields(document, ("title", "intro", "end"), pointer="")
    yield from _listed(document, "end_notes", pointer="")
    for name, choices in document.get("scales", {}).items():
        for index, choice in enumerate(choices):
            yield f"/scales/{name}/{index}/text", choice["text"]
    for index, page in enumerate(document["pages"]):
        yield from _fields(page, ("title",), pointer=f"/pages/{index}")
        yield from _listed(page, "titles", pointer=f"/pages/{index}")
    for pointer, raw in _questions(document):
        yield from _fields(raw, ("text", "help", "notice"), pointer=pointer)
        yield from _listed(raw, "choices", pointer=pointer)
        if isinstance(raw.get("scale"), dict):
            yield from _fields(raw["scale"], ("low", "high"), pointer=f"{pointer}/scale")


def _fields(raw: Raw, names: Sequence[str], *, pointer: str) -> Iterator[tuple[str, Raw]]:
    return ((f"{pointer}/{name}", raw[name]) for name in names if name in raw)


def _listed(raw: Raw, name: str, *, pointer: str) -> Iterator[tuple[str, Raw]]:
    return ((f"{pointer}/{name}/{index}/text", each["text"]) for index, each in enumerate(raw.get(name, ())))


def _question_problems(raw: Raw, *, document: Raw, pointer: str) -> Iterator[Problem]:
    kind, scale = raw["type"], raw.get("scale")
    if kind == "recommend" and not isinstance(scale, dict):
        yield Problem(f"{pointer}/scale", "Add the words for both ends: “low” and “high”.")
    if (isinstance(scale, dict) and kind != "recommend") or (isinstance(scale, str) and kind not in ONE_CODE):
        yield Problem(f"{pointer}/scale", f"This scale cannot be used with the type {quoted(kind)}.")
    if isinstance(scale, str) and scale not in document.get("scales", {}):
        yield Problem(f"{pointer}/scale", f"There is no scale {quoted(scale)}.")
    if kind not in WITH_CHOICES and "choices" in raw:
        yield Problem(f"{pointer}/choices", f"The type {quoted(kind)} has no choices.")
    for name in sorted(set(raw.get("validate", {})) - LIMITS_BY_TYPE.get(kind, set())):
        yield Problem(f"{pointer}/validate/{name}", f"{quoted(name)} cannot be used with the type {quoted(kind)}.")
    if kind in WITH_CHOICES:
        yield from _choice_problems(raw, document=document, pointer=pointer)


def _choice_problems(raw: Raw, *, document: Raw, pointer: str) -> Iterator[Problem]:
    kind, written = raw["type"], written_choices(raw, scales=document.get("scales", {}))
    place = f"{pointer}/choices"
    if len(written) < 2:
        yield Problem(place, "Add at least two choices.")
    if kind == "scale" and sum(1 for each in written if is_step(each)) < 2:
        yield Problem(place, "Add at least two steps from best to worst.")
    for code in _repeated([each["code"] for each in written]):
        yield Problem(place, f"The code {quoted(code)} is used twice.")
    if sum(1 for each in written if each.get("other")) > 1:
        yield Problem(place, "Only one choice can have a text box.")
    for each in written:
        for name, kinds in ONLY_IN.items():
            if name in each and kind not in kinds:
                yield Problem(place, f"{quoted(name)} cannot be used with the type {quoted(kind)}.")
        if each.get("na") and "score" in each:
            yield Problem(place, f"{quoted(each['code'])} cannot be both not scored and scored.")
        if "score_if" in each and "score" not in each:
            yield Problem(place, f"{quoted(each['code'])} needs a score beside “score_if”.")


def _condition_problems(document: Raw, definition: Definition) -> Iterator[Problem]:
    earlier: set[str] = set()
    for number, page in enumerate(document["pages"]):
        place = f"/pages/{number}"
        conditions = [(place, page), *((f"{place}/titles/{i}", each) for i, each in enumerate(page.get("titles", ())))]
        for pointer, raw in conditions:
            yield from _show_if_problems(raw, definition=definition, only=earlier, pointer=pointer)
        for index, raw in enumerate(page.get("questions", ())):
            pointer = f"{place}/questions/{index}"
            yield from _show_if_problems(raw, definition=definition, only=earlier, pointer=pointer)
            yield from _score_if_problems(raw.get("choices", ()), pointer=f"{pointer}/choices")
            earlier.add(raw["key"])
    for name, choices in document.get("scales", {}).items():
        yield from _score_if_problems(choices, pointer=f"/scales/{name}")
    for index, note in enumerate(document.get("end_notes", ())):
        yield from _show_if_problems(note, definition=definition, only=None, pointer=f"/end_notes/{index}")


def _show_if_problems(raw: Raw, *, definition: Definition, only: set[str] | None, pointer: str) -> Iterator[Problem]:
    if "show_if" in raw:
        yield from check_condition(raw["show_if"], definition=definition, only=only, pointer=f"{pointer}/show_if")


def _score_if_problems(choices: Sequence[Raw], *, pointer: str) -> Iterator[Problem]:
    for index, choice in enumerate(choices):
        if "score_if" in choice:
            place = f"{pointer}/{index}/score_if"
            yield from check_condition(choice["score_if"], pointer=place)
            if questions_in(choice["score_if"]) or scores_in(choice["score_if"]):
                yield Problem(place, "Only facts can be used here.")


def _questions(document: Raw) -> Iterator[tuple[str, Raw]]:
    for number, page in enumerate(document["pages"]):
        for index, raw in enumerate(page.get("questions", ())):
            yield f"/pages/{number}/questions/{index}", raw


def _repeated(names: Sequence[Any]) -> list[Any]:
    return [name for name, times in Counter(names).items() if times > 1]
