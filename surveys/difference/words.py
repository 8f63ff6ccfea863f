"""Two wordings of one text: a correction, other words, or another time to think of."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

# A fill-in, a word, or any one sign that is no punctuation: a smiley or "<" may be all that tells two options apart.
_WORD = re.compile(r"\{[a-z]+\}|[^\W_]+(?:'[^\W_]+)*|[^\w\s.,;:!?¡¿'\"“”«»()\-–—…/]")
_NUMBERS = {
    word: str(number)
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    )
    for number, word in enumerate(words.split(), 1)
}
_TIMES = {
    form: name
    for name, forms in {
        "hour": "hour hours hora horas",
        "day": "day days día días",
        "week": "week weeks semana semanas",
        "month": "month months mes meses",
        "year": "year years año años",
        "today": "today hoy",
        "yesterday": "yesterday ayer",
        "now": "now currently ahora actualmente",
        "since": "since desde",
        "last": "last past previous último última últimos últimas",
        "ever": "ever alguna",
    }.items()
    for form in forms.split()
}
_NEGATIONS = frozenset({
    "no", "not", "never", "none", "nobody", "nothing", "without", "cannot", "neither", "nor",
    "sin", "nunca", "jamás", "nadie", "nada", "ni", "tampoco",
})  # fmt: skip
_FIRM = 4  # shorter words differ in meaning by one letter
_LONG = 8


@dataclass(frozen=True, slots=True)
class TextChange:
    """How a text changed. kind: `corrected`, `reworded`, `translated`, `variant`, `added` or `removed`.

    languages: those in which it differs. before, after: the words in the original language, or in the first of these.
    """

    kind: str
    languages: tuple[str, ...]
    before: str
    after: str


def compare_texts(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, languages: Sequence[str]
) -> TextChange | None:
    """Return how a text changed; None if it did not.

    languages: those that both versions have, the original language first. Words in others are not looked at.
    """
    if before is None or after is None:
        return _one_sided(before, after, languages=languages)
    readers = ["", *sorted({*before.get("by", {}), *after.get("by", {})})]
    pairs = [
        (reader, lang, _said(before, reader, lang), _said(after, reader, lang))
        for reader in readers
        for lang in languages
    ]
    changed = [pair for pair in pairs if pair[2] != pair[3]]
    if not changed:
        return None
    original = [pair for pair in changed if pair[1] == languages[0]]
    touched = tuple(dict.fromkeys(lang for _, lang, _, _ in changed))
    _, _, old, new = (original or changed)[0]
    return TextChange(_kind(original), touched, old, new)


def _one_sided(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, languages: Sequence[str]
) -> TextChange | None:
    old, new = (_said(text or {}, "", languages[0]) if languages else "" for text in (before, after))
    if before is None and after is None:
        return None
    return TextChange("added" if before is None else "removed", tuple(languages), old, new)


def _kind(original: Iterable[tuple[str, str, str, str]]) -> str:
    both = [(old, new) for _, _, old, new in original if old and new]
    if not original:
        return "translated"
    if not both:
        return "variant"
    return "corrected" if all(is_correction(old, new) for old, new in both) else "reworded"


def _said(text: Mapping[str, Any], reader: str, language: str) -> str:
    words = text.get("by", {}).get(reader, {}) if reader else text
    return str(words.get(language, ""))


def is_correction(before: str, after: str) -> bool:
    """Tell whether `after` only corrects the spelling of `before`: its signs, its capitals, or a letter here and there.

    Never where a number, a negation, a fill-in or the time to think of changes, however few the letters.
    """
    old, new = _words(before), _words(after)
    if "".join(old) == "".join(new):
        return True
    if _sensitive(old) != _sensitive(new):
        return False
    return all(_is_slip(old[i1:i2], new[j1:j2]) for i1, i2, j1, j2 in _differences(old, new))


def times_in(words: str) -> frozenset[str]:
    """Return the time that `words` ask to think of, such as {"last", "3", "month"}; empty if they name none.

    Knows English and Spanish.
    """
    found = _words(words)
    times = {_TIMES[word] for word in found if word in _TIMES}
    numbers = {_NUMBERS.get(word, word) for word in found if word in _NUMBERS or word.isdigit()}
    return frozenset(times | numbers) if times else frozenset()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def _sensitive(words: Sequence[str]) -> list[str]:
    return sorted(
        _TIMES.get(word, _NUMBERS.get(word, word))
        for word in words
        if word in _NEGATIONS or word in _TIMES or word in _NUMBERS or word.endswith("n't") or word.startswith("{")
        or any(sign.isdigit() for sign in word)
    )  # fmt: skip


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    return ((i1, i2, j1, j2) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def _is_slip(old: Sequence[str], new: Sequence[str]) -> bool:
    if "".join(old) == "".join(new):
        return True
    return len(old) == len(new) and all(_is_misspelt(one, other) for one, other in zip(old, new, strict=True))


def _is_misspelt(one: str, other: str) -> bool:
    if _unaccented(one) == _unaccented(other):
        return True
    allowed = 0 if min(len(one), len(other)) < _FIRM else 2 if min(len(one), len(other)) >= _LONG else 1
    return _is_swapped(one, other) or _distance(one, other, limit=allowed) <= allowed


def _unaccented(word: str) -> str:
    """Return `word` without acute and grave accents, which are often left out; no other sign goes (año is not ano)."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if sign not in "\u0300\u0301")


def _is_swapped(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) < _FIRM - 1:
        return False
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    return one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]


def _distance(one: str, other: str, *, limit: int) -> int:
    """Return the edit distance (V. Levenshtein, 1966), or something above `limit` once it is known to be."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]
