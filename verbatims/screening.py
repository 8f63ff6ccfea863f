"""Look for words of side effects and danger in one text: it orders what people read, and never decides for them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from verbatims.lexicon import COMMON, CRISIS, DANGER, ENTRIES, LABELS, NEGATORS, PLAIN, PRODUCT, UNDOING, WEIGHTS

_TOKEN = re.compile(r"[\w'’\u0300-\u036f]+")
_SENTENCE_END = re.compile(r"[.;!?\n]")
_RUN = re.compile(r"(.)\1{2,}")
_GAP = 3  # from one word of an entry to the next
_SCOPE = 5  # words before a finding in which a negation counts
_SHORTEST_TYPO = 5
_LONGEST_TYPO = 20
_SHORTEST_STEM = 3
_LONGEST_STEM = 16

Slot = frozenset[str]


@dataclass(frozen=True, slots=True)
class Screening:
    """What the lexicon found in a text.

    rank: points >= 0, the higher the sooner somebody should read it. terms: kinds of findings as codes of LABELS, the
    weightiest first, each once. is_crisis: it speaks of self-harm or danger, negated or not.
    """

    rank: int
    terms: tuple[str, ...]
    is_crisis: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding in a text: characters from `start` up to `end`, its kind, and whether it is taken back there."""

    start: int
    end: int
    term: str
    is_negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """One entry of the lexicon: the slot it is looked up by, those before it (nearest first) and those after it."""

    term: str
    gap: int
    anchor: Slot
    before: tuple[Slot, ...]
    after: tuple[Slot, ...]


class _Word(NamedTuple):
    start: int
    end: int
    folded: str
    known: Slot
    entries: tuple[_Entry, ...]  # those that are looked up by this word


def screen(text: str, *, products: Iterable[str] = ()) -> Screening:
    """Rank one text, English or Spanish, by the words of side effects and danger in it.

    text: anything, of any length; linear time, without backtracking. products: names that count as a finding too.
    A negation before a finding ("no rash") quarters its points, never below one; that of a crisis keeps half, and
    nothing silences it. Never raises. More text never lowers the rank.
    """
    points: dict[str, int] = {}
    for mark in marks(text, products=products):
        points[mark.term] = max(points.get(mark.term, 0), _points(mark))
    terms = tuple(sorted(points, key=lambda term: (-points[term], term)))
    return Screening(sum(points.values()), terms, CRISIS in points or DANGER in points)


def marks(text: str, *, products: Iterable[str] = ()) -> list[Mark]:
    """Return every finding in a text, in order; they may overlap."""
    words = _words_of(text)
    ends = _sentence_ends(text, words)
    named = {entry: PRODUCT for name in products if (entry := _name(name))}
    found = {
        (words[place].start, words[last].end, term): _is_negated(words, ends, place)
        for place, last, term in (*_findings(words), *_names(words, named))
    }
    return [Mark(*at, is_negated) for at, is_negated in sorted(found.items())]


def label(term: str) -> str:
    """Return the words for one code of a finding."""
    return LABELS.get(term, term)


def _points(mark: Mark) -> int:
    weight = WEIGHTS[mark.term]
    if not mark.is_negated:
        return weight
    return weight // 2 if mark.term in (CRISIS, DANGER) else max(1, weight // 4)


def _words_of(text: str) -> list[_Word]:
    return [_Word(match.start(), match.end(), *_understood(match.group())) for match in _TOKEN.finditer(text)]


@lru_cache(maxsize=8192)
def _understood(raw: str) -> tuple[str, Slot, tuple[_Entry, ...]]:
    folded = _folded(raw)
    known = _known(folded)
    return folded, known, tuple({entry for word in known for entry in _BY_ANCHOR.get(word, ())})


def _folded(raw: str) -> str:
    small = raw.casefold().replace("'", "").replace("’", "")
    if not small.isascii():
        small = "".join(sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign))
    return _RUN.sub(r"\1\1", small)


