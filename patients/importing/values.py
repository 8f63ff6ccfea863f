"""The values of single cells: pure functions that return what was meant, or say what to write instead.

No message repeats the value: it may be what a person is known by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from cxplatform.lib.zones import ZONES
from messaging.models import Channel, Purpose
from messaging.numbers import e164
from patients.models import STAGES, Respondent, Touchpoint

_YES = frozenset({"1", "true", "yes", "y", "x", "si", "sí", "verdadero"})
_NO = frozenset({"", "0", "false", "no", "n", "falso"})
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_SLASHED = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}.*")
_PAIR = re.compile(r"([a-z]+)\s*[:=]\s*([a-z_+ ]+)")
_WRITE = "Write it as 2026-03-31 or 2026-03-31T14:30."
_EARLIEST = 1990
_EMAIL = EmailValidator()
_ZONE_NAMES = {
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "eastern": "America/New_York",
    "us/eastern": "America/New_York", "cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago",
    "central": "America/Chicago", "us/central": "America/Chicago", "mst": "America/Denver", "mdt": "America/Denver",
    "mt": "America/Denver", "mountain": "America/Denver", "us/mountain": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles", "us/pacific": "America/Los_Angeles", "akst": "America/Anchorage",
    "alaska": "America/Anchorage", "hst": "Pacific/Honolulu", "hawaii": "Pacific/Honolulu",
    "us/hawaii": "Pacific/Honolulu", "gmt": "UTC", "z": "UTC", "etc/utc": "UTC",
}  # fmt: skip
_KINDS = {
    "patient": Respondent.Kind.PATIENT, "self": Respondent.Kind.PATIENT, "paciente": Respondent.Kind.PATIENT,
    "caregiver": Respondent.Kind.CAREGIVER, "carer": Respondent.Kind.CAREGIVER, "parent": Respondent.Kind.CAREGIVER,
    "cuidador": Respondent.Kind.CAREGIVER, "cuidadora": Respondent.Kind.CAREGIVER, "hcp": Respondent.Kind.HCP,
    "unknown": Respondent.Kind.UNKNOWN,
}  # fmt: skip
_CHANNELS = {
    "email": Channel.EMAIL, "e-mail": Channel.EMAIL, "mail": Channel.EMAIL, "correo": Channel.EMAIL,
    "sms": Channel.SMS, "text": Channel.SMS, "texto": Channel.SMS, "phone": Channel.PHONE, "call": Channel.PHONE,
    "telephone": Channel.PHONE, "telefono": Channel.PHONE, "teléfono": Channel.PHONE,
}  # fmt: skip
_LANGUAGES = {"english": "en", "inglés": "en", "ingles": "en", "spanish": "es", "español": "es", "espanol": "es"}


class BadValue(ValueError):
    """A cell that cannot be taken: `code` says which fault, the message what to write instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Agreed:
    """One channel with its purposes, agreed to or taken back."""

    channel: str
    purposes: tuple[str, ...]
    is_given: bool


def flag(text: str) -> bool:
    """Return whether a cell says yes. Raises BadValue for what is neither yes nor no."""
    if (plain := text.lower()) in _YES:
        return True
    if plain in _NO:
        return False
    raise BadValue("not_a_flag", "Write 1 for yes, or leave it empty.")


@lru_cache(maxsize=4096)
def zone(text: str) -> str:
    """Return a time zone by its name. Raises BadValue, with the nearest name where there is one."""
    if text in ZONES:
        return text
    nearest = _ZONE_NAMES.get(text.lower()) or _nearest_zone(text)
    hint = f"Did you mean {nearest}?" if nearest else "Use a name such as America/New_York."
    raise BadValue("unknown_zone", f"This is not a time zone. {hint}")


@lru_cache(maxsize=1024)
def language(text: str, offered: tuple[str, ...]) -> str:
    """Return a language of the program: a code, a code with a country, or its name. Raises BadValue."""
    plain = text.lower().replace("_", "-")
    for code in (plain, _LANGUAGES.get(plain, ""), plain.partition("-")[0]):
        for each in offered:
            if code == each.lower():
                return each
    raise BadValue("unknown_language", f"The program does not speak this language. Use {_either(offered)}.")


@lru_cache(maxsize=1024)
def stage(text: str) -> str:
    """Return a stage of the journey by code or name. Raises BadValue with the nearest."""
    return _choice(text, STAGES, "unknown_stage", "stage")


@lru_cache(maxsize=1024)
def touchpoint(text: str) -> str:
    """Return the kind of a touchpoint by code or name. Raises BadValue with the nearest."""
    return _choice(text, dict(Touchpoint.Kind.choices), "unknown_touchpoint", "touchpoint")


def respondent_kind(text: str) -> str:
    """Return who answers. Raises BadValue."""
    if found := _KINDS.get(text.lower()):
        return found
    raise BadValue("unknown_respondent", "Say who answers: patient, caregiver or hcp.")


def channel(text: str) -> str:
    """Return a channel. Raises BadValue."""
    if found := _CHANNELS.get(text.lower()):
        return found
    raise BadValue("unknown_channel", "Use email, sms or phone.")


