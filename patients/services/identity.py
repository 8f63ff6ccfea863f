"""What may be an `external_id`: a number of the partner's own system, never what a person is known by outside."""

import re
import unicodedata

import phonenumbers

_SEPARATED = re.compile(r"(?<![0-9A-Za-z])\d{3}[ ._/-]+\d{2}[ ._/-]+\d{4}(?!\d)")
_NINE_DIGITS = re.compile(r"\d{9}")
_NAMED = re.compile(r"(ssn|social|soc)\D{0,12}\d", re.IGNORECASE)
_TEN_DIGITS = 10
_INSTEAD = "Use the number that the patient has in your own system, such as H-10442."


class LooksLikeIdentity(ValueError):
    """The text looks like an e-mail address, a telephone or a social-security number; its message says what to use."""


def check_external_id(text: str) -> str:
    """Return an `external_id` without spaces around it.

    Raises LooksLikeIdentity for what looks like an e-mail address, a social-security number or a telephone number in
    any plausible writing, whatever dashes, digits or spaces; nine bare digits that could be either are refused as well.
    The message never repeats the text.
    """
    plain = _plain(text)
    if "@" in plain:
        raise LooksLikeIdentity(f"This looks like an e-mail address. {_INSTEAD}")
    if _is_social_security_number(plain):
        raise LooksLikeIdentity(
            f"This looks like a social-security number. {_INSTEAD} If it is only nine digits, put a letter before them."
        )
    if _is_telephone_number(plain):
        raise LooksLikeIdentity(
            f"This looks like a telephone number. {_INSTEAD} If it is only digits, put a letter before them."
        )
    return text.strip()


def _plain(text: str) -> str:
    """Write every kind of digit, dash and space as the plain one, so that no writing slips through."""
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", text))).strip()


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    if category in ("Zs", "Cc"):
        return " "
    return "" if category == "Cf" else character


def _is_social_security_number(text: str) -> bool:
    digits = re.sub(r"[ ._/-]", "", text)
    return bool(_SEPARATED.search(text) or _NINE_DIGITS.fullmatch(digits) or _NAMED.match(text))


def _is_telephone_number(text: str) -> bool:
    if text.lower().startswith(("tel:", "+")):
        return True
    if sum(character.isdigit() for character in text) < _TEN_DIGITS:
        return False
    return _is_valid(text) if text.isdigit() else _is_written_as_one(text)


def _is_valid(digits: str) -> bool:
    """Tell it of bare digits: dialled within the United States, or abroad with 011 or 00."""
    try:
        number = phonenumbers.parse(f"+{digits[2:]}" if digits.startswith("00") else digits, "US")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _is_written_as_one(text: str) -> bool:
    """Tell it of digits with something between them: grouped as telephone numbers are, alone or among words."""
    grouped = phonenumbers.Leniency.STRICT_GROUPING
    written = re.sub(r"^0(0|11)[ ./-]*(?=[1-9])", "+", text)
    return any(phonenumbers.PhoneNumberMatcher(each, "US", leniency=grouped).has_next() for each in {text, written})
