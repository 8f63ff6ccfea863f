"""The difference of two documents: questions by key, pages by id, and what stands around them."""

from collections.abc import Iterator

from surveys.difference.changes import Change, Impact, Subject
from surveys.difference.questions import question_changes
from surveys.difference.sides import Raw, Side, common_languages, out_of_place
from surveys.difference.texts import condition_change, other_fields, passages, read_only_text
from surveys.difference.words import is_correction

KNOWN = frozenset({"schema", "languages", "untested", "title", "intro", "end", "end_notes", "scales", "pages"})
KNOWN_OF_PAGE = frozenset({"id", "title", "titles", "show_if", "questions"})
SURVEY_TEXTS = (("title", "the title"), ("intro", "the introduction"), ("end", "the thank-you"))


def difference(before: Raw, after: Raw) -> list[Change]:
    """List what changed from the document `before` to `after`; [] if they say the same.

    Both must fit the JSON Schema. Questions are matched by key and pages by id, wherever they stand; a question with a
    new key, its old words and its old options is told as renamed. The order of keys, of the parts of a condition and of
    languages that have not been tried out does not matter. In the order of the newer document, removals last.
    """
    return _Comparison(before, after).changes()


class _Comparison:
    def __init__(self, before: Raw, after: Raw) -> None:
        self.before = Side(before)
        self.after = Side(after)
        self.sides = (self.before, self.after)
        self.languages = common_languages(self.before, self.after)
        self.survey = Subject("", "Survey")
        self.renamed = dict(self._renamed())  # new key -> old key
        self.pages = dict(self._matched_pages())  # new id -> old id

    def changes(self) -> list[Change]:
        return [
            *self._languages(),
            *self._survey_words(),
            *self._scales(),
            *other_fields(self.survey, self.before.document, self.after.document, known=KNOWN),
            *self._pages(),
            *self._questions(),
            *self._moved_questions(),
            *self._removed(),
        ]

    def _languages(self) -> Iterator[Change]:
        old, new = self.before.languages, self.after.languages
        for language in new:
            if language not in old:
                said = f"Survey: it can now be read in “{language}”. Trends go on."
                yield self.survey.told("language_added", Impact.SAFE, said, at="/languages", after=language)
        for language in old:
            if language not in new:
                said = (
                    f"Survey: it can no longer be read in “{language}”. Trends go on without those who read only that."
                )
                yield self.survey.told("language_removed", Impact.SAFE, said, at="/languages", before=language)
        if old[0] != new[0]:
            said = f"Survey: the original language is now “{new[0]}”, which others fall back to. Trends go on."
            yield self.survey.told(
                "original_changed", Impact.SAFE, said, at="/languages/0", before=old[0], after=new[0]
            )
        elif out_of_place([each for each in old if each in new], self.languages):
            said = "Survey: its languages are in another order. Trends go on."
            yield self.survey.told("languages_moved", Impact.SAFE, said, at="/languages")
        untested = [set(side.document.get("untested", ())) & set(self.languages) for side in self.sides]
        for language in sorted(untested[0] ^ untested[1]):
            words = "not tried out with patients" if language in untested[1] else "tried out with patients"
            said = f"Survey: the words in “{language}” are now marked as {words}. Trends go on."
            yield self.survey.told("tested_changed", Impact.SAFE, said, at="/untested", after=words)

    def _survey_words(self) -> Iterator[Change]:
        old, new = self.before.document, self.after.document
        for field, what in SURVEY_TEXTS:
            yield from read_only_text(self.survey, field, what, old, new, languages=self.languages)
        yield from passages(self.survey, "end_notes", "note", old, new, languages=self.languages, sides=self.sides)

    def _scales(self) -> Iterator[Change]:
        """Yield shared scales that changed and that no question uses: where one is used, the question tells it."""
        old, new = (side.document.get("scales", {}) for side in self.sides)
        used = {str(place.raw.get("scale")) for side in self.sides for place in side.questions.values()}
        for name in sorted({*old, *new} - used):
            if old.get(name) != new.get(name):
                said = f"Survey: the shared scale “{name}” was changed. No question uses it."
                yield self.survey.told("scale_changed", Impact.SAFE, said, at=f"/scales/{name}")

    def _matched_pages(self) -> Iterator[tuple[str, str]]:
        old, new = self.before.pages, self.after.pages
        free = [name for name in old if name not in new]
        for name, (_, page) in new.items():
            match = name if name in old else next((each for each in free if self._is_same(old[each][1], page)), None)
            if match is not None:
                yield name, match
                free = [each for each in free if each != match]

    def _is_same(self, old: Raw, new: Raw) -> bool:
        before = {raw["key"] for raw in old.get("questions", ())}
        after = {self.renamed.get(raw["key"], raw["key"]) for raw in new.get("questions", ())}
        return 2 * len(before & after) > max(len(before), len(after))

    def _pages(self) -> Iterator[Change]:
        for name, (pointer, page) in self.after.pages.items():
            subject = Subject(pointer, f"Page “{name}”")
            if name in self.pages:
                yield from self._page(subject, self.before.pages[self.pages[name]][1], page)
            else:
                yield subject.safe("page_added", "it was added", after=name)
        kept = [old for old in self.before.pages if old in self.pages.values()]
        for name in out_of_place(kept, list(self.pages.values())):
            new = next(each for each, old in self.pages.items() if old == name)
            yield Subject(self.after.pages[new][0], f"Page “{new}”").safe("page_moved", "it has moved to another place")
        for name, (pointer, _) in self.before.pages.items():
            if name not in self.pages.values():
                yield Subject(pointer, f"Page “{name}”").safe("page_removed", "it was removed", before=name)

    def _page(self, subject: Subject, old: Raw, new: Raw) -> Iterator[Change]:
        if old["id"] != new["id"]:
            said = f"its name was “{old['id']}”"
            yield subject.safe("page_renamed", said, at=f"{subject.pointer}/id", before=old["id"], after=new["id"])
        yield from read_only_text(subject, "title", "the heading", old, new, languages=self.languages)
        yield from passages(subject, "titles", "heading", old, new, languages=self.languages, sides=self.sides)
        yield from condition_change(subject, old, new, sides=self.sides)
        yield from other_fields(subject, old, new, known=KNOWN_OF_PAGE)

    def _renamed(self) -> Iterator[tuple[str, str]]:
        gone = [key for key in self.before.questions if key not in self.after.questions]
        for key in self.after.questions:
            match = (
                None if key in self.before.questions else next((old for old in gone if self._is_twin(old, key)), None)
            )
            if match is not None:
                gone.remove(match)
                yield key, match

    def _is_twin(self, old: str, new: str) -> bool:
        before, after = self.before.questions[old].raw, self.after.questions[new].raw
        original = self.languages[0] if self.languages else ""
        words = [str(raw["text"].get(original, "")) for raw in (before, after)]
        is_alike = before["type"] == after["type"] and list(self.before.choices(old)) == list(self.after.choices(new))
        return is_alike and bool(words[0]) and is_correction(*words)

    def _questions(self) -> Iterator[Change]:
        for key, place in self.after.questions.items():
            subject = Subject(place.pointer, f"Question “{key}”", key)
            old = self.renamed.get(key, key)
            if old not in self.before.questions:
                words = place.raw["text"].get(self.after.languages[0], "")
                yield subject.safe("question_added", "it was added", after=words, effect="Its trend begins.")
                continue
            if old != key:
                said = f"{subject.name}: it was called “{old}”. Its trend starts anew: keep that key to go on with it."
                at = f"{place.pointer}/key"
                yield Change(
                    at, key, "question_renamed", Impact.BREAKING, old, key, said, restarts=True, is_certain=True
                )
            yield from question_changes(key, old, sides=self.sides, languages=self.languages)

    def _moved_questions(self) -> Iterator[Change]:
        for key, place in self.after.questions.items():
            old = self.before.questions.get(self.renamed.get(key, key))
            if old is not None and self.pages.get(place.page["id"]) != old.page["id"]:
                subject = Subject(place.pointer, f"Question “{key}”", key)
                said = f"it has moved to the page “{place.page['id']}”"
                yield subject.safe("question_moved", said, before=old.page["id"], after=place.page["id"])
        for new, old_id in self.pages.items():
            yield from self._moved_within(self.before.pages[old_id][1], self.after.pages[new][1])

    def _moved_within(self, old: Raw, new: Raw) -> Iterator[Change]:
        after = {self.renamed.get(raw["key"], raw["key"]): raw["key"] for raw in new.get("questions", ())}
        before = [raw["key"] for raw in old.get("questions", ()) if raw["key"] in after]
        moved = out_of_place(before, [key for key in after if key in before])
        for key in (after[each] for each in after if each in moved):
            subject = Subject(self.after.questions[key].pointer, f"Question “{key}”", key)
            yield subject.safe("question_moved", "it has moved to another place on its page")

    def _removed(self) -> Iterator[Change]:
        for key, place in self.before.questions.items():
            if key not in self.after.questions and key not in self.renamed.values():
                said = f"Question “{key}”: it was removed. Its trend ends."
                words = place.raw["text"].get(self.before.languages[0], "")
                subject = Subject(place.pointer, f"Question “{key}”", key)
                yield subject.told("question_removed", Impact.BREAKING, said, before=words)