def instant(text: str, zone_name: str) -> tuple[datetime, bool]:
    """Return an ISO 8601 date or time in UTC, and whether it is one of two (the hour that a change of clocks repeats).

    Without an offset it is in the zone, a date alone is its midnight; of a repeated hour the earlier one is meant.
    Raises BadValue for every other way to write it, and for times that never were.
    """
    found = _ISO.fullmatch(text)
    if not found:
        raise _not_a_date(text)
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        naive = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
        if naive.year < _EARLIEST:
            raise ValueError(naive.year)
        if offset:
            return datetime.fromisoformat(f"{naive.isoformat()}{_colon(offset)}").astimezone(UTC), False
        return _in_zone(naive, ZoneInfo(zone_name), is_date=hour is None)
    except (ValueError, OverflowError):
        raise BadValue("impossible_date", f"There is no such day or hour. {_WRITE}") from None


def agreed(text: str) -> list[Agreed]:
    """Return what pairs such as `email:survey+follow_up, sms:survey` say. Raises BadValue."""
    pairs = [part.strip().lower() for part in re.split(r"[;,|]", text) if part.strip()]
    return [_pair(part) for part in pairs]


def agreed_on(channel: str, text: str) -> Agreed:
    """Return what the purposes of one channel's column say: words, `all`, or `none`. Raises BadValue."""
    words = re.split(r"[\s;,+|]+", text.strip().lower())
    if words in (["none"], ["no"], ["0"], ["withdrawn"]):
        return Agreed(channel, tuple(Purpose.values), is_given=False)
    if words == ["all"]:
        return Agreed(channel, tuple(Purpose.values), is_given=True)
    if unknown := [word for word in words if word not in Purpose.values]:
        nearest = get_close_matches(unknown[0], Purpose.values, 1)
        hint = f"Did you mean {nearest[0]}? " if nearest else ""
        raise BadValue("bad_consent", f"{hint}Name what was agreed to: {_either(Purpose.values)}, all or none.")
    return Agreed(channel, tuple(dict.fromkeys(words)), is_given=True)


def email(text: str) -> str:
    """Return an e-mail address. Raises BadValue."""
    try:
        _EMAIL(text)
    except ValidationError:
        raise BadValue("bad_email", "This is not an e-mail address. Write one such as name@example.org.") from None
    if len(text) > 254:
        raise BadValue("bad_email", "This is longer than an e-mail address can be. Check it.")
    return text


def phone(text: str, *, country: str) -> str:
    """Return a telephone number in its international form. Raises BadValue."""
    if len(text) <= 40 and (number := e164(text, region=country)):
        return number
    raise BadValue("bad_phone", "This is not a telephone number. Write one such as +1 312 555 0100.")


def _in_zone(naive: datetime, zone: ZoneInfo, *, is_date: bool) -> tuple[datetime, bool]:
    early, late = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset() or is_date:
        return early.astimezone(UTC), False
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise ValueError("the clocks jumped over this hour")
    return early.astimezone(UTC), True


def _not_a_date(text: str) -> BadValue:
    if _SLASHED.fullmatch(text):
        return BadValue("ambiguous_date", f"Dates like this are read in two ways. {_WRITE}")
    if text.replace(".", "", 1).isdigit():
        return BadValue("not_a_date", f"This is a number, as Excel keeps dates. {_WRITE}")
    return BadValue("not_a_date", f"This is not a date. {_WRITE}")


def _colon(offset: str) -> str:
    if offset == "Z":
        return "+00:00"
    return offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"


def _pair(part: str) -> Agreed:
    found = _PAIR.fullmatch(part)
    if not found or found[1] not in _CHANNELS:
        raise BadValue("bad_consent", "Write channel and purposes, such as email:survey+follow_up, sms:survey.")
    return agreed_on(_CHANNELS[found[1]], found[2])


def _choice(text: str, choices: Mapping[str, str], code: str, what: str) -> str:
    plain = re.sub(r"[\s-]+", "_", text.lower())
    if plain in choices:
        return plain
    by_label = {label.lower(): key for key, label in choices.items()}
    if text.lower() in by_label:
        return by_label[text.lower()]
    nearest = get_close_matches(plain[:80], choices, 1)
    hint = f"Did you mean {nearest[0]}?" if nearest else f"Use one such as {next(iter(choices))}."
    raise BadValue(code, f"This is not a {what}. {hint}")


def _nearest_zone(text: str) -> str:
    plain = text[:60].lower().replace(" ", "_")
    by_name = {name.lower(): name for name in ZONES}
    by_place = {name.lower().rpartition("/")[2]: name for name in sorted(ZONES, reverse=True)}
    if place := by_place.get(plain.rpartition("/")[2]):
        return place
    if nearest := get_close_matches(plain, by_name, 1, 0.75):
        return by_name[nearest[0]]
    nearest = get_close_matches(plain.rpartition("/")[2], by_place, 1, 0.8)
    return by_place[nearest[0]] if nearest else ""


def _either(words: list[str] | tuple[str, ...]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def is_late(at: datetime, *, now: datetime, days: int) -> bool:
    """Tell whether an event is so old that nobody is asked about it any more."""
    return at < now - timedelta(days=days)
