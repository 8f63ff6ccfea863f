"""One change between two versions, and how it is said."""

from dataclasses import dataclass
from enum import StrEnum

MAX_SHORT = 80
GOES_ON = "Its trend goes on."
ANEW = "Its trend starts anew."
ANEW_UNLESS = "Its trend starts anew, unless you say that it still means the same."


class Impact(StrEnum):
    """What a change does: other words for the same thing, no harm to the numbers, or numbers that do not compare."""

    WORDING = "wording"
    SAFE = "safe"
    BREAKING = "breaking"


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    pointer: a JSON pointer into the newer document; into the older one for what was removed. key: the question that
    it is about, "" if none. before, after: at most MAX_SHORT characters, "" where there is nothing. sentence: what
    changed and what that does, in English. restarts: a new series of the question starts, and where `is_certain`
    nobody can say otherwise.
    """

    pointer: str
    key: str
    kind: str
    impact: Impact
    before: str
    after: str
    sentence: str
    restarts: bool = False
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What changes are about: a question, a page or the survey, and where it is."""

    pointer: str
    name: str
    key: str = ""

    def wording(self, kind: str, what: str, *, at: str = "", before: object = "", after: object = "") -> Change:
        """Return a change of words only."""
        return self._change(kind, Impact.WORDING, what, at=at, before=before, after=after, effect=GOES_ON)

    def safe(
        self, kind: str, what: str, *, at: str = "", before: object = "", after: object = "", effect: str = GOES_ON
    ) -> Change:
        """Return a change that leaves the numbers comparable."""
        return self._change(kind, Impact.SAFE, what, at=at, before=before, after=after, effect=effect)

    def breaking(
        self,
        kind: str,
        what: str,
        *,
        at: str = "",
        before: object = "",
        after: object = "",
        is_certain: bool = False,
    ) -> Change:
        """Return a change after which a question means something else; `is_certain` where nobody can say otherwise."""
        return self._change(
            kind,
            Impact.BREAKING,
            what,
            at=at,
            before=before,
            after=after,
            effect=ANEW if is_certain else ANEW_UNLESS,
            restarts=bool(self.key),
            is_certain=is_certain,
        )

    def told(
        self, kind: str, impact: Impact, sentence: str, *, at: str = "", before: object = "", after: object = ""
    ) -> Change:
        """Return a change that `sentence` says in full, and that starts no new series."""
        return Change(at or self.pointer, self.key, kind, impact, short(before), short(after), sentence)

    def _change(
        self,
        kind: str,
        impact: Impact,
        what: str,
        *,
        at: str,
        before: object,
        after: object,
        effect: str,
        restarts: bool = False,
        is_certain: bool = False,
    ) -> Change:
        said = f"{self.name}: {what}." + (f" {effect}" if self.key else "")
        place = at or self.pointer
        return Change(place, self.key, kind, impact, short(before), short(after), said, restarts, is_certain)


def short(value: object) -> str:
    """Return `value` in at most MAX_SHORT characters; "" for None."""
    words = "" if value is None else " ".join(str(value).split())
    return words if len(words) <= MAX_SHORT else f"{words[: MAX_SHORT - 1]}…"
