"""Changes of the options of one question: codes, order, scores, words."""

from collections.abc import Iterable

from surveys.definitions.document import Choice, QuestionType
from surveys.difference.changes import Change, Subject
from surveys.difference.sides import Side, Written, out_of_place, settled
from surveys.difference.texts import asked_text, label, other_fields
from surveys.difference.words import compare_texts, is_correction

KNOWN = frozenset({"code", "text", "exclusive", "other", "na", "score", "score_if"})


def option_changes(
    subject: Subject, key: str, old_key: str, *, sides: tuple[Side, Side], languages: list[str]
) -> list[Change]:
    """List what changed in the options of the question `key`, which the older version called `old_key`."""
    return _Options(subject, key, old_key, sides=sides, languages=languages).changes()


class _Options:
    def __init__(
        self, subject: Subject, key: str, old_key: str, *, sides: tuple[Side, Side], languages: list[str]
    ) -> None:
        self.subject = subject
        self.languages = languages
        self.before: Written = sides[0].choices(old_key)
        self.after: Written = sides[1].choices(key)
        self.old = sides[0].definition.questions[old_key]
        self.new = sides[1].definition.questions[key]
        self.kept = [code for code in self.after if code in self.before]
        self.renamed = dict(self._renamed())

    def changes(self) -> list[Change]:
        changes = [*self._recoded(), *self._removed(), *self._added(), *self._order(), *self._scores()]
        for code in self.kept:
            changes += self._one(code)
        return changes

    def _label(self, written: Written, code: str) -> str:
        return label(written[code][1], languages=self.languages, code=code)

    def _renamed(self) -> Iterable[tuple[str, str]]:
        """Yield (old code, new code) of options that have new codes and their old words."""
        added = [code for code in self.after if code not in self.before]
        for code in self.before:
            if code in self.after:
                continue
            words = self._label(self.before, code)
            same = next((each for each in added if is_correction(words, self._label(self.after, each))), None)
            if same is not None:
                added.remove(same)
                yield code, same

    def _recoded(self) -> list[Change]:
        return [
            self.subject.breaking(
                "option_recoded",
                f"the option “{self._label(self.after, new)}” is now stored as “{new}” instead of “{old}”",
                at=self.after[new][0], before=old, after=new, is_certain=True,
            )
            for old, new in self.renamed.items()
        ]  # fmt: skip

    def _removed(self) -> list[Change]:
        gone = [code for code in self.before if code not in self.after and code not in self.renamed]
        return [
            self.subject.breaking(
                "option_removed",
                f"the option “{self._label(self.before, code)}” was removed",
                at=self.before[code][0], before=self._label(self.before, code), is_certain=True,
            )
            for code in gone
        ]  # fmt: skip

    def _added(self) -> list[Change]:
        new = [code for code in self.after if code not in self.before and code not in self.renamed.values()]
        return [self._added_one(code) for code in new]

    def _added_one(self, code: str) -> Change:
        words = self._label(self.after, code)
        said, at = f"the option “{words}” was added", self.after[code][0]
        if self.new.codes[code].score is None:
            effect = "Its trend goes on, though earlier answers could not choose it."
            return self.subject.safe("option_added", said, at=at, after=words, effect=effect)
        return self.subject.breaking("option_added", said, at=at, after=words)

    def _order(self) -> list[Change]:
        before = [code for code in self.before if code in self.after]
        moved = out_of_place(before, self.kept)
        if not moved:
            return []
        at, words = f"{self.subject.pointer}/choices", (", ".join(before), ", ".join(self.kept))
        if self.new.type is QuestionType.SCALE and self._scores():
            said = "the steps are in another order"
            return [self.subject.breaking("steps_moved", said, at=at, before=words[0], after=words[1], is_certain=True)]
        return [
            self.subject.safe(
                "options_moved", "the options are in another order", at=at, before=words[0], after=words[1]
            )
        ]

    def _scores(self) -> list[Change]:
        scored = [code for code in self.kept if _points(self.old.codes[code]) != _points(self.new.codes[code])]
        if not scored:
            return []
        before, after = (
            ", ".join(f"{code} {_said(question.codes[code])}" for code in scored) for question in (self.old, self.new)
        )
        at, said = f"{self.subject.pointer}/choices", "the scores of its options were changed"
        return [self.subject.breaking("rescored", said, at=at, before=before, after=after, is_certain=True)]

    def _one(self, code: str) -> list[Change]:
        (_, old), (pointer, new) = self.before[code], self.after[code]
        words = self._label(self.after, code)
        found = compare_texts(old["text"], new["text"], languages=self.languages)
        what = f"the wording of the option “{words}”"
        changes = asked_text(self.subject, found, kind="option", what=what, at=f"{pointer}/text")
        if old.get("exclusive", False) != new.get("exclusive", False):
            said = (
                "can no longer be combined with others" if new.get("exclusive") else "can now be combined with others"
            )
            changes.append(self.subject.breaking("option_exclusive", f"the option “{words}” {said}", at=pointer))
        if old.get("other", False) != new.get("other", False):
            said = "has a text box now" if new.get("other") else "has no text box any more"
            changes.append(self.subject.safe("option_other", f"the option “{words}” {said}", at=pointer))
        place = Subject(pointer, f"{self.subject.name}, option “{words}”", self.subject.key)
        return changes + other_fields(place, old, new, known=KNOWN)


def _points(choice: Choice) -> tuple[object, ...]:
    return choice.score, choice.na, str(settled(choice.score_if))


def _said(choice: Choice) -> str:
    if choice.score is None:
        return "does not apply" if choice.na else "not scored"
    return f"{choice.score:g}" + (" on a condition" if choice.score_if is not None else "")
