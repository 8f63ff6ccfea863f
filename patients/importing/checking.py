"""A row among all others: who it is about, what is known already, and what is left to do for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from patients.importing.inserting import insert, new_row
from patients.importing.reading import Line
from patients.importing.rows import Fault, Row, Rules, read_row, unreadable
from patients.importing.world import Person, World, look_up
from patients.models import Import, ImportKey

DEFAULT_ZONE = "America/New_York"


@dataclass(slots=True)
class Taken:
    """A row that can be imported: about whom, and whether its event is news."""

    row: Row
    person: Person | None
    has_event: bool = False


@dataclass(slots=True)
class Judged:
    """What a chunk holds: what to do, what is wrong, how much of everything."""

    taken: list[Taken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    world: World = field(default_factory=World)


def rules_of(source: Import) -> Rules:
    """Return what the rows of an import are read by."""
    program = source.program
    return Rules(
        languages=tuple(program.languages),
        country=program.country,
        time_zone=DEFAULT_ZONE,
        is_backfill=source.is_backfill,
        keeps_contacts=program.contact_held_by == program.Holder.VAULT or program.links_sent_by == program.Sender.US,
    )


def judge(
    source: Import, lines: Sequence[Line], *, places: dict[str, int], now: datetime, locks: bool = False
) -> Judged:
    """Tell what the rows of one chunk come to, after all chunks before it; remembers what it has met.

    locks: they are going to be written in this transaction.
    """
    judged = Judged()
    rows = _read(source, lines, judged, places=places, now=now)
    judged.world = look_up(source, [row for row, _ in rows], now=now, locks=locks)
    met = _Met(source, [*_digests(rows)])
    for row, cells in rows:
        _Judge(source, judged, met, row, now).judge(cells)
    met.keep()
    judged.counts["rows"] = len(lines)
    judged.counts["left_out"] = len({fault.row for fault in judged.faults if not fault.is_warning})
    judged.counts["warnings"] = sum(fault.is_warning for fault in judged.faults)
    return judged


def _read(
    source: Import, lines: Iterable[Line], judged: Judged, *, places: dict[str, int], now: datetime
) -> list[tuple[Row, list[str]]]:
    rules, width = rules_of(source), len(source.header)
    rows = []
    for line in lines:
        if line.problem:
            judged.faults.append(unreadable(line.number, line.problem))
            continue
        row, faults = read_row(line.number, line.cells, places=places, width=width, rules=rules, now=now)
        judged.faults += faults
        if row:
            rows.append((row, line.cells))
    return rows


def _digest(kind: str, *values: str) -> bytes:
    return blake2b("\x1f".join((kind, *values)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _of_person(row: Row) -> bytes:
    return _digest("person", row.external_id or row.pseudonym)


def _of_event(row: Row) -> bytes:
    if row.source_id:
        return _digest("event", row.source_id)
    return _digest("event", row.external_id or row.pseudonym, row.touchpoint, str(row.occurred_at))


def _digests(rows: Iterable[tuple[Row, list[str]]]) -> Iterable[bytes]:
    for row, cells in rows:
        yield from (_digest("row", *cells), _of_person(row), _of_event(row))


@dataclass(slots=True)
class Earlier:
    """Where something was met first, and when it happened: of a person, the latest event."""

    row: int
    at: datetime | None = None


class _Met:
    """What the rows before have brought: read for a chunk, and kept with it."""

    def __init__(self, source: Import, digests: list[bytes]) -> None:
        known = ImportKey.objects.filter(source=source, digest__in=digests).values_list("digest", "row", "at")
        self.source = source
        self.keys = {bytes(digest): Earlier(number, at) for digest, number, at in known}
        self.changed: set[bytes] = set()

    def get(self, digest: bytes) -> Earlier | None:
        return self.keys.get(digest)

    def note(self, digest: bytes, number: int, at: datetime | None = None) -> None:
        earlier = self.keys.setdefault(digest, Earlier(number))
        earlier.at = max(filter(None, (earlier.at, at)), default=None)
        self.changed.add(digest)

    def keep(self) -> None:
        about = {"organization_id": self.source.organization_id, "source_id": self.source.pk}
        met = ((digest, self.keys[digest]) for digest in self.changed)
        rows = [new_row(ImportKey, digest=digest, row=each.row, at=each.at, **about) for digest, each in met]
        insert(ImportKey, rows, on_conflict="(source_id, digest) DO UPDATE SET at = EXCLUDED.at")


class _Judge:
    def __init__(self, source: Import, judged: Judged, met: _Met, row: Row, now: datetime) -> None:
        self.source, self.judged, self.met, self.row, self.now = source, judged, met, row, now
        self.person: Person | None = None

    def judge(self, cells: list[str]) -> None:
        row, counts = self.row, self.judged.counts
        whole, person = _digest("row", *cells), _of_person(row)
        if earlier := self.met.get(whole):
            self.warn("", "duplicate_row", f"The same as row {earlier.row}: it is left out.")
            counts["duplicates"] += 1
            return
        if not self._finds_whom():
            return
        earlier = self.met.get(person)
        self._say_known(earlier)
        if row.is_void:
            if not self._can_void():
                return
            counts["voided"] += 1
        has_event = self._is_news(earlier)
        if has_event is None:
            return
        self._spare_those_who_left()
        self._drop_old_consents()
        self.met.note(whole, row.number)
        happened = row.occurred_at if has_event and row.occurred_at and row.occurred_at <= self.now else None
        self.met.note(person, row.number, happened)
        self._count(is_new=not earlier and not self.person, has_event=has_event)
        self.judged.taken.append(Taken(row, self.person, has_event))

    def fault(self, column: str, code: str, message: str) -> None:
        self.judged.faults.append(Fault(self.row.number, column, code, message))

    def warn(self, column: str, code: str, message: str) -> None:
        self.judged.faults.append(Fault(self.row.number, column, code, message, is_warning=True))

    def _finds_whom(self) -> bool:
        row, world = self.row, self.judged.world
        self.person = world.by_external_id.get(row.external_id)
        if row.pseudonym:
            named = world.by_pseudonym.get(row.pseudonym)
            if named is None or named.patient.partner_id != self.source.partner_id:
                self.fault("pseudonym", "unknown_pseudonym", "The partner has no such patient. Check the pseudonym.")
                return False
            if (row.external_id and row.external_id != (named.external_id or row.external_id)) or (
                self.person and self.person is not named
            ):
                self.fault(
                    "pseudonym", "other_patient", "The external id is of another patient. Correct one of the two."
                )
                return False
            self.person = named
        if self.person and self.person.patient.program_id != self.source.program_id:
            self.fault("external_id", "other_program", "This patient is in another program. Import the row there.")
            return False
        return True

    def _say_known(self, earlier: Earlier | None) -> None:
        if earlier:
            self.judged.counts["known"] += 1
            self.warn("", "same_patient", f"The same patient as in row {earlier.row}: it adds to that patient.")
        elif self.person:
            self.judged.counts["known"] += 1
            self.warn("", "known_patient", "This patient is here already: the row adds to the same patient.")

    def _can_void(self) -> bool:
        known = self.judged.world.by_source_id.get(self.row.source_id)
        if known or self.met.get(_of_event(self.row)):
            return True
        self.fault("source_id", "void_unknown", "No event with this id is known, so none is taken back. Check the id.")
        return False

    def _is_news(self, earlier: Earlier | None) -> bool | None:
        """Tell whether the row brings an event; None when it contradicts another event."""
        row = self.row
        if row.is_void or not row.touchpoint or row.occurred_at is None:
            return False
        known, met = self._known_event(), self.met.get(_of_event(row))
        if known is False or (met and met.at != row.occurred_at):
            self.fault("source_id", "event_conflict", "Another event came with this event id. Give each event its own.")
            return None
        if known or met:
            self.warn("touchpoint", "known_event", "This event is known already: it is not noted again.")
            return False
        latest = max(filter(None, (earlier.at if earlier else None, self._latest())), default=None)
        if latest and row.occurred_at < latest and not row.is_backfill:
            self.warn(
                "occurred_at", "out_of_order", "Older than an event that came before it. It is noted; no step back."
            )
        self.met.note(_of_event(row), row.number, row.occurred_at)
        return True

    def _latest(self) -> datetime | None:
        return self.person.latest if self.person else None

    def _known_event(self) -> bool | None:
        """Tell whether the event is in the database: True the same, False another with its id, None not at all."""
        row, world = self.row, self.judged.world
        if row.source_id and (known := world.by_source_id.get(row.source_id)):
            same_person = self.person is not None and known.patient_id == self.person.patient.pk
            return same_person and (known.kind, known.occurred_at) == (row.touchpoint, row.occurred_at)
        if self.person and row.occurred_at and not row.source_id:
            return (self.person.patient.pk, row.touchpoint, row.occurred_at) in world.events or None
        return None

    def _spare_those_who_left(self) -> None:
        row = self.row
        if self.person and self.person.patient.has_left and (row.agreed or row.email or row.phone):
            row.agreed, row.email, row.phone = [], "", ""
            self.warn("", "has_left", "This patient has withdrawn or died: consents and contact details are not taken.")

    def _drop_old_consents(self) -> None:
        """Without a date, an old file must not give back a consent that was taken back since."""
        row = self.row
        if row.agreed_at or not self.person or not self.person.respondents:
            return
        ids: list[UUID] = [each.pk for each in self.person.respondents]
        known = self.judged.world.consents
        risky = [
            agreed
            for agreed in row.agreed
            if agreed.is_given
            and any(
                (entry := known.get((id, agreed.channel, p))) and not entry.is_given
                for id in ids
                for p in agreed.purposes
            )
        ]
        if risky:
            row.agreed = [agreed for agreed in row.agreed if agreed not in risky]
            self.warn(
                "consent_at",
                "consent_undated",
                "Consent was taken back before. To give it again, say when it was given.",
            )

    def _count(self, *, is_new: bool, has_event: bool) -> None:
        counts, row = self.judged.counts, self.row
        counts["taken"] += 1
        counts["patients"] += is_new
        counts["touchpoints"] += has_event
        counts["backfill"] += has_event and row.is_backfill
        counts["consents"] += sum(len(agreed.purposes) for agreed in row.agreed)
        counts["addresses"] += bool(row.email) + bool(row.phone)
