"""Codes that people read out and links carry: pseudonyms with a check character, and derived link tokens."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from uuid import UUID

# 29 characters that nobody mixes up on paper or on the phone. 29 is prime, so that a weighted sum modulo 29
# notices every single wrong character and every swap of two.
ALPHABET = "23456789ABCDFGHJKMNPQRSTVWXYZ"

# PX: a patient. HX: an HCP contact.
PREFIXES = ("PX", "HX")

_LENGTH = 10
_WEIGHTS = range(2, 2 + _LENGTH)
_SUCCESSORS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DASHES = {"Pd", "Cf"}  # every dash, and the invisible marks that come along when text is copied


class NotAPseudonym(ValueError):
    """The text is no pseudonym. Its message is one or two sentences that say what to do, and never repeats the text."""


def new_pseudonym(prefix: str = "PX", *, draw: Callable[[str], str] = secrets.choice) -> str:
    """Draw a new pseudonym such as PX-7K3M-29QD: 7 random characters and 1 check character.

    draw: picks one character of the string it is given.
    There are 29**7 (17 thousand million) of each prefix; two draws may agree, so the caller
    needs a unique constraint and a retry.
    Raises ValueError if `prefix` is not one of PREFIXES.
    """
    if prefix not in PREFIXES:
        raise ValueError(f"A pseudonym begins with one of {', '.join(PREFIXES)}.")
    drawn = prefix + "".join(draw(ALPHABET) for _ in range(7))
    return _dashed(drawn + _check_character(drawn))


def parse_pseudonym(text: str) -> str:
    """Return the pseudonym that was typed, in its one written form (PX-7K3M-29QD).

    Accepts lower case, spaces, any kind of dash or none, and a patient's pseudonym without its PX.
    Raises NotAPseudonym for anything else, among it every pseudonym with one wrong character or with two swapped.
    """
    bare = _with_prefix(_bare(text))
    if len(bare) != _LENGTH:
        raise NotAPseudonym("A pseudonym looks like PX-7K3M-29QD: PX and 8 characters. Type all of it.")
    if not bare.startswith(PREFIXES):
        raise NotAPseudonym(f"A pseudonym begins with {' or '.join(PREFIXES)}. Check the first two letters.")
    if _weighted_sum(bare):
        raise NotAPseudonym("One character is mistyped or two are swapped. Compare this pseudonym with the original.")
    return _dashed(bare)


def pseudonym_range(prefix_text: str) -> tuple[str, str]:
    """Return (lower, upper) such that `lower <= pseudonym < upper` finds all that begin with what was typed so far.

    Reads the text as `parse_pseudonym` does, but unfinished: "px7k" and "7k" both give ("PX-7K", "PX-7L").
    No text gives the range of all.
    The bounds hold in the order of code points and in any collation that sorts digits before letters.
    Raises NotAPseudonym if no pseudonym can begin like that.
    """
    bare = _bare(prefix_text)
    if not bare:
        return min(PREFIXES), _successor(max(PREFIXES))
    if not any(prefix.startswith(bare[:2]) for prefix in PREFIXES):
        bare = "PX" + bare
    if len(bare) > _LENGTH:
        raise NotAPseudonym("This is longer than a pseudonym, which looks like PX-7K3M-29QD. Shorten it.")
    lower = _dashed(bare)
    return lower, _successor(lower)


def derived_token(key: bytes, *, kind: str, id: UUID) -> str:
    """Derive the token of one link from a secret key: 24 URL-safe characters, 144 bits.

    The same key, kind and id give the same token, so that a link can be sent again and only `token_hash` is stored.
    Raises ValueError if `key` is empty.
    Source: HMAC-SHA256 (RFC 2104), cut to its first 18 bytes.
    """
    if not key:
        raise ValueError("A token needs a secret key.")
    mac = hmac.digest(key, f"{kind}:{id.hex}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:18]).decode("ascii")


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token (32 bytes): what is stored and looked up. Takes any text that a URL may hold."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _bare(text: str) -> str:
    bare = "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in _DASHES and c != "\u2212")
    if not bare.isascii() or not set(bare.upper()) <= set(ALPHABET):
        raise NotAPseudonym(
            "A pseudonym looks like PX-7K3M-29QD: digits and plain letters, and never 0, 1, E, I, L, O or U. "
            "Check what you typed."
        )
    return bare.upper()


def _with_prefix(bare: str) -> str:
    # Eight characters that begin with a prefix are a pseudonym that lost its end, not one that lost its prefix.
    return "PX" + bare if len(bare) == _LENGTH - 2 and not bare.startswith(PREFIXES) else bare


def _dashed(bare: str) -> str:
    return "-".join(part for part in (bare[:2], bare[2:6], bare[6:]) if part)


def _weighted_sum(bare: str) -> int:
    return sum(weight * ALPHABET.index(c) for weight, c in zip(_WEIGHTS, bare, strict=False)) % len(ALPHABET)


def _check_character(drawn: str) -> str:
    return ALPHABET[-_weighted_sum(drawn) * pow(_WEIGHTS[-1], -1, len(ALPHABET)) % len(ALPHABET)]


def _successor(lower: str) -> str:
    # Z carries to the character before it: what would follow it in ASCII sorts elsewhere in other collations.
    stem = lower.rstrip("Z-")
    return stem[:-1] + _SUCCESSORS[_SUCCESSORS.index(stem[-1]) + 1]