def _known(word: str) -> Slot:
    """Return the words of the lexicon that `word` may stand for: itself, stems of it, and those one slip away."""
    found = {word} if word in _WORDS else set()
    lengths = range(_SHORTEST_STEM, min(len(word), _LONGEST_STEM) + 1)
    found.update(stem + "*" for n in lengths if (stem := word[:n]) in _STEMS)
    if not found and _SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO and word not in PLAIN:
        for variant in (word, *_shortened(word)):
            found.update(_SLIPS.get(variant, ()))
    return frozenset(found)


def _shortened(word: str) -> list[str]:
    return [word[:n] + word[n + 1 :] for n in range(len(word))]


def _findings(words: list[_Word]) -> Iterator[tuple[int, int, str]]:
    """Yield (place of the first word, of the last word, term) of every entry that occurs."""
    for place, word in enumerate(words):
        for entry in word.entries:
            first = _follow(words, entry.before, place, step=-1, gap=entry.gap)
            last = _follow(words, entry.after, place, step=1, gap=entry.gap)
            if first is not None and last is not None:
                yield first, last, entry.term


def _follow(words: list[_Word], slots: tuple[Slot, ...], place: int, *, step: int, gap: int) -> int | None:
    """Walk from `place` through the slots, each within the gap of the one before; None when one is missing."""
    for slot in slots:
        for near in range(place + step, place + step * (gap + 1), step):
            if 0 <= near < len(words) and not slot.isdisjoint(words[near].known):
                place = near
                break
        else:
            return None
    return place


def _names(words: list[_Word], named: dict[tuple[str, ...], str]) -> Iterator[tuple[int, int, str]]:
    for entry, term in named.items():
        for place, word in enumerate(words):
            end = place + len(entry)
            if word.folded == entry[0] and tuple(each.folded for each in words[place:end]) == entry:
                yield place, end - 1, term


def _name(name: str) -> tuple[str, ...]:
    return tuple(_folded(match.group()) for match in _TOKEN.finditer(name))


def _sentence_ends(text: str, words: list[_Word]) -> list[bool]:
    """Tell for each word whether a sentence ends after it; a comma ends a lone "No, …"."""
    ends = []
    for word, following in pairwise(words):
        between = text[word.end : following.start]
        is_lone = word.folded in NEGATORS and "," in between
        ends.append(is_lone or _SENTENCE_END.search(between) is not None)
    return [*ends, True]


def _is_negated(words: list[_Word], ends: list[bool], place: int) -> bool:
    """Tell whether a negation stands before the finding; nothing after it counts, so more text takes none back."""
    for before in range(place - 1, max(place - 1 - _SCOPE, -1), -1):
        if ends[before] or words[before].folded in UNDOING:
            return False
        if words[before].folded in NEGATORS:
            return True
    return False


def _parsed() -> Iterator[_Entry]:
    for term, text in ENTRIES.items():
        for phrase in text.replace("\n", ",").split(","):
            if slots := [frozenset(word.split("|")) for word in phrase.replace("=", "").split()]:
                at = min(range(len(slots)), key=lambda n: _commonness(slots[n]))
                gap = 1 if "=" in phrase else _GAP
                yield _Entry(term, gap, slots[at], tuple(reversed(slots[:at])), tuple(slots[at + 1 :]))


def _commonness(slot: Slot) -> tuple[int, int]:
    return len(slot & COMMON), len(slot)


def _slips() -> dict[str, Slot]:
    """Return, for each lexicon word and each way to drop one letter of it, the words that it may have been."""
    slips: dict[str, set[str]] = {}
    for word in _WORDS:
        bare = word.rstrip("*")
        if len(bare) >= _SHORTEST_TYPO and bare not in PLAIN:
            for variant in (bare, *_shortened(bare)):
                slips.setdefault(variant, set()).add(word)
    return {variant: frozenset(words) for variant, words in slips.items()}


_ENTRIES = tuple(dict.fromkeys(_parsed()))
_WORDS = frozenset(word for entry in _ENTRIES for slot in (entry.anchor, *entry.before, *entry.after) for word in slot)
_STEMS = frozenset(word[:-1] for word in _WORDS if word.endswith("*"))
_BY_ANCHOR: dict[str, list[_Entry]] = {}
for _entry in _ENTRIES:
    for _word in _entry.anchor:
        _BY_ANCHOR.setdefault(_word, []).append(_entry)
_SLIPS = _slips()
