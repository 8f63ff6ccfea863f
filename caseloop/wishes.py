"""How a patient asked to be contacted, as chosen with the answers that opened a concern."""

from calendar import day_name
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cxplatform.lib.clocks import DAY_PARTS, DAYS, call_window
from cxplatform.lib.languages import language_name

EARLIEST, LATEST = 8, 21  # o'clock where the patient lives: nobody is called outside, whatever was chosen
_HOURS = {part: (int(start[:2]), int(end[:2])) for part, (start, end) in DAY_PARTS.items()}
_PARTS = {"morning": "mornings", "afternoon": "afternoons", "evening": "evenings"}
_DAY_CODES = tuple(DAYS)
_DAYS = dict(zip(DAYS, day_name, strict=True))
_CHANNELS = {"call": "a call", "text": "a text", "email": "an e-mail"}


@dataclass(frozen=True, slots=True)
class Wish:
    """How to contact a patient; what was not chosen is empty.

    days: of DAYS; empty means any day. parts: of DAY_PARTS; empty means any time. channel: call, text or email.
    language: a code, or "other".
    voicemail: whether a voice message may be left, None when nothing was said.
    """

    parts: tuple[str, ...] = ()
    channel: str = ""
    language: str = ""
    voicemail: bool | None = None
    days: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "Wish":
        """Read what `stored` returned; no wish for None."""
        if not stored:
            return NO_WISH
        return cls(**{**stored, "parts": tuple(stored["parts"]), "days": tuple(stored["days"])})

    def stored(self) -> dict[str, Any] | None:
        """Return it as a concern keeps it; None when nothing was chosen."""
        return {**asdict(self), "parts": list(self.parts), "days": list(self.days)} if self != NO_WISH else None

    @property
    def spoken(self) -> str:
        """Return the code of the chosen language; "" when none was, or one that is not on the list."""
        return "" if self.language == "other" else self.language

    def in_words(self) -> str:
        """Say what was asked for, such as "mornings; in Spanish; no voicemail"; "" for nothing."""
        days = ", ".join(_DAYS[day] for day in DAYS if day in self.days)
        times = " and ".join(_PARTS[part] for part in _PARTS if part in self.parts)
        language = f"in {_language(self.language)}" if self.language else ""
        voicemail = {True: "voicemail is fine", False: "no voicemail", None: ""}[self.voicemail]
        return "; ".join(
            words for words in (_CHANNELS.get(self.channel, ""), days, times, language, voicemail) if words
        )


NO_WISH = Wish()


def may_call(zone: str, wish: Wish, *, now: datetime) -> bool:
    """Tell whether now is between 8 and 21 o'clock in a time zone, on a day and in a part of the day as wished."""
    here = now.astimezone(ZoneInfo(zone))
    return is_good_hour(here.hour, wish.parts) and (not wish.days or _DAY_CODES[here.weekday()] in wish.days)


def is_good_hour(hour: int, parts: Iterable[str]) -> bool:
    """Tell whether an hour where the patient lives, 0 to 23, is in one of the parts of the day (none: any)."""
    return any(start <= hour < end for start, end in _spans(parts))


def call_from(zone: str, wish: Wish, *, now: datetime) -> str:
    """Return from when a patient may be called who may not be called now: "14:00" today or tomorrow, or "Tue 08:00"."""
    window = call_window(zone=zone, days=wish.days, parts=wish.parts)
    begin, _ = next(window.open_spans(now, now + timedelta(days=8)))
    here, there = now.astimezone(ZoneInfo(zone)), begin.astimezone(ZoneInfo(zone))
    is_soon = there.date() - here.date() < timedelta(days=2) and not wish.days
    return f"{there:%H:%M}" if is_soon else f"{there:%a %H:%M}"


def _spans(parts: Iterable[str]) -> list[tuple[int, int]]:
    return [_HOURS[part] for part in parts if part in _HOURS] or [(EARLIEST, LATEST)]


def _language(code: str) -> str:
    return "another language" if code == "other" else language_name(code)
