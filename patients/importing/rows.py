"""One row of a file, on its own: what it says, and what is wrong with it. Pure: no database, no clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cxplatform.lib.codes import NotAPseudonym, parse_pseudonym
from messaging.models import Channel
from patients.importing import values
from patients.importing.columns import BY_NAME
from patients.importing.values import Agreed, BadValue
from patients.models import Touchpoint
from patients.services.identity import LooksLikeIdentity, check_external_id

TOO_LATE_DAYS = 30
_CLOCKS_DIFFER = timedelta(minutes=10)
_CONSENT_COLUMNS = {f"consent_{channel}": channel for channel in Channel.values}


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are read by: the program's languages and country, and what holds where a cell is empty."""

    languages: tuple[str, ...]
    country: str
    time_zone: str
    is_backfill: bool
    keeps_contacts: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, by column; a warning does not keep the row out."""

    row: int
    column: str
    code: str
    message: str
    is_warning: bool = False


@dataclass(slots=True)
class Row:
    """What one row says. Empty text: the cell was empty, and nothing is to change."""

    number: int
    external_id: str = ""
    pseudonym: str = ""
    respondent_kind: str = ""
    language: str = ""
    time_zone: str = ""
    stage: str = ""
    touchpoint: str = ""
    occurred_at: datetime | None = None
    source_id: str = ""
    is_void: bool = False
    is_backfill: bool = False
    agreed: list[Agreed] = field(default_factory=list)
    wording: str = ""
    agreed_at: datetime | None = None
    email: str = ""
    phone: str = ""
    preferred_channel: str = ""


def read_row(
    number: int, cells: Sequence[str], *, places: Mapping[str, int], width: int, rules: Rules, now: datetime
) -> tuple[Row | None, list[Fault]]:
    """Return what a row says and what is wrong with it; None for the row when it cannot be taken at all.

    places: our column → its place among the cells. width: how many columns the header has.
    """
    reader = _Reader(number, cells, places, rules, now)
    if "\0" in "".join(cells):
        reader.fault("", "not_text", "The row holds characters of no text (NUL). Type the row again.")
        return None, reader.faults
    if "\ufffd" in "".join(cells):
        reader.fault("", "bad_letters", "Some letters cannot be read. Export the file again as “CSV UTF-8”.")
        return None, reader.faults
    if any(cells[width:]):
        reader.fault("", "too_many_columns", "There are more cells than columns. Put texts with commas in quotes.")
        return None, reader.faults
    row = reader.read()
    return (None if any(not fault.is_warning for fault in reader.faults) else row), reader.faults


def unreadable(number: int, problem: str) -> Fault:
    """Return the fault of a row that could not even be taken apart."""
    if problem == "header_again":
        return Fault(number, "", problem, "The header is repeated here. The row is left out.", is_warning=True)
    if problem == "line_too_long":
        return Fault(number, "", problem, "The line is longer than a million characters. Check where it should end.")
    if problem == "stray_quote":
        return Fault(number, "", problem, "A quote stands alone here, so that the rows below may be missing. Close it.")
    return Fault(number, "", "cell_too_long", "A cell is far too long, or a quote is never closed. Check the quotes.")


class _Reader:
    def __init__(
        self, number: int, cells: Sequence[str], places: Mapping[str, int], rules: Rules, now: datetime
    ) -> None:
        self.cells, self.places, self.rules, self.now = cells, places, rules, now
        self.row = Row(number)
        self.faults: list[Fault] = []

    def read(self) -> Row:
        row = self.row
        row.is_void = bool(self.value("void", values.flag))
        row.is_backfill = bool(self.value("backfill", values.flag)) or self.rules.is_backfill
        self._who()
        self._where()
        row.source_id = self.text("source_id", 80)
        self._event()
        self._consents()
        self._contacts()
        return row

    def fault(self, column: str, code: str, message: str, *, warns: bool = False) -> None:
        self.faults.append(Fault(self.row.number, column, code, message, warns))

    def cell(self, column: str) -> str:
        place = self.places.get(column, -1)
        return self.cells[place].strip() if 0 <= place < len(self.cells) else ""

    def value(self, column: str, parse: Callable[[str], Any]) -> Any:
        """Return what a cell means, None when it is empty or wrong."""
        if not (text := self.cell(column)):
            return None
        try:
            return parse(text)
        except BadValue as error:
            self.fault(column, error.code, str(error))
            return None

    def text(self, column: str, longest: int) -> str:
        text = self.cell(column)
        if len(text) > longest or not text.isprintable():
            label = BY_NAME[column].label.lower()
            self.fault(column, "bad_text", f"The {label} may have up to {longest} plain characters. Shorten it.")
            return ""
        return text

    def _who(self) -> None:
        row = self.row
        row.external_id = self.text("external_id", 80)
        if row.external_id:
            try:
                row.external_id = check_external_id(row.external_id)
            except LooksLikeIdentity as error:
                row.external_id = ""
                self.fault("external_id", "looks_like_identity", str(error)[:200])
        row.pseudonym = self.value("pseudonym", _pseudonym) or ""
        if not self.cell("external_id") and not self.cell("pseudonym"):
            self.fault("external_id", "missing", "Nobody is named here. Fill in the external id.")
        row.respondent_kind = self.value("respondent_kind", values.respondent_kind) or ""

    def _where(self) -> None:
        row, offered = self.row, self.rules.languages
        row.language = self.value("language", lambda text: values.language(text, offered)) or ""
        row.time_zone = self.value("time_zone", values.zone) or ""
        row.stage = self.value("stage", values.stage) or ""

    def _instant(self, column: str) -> datetime | None:
        zone = self.row.time_zone or self.rules.time_zone
        found = self.value(column, lambda text: values.instant(text, zone))
        if found is None:
            return None
        if found[1]:
            self.fault(
                column,
                "repeated_hour",
                "The clocks went back in this hour: it is read as the earlier one. Add an offset such as -05:00.",
                warns=True,
            )
        at: datetime = found[0]
        return at

    def _event(self) -> None:
        row = self.row
        if row.is_void:
            if not row.source_id:
                self.fault("source_id", "missing", "To take an event back, give the event id under which it was sent.")
            return
        row.touchpoint = self.value("touchpoint", values.touchpoint) or ""
        row.occurred_at = self._instant("occurred_at")
        if self.cell("touchpoint") and not self.cell("occurred_at"):
            self.fault("occurred_at", "missing", "Say when the touchpoint happened, such as 2026-03-31.")
        if self.cell("occurred_at") and not self.cell("touchpoint"):
            self.fault("touchpoint", "no_touchpoint", "A time without a touchpoint: nothing is noted.", warns=True)
        if row.touchpoint and row.occurred_at:
            self._time_of_event(row.occurred_at)

    def _time_of_event(self, at: datetime) -> None:
        is_planned = self.row.touchpoint == Touchpoint.Kind.FIRST_DOSE_PLANNED
        if at > self.now + _CLOCKS_DIFFER and not is_planned:
            self.fault("occurred_at", "in_the_future", "This lies in the future. Only a planned first dose may.")
        if not self.row.is_backfill and values.is_late(at, now=self.now, days=TOO_LATE_DAYS):
            self.fault(
                "occurred_at",
                "too_late",
                f"Older than {TOO_LATE_DAYS} days: it would invite nobody. Mark it as history with 1 in “backfill”.",
                warns=True,
            )

    def _consents(self) -> None:
        row = self.row
        row.agreed = list(self.value("consents", values.agreed) or ())
        for column, channel in _CONSENT_COLUMNS.items():
            if found := self.value(column, partial(values.agreed_on, channel)):
                row.agreed.append(found)
        row.wording = self.text("consent_wording", 60)
        row.agreed_at = self._instant("consent_at")
        if row.agreed_at and row.agreed_at > self.now + _CLOCKS_DIFFER:
            self.fault("consent_at", "in_the_future", "Consent cannot be given in the future. Check the date.")

    def _contacts(self) -> None:
        row, country = self.row, self.rules.country
        row.email = self.value("email", values.email) or ""
        row.phone = self.value("phone", lambda text: values.phone(text, country=country)) or ""
        row.preferred_channel = self.value("preferred_channel", values.channel) or ""
        if (row.email or row.phone) and not self.rules.keeps_contacts:
            column, row.email, row.phone = "email" if row.email else "phone", "", ""
            self.fault(
                column,
                "not_kept",
                "The partner holds contact details in this program and sends the links: they are not kept here.",
                warns=True,
            )


def _pseudonym(text: str) -> str:
    try:
        return parse_pseudonym(text)
    except NotAPseudonym as error:
        raise BadValue("bad_pseudonym", str(error)) from None
