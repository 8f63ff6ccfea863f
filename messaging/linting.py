"""What is wrong with the words of a message to patients: pure functions, no database.

Errors keep words from being saved, warnings do not.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from verbatims.health import health_words, plain, words_in

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = frozenset("^{}\\[~]|€\f")
LONGEST_TEXT = 1600

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|biz|io|co|us|uk|eu|de|mx|es|health|ly|gl|link|app|page|me)\b",
    re.IGNORECASE,
)
# Words of program names that say nothing about a brand.
_GENERIC = frozenset(
    {
        "a", "and", "con", "care", "de", "del", "el", "for", "la", "las", "los", "of", "our", "para", "program",
        "programa", "programs", "services", "servicios", "support", "the", "to", "y", "your", "su", "us", "usa",
        "mexico", "espana", "spain", "united", "states", "ayuda", "help", "start", "inicio", "plus", "one", "first",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the words. field: `subject` or `body`. is_error: they may not be used like this."""

    field: str
    text: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text message is carried. count: how many are paid for. odd: characters that make it UCS-2, once each."""

    count: int
    units: int
    odd: tuple[str, ...]

    @property
    def alphabet(self) -> str:
        """Return the name of the alphabet."""
        return "UCS-2" if self.odd else "GSM-7"


def lint(
    *,
    subject: str,
    body: str,
    blanks: Iterable[str],
    needs_link: bool,
    names: Iterable[str] = (),
    public_names: Iterable[str] = (),
    as_sent: str = "",
) -> list[Finding]:
    """Return what is wrong with the words of a message, errors first, in the order of the text.

    blanks: the placeholders that this message knows. needs_link: {link} must be among the words.
    names: of programs and brands as staff know them, none of whose words may occur, but for generic ones and those of
    `public_names`. as_sent: a text message as it leaves, for its length; "" for e-mails.
    """
    known, banned = frozenset(blanks), brand_words(names, public_names=public_names)
    findings: list[Finding] = []
    for field, text in (("subject", subject), ("body", body)):
        findings += _placeholders(field, text, known)
        findings += _links(field, text)
        findings += _health(field, text)
        findings += _brands(field, text, banned)
    if needs_link and "{link}" not in body:
        findings.append(Finding("body", "Put {link} where the link belongs: without it nobody can answer."))
    if "{link}" in subject:
        findings.append(Finding("subject", "Take {link} out of the subject: it works in the text only."))
    if as_sent:
        findings += _length(as_sent)
    return sorted(findings, key=lambda finding: not finding.is_error)


def segments(text: str) -> Segments:
    """Return how a text message is carried: 160 GSM-7 characters or 70 UCS-2 units alone, 153 or 67 in each of several.

    Source: 3GPP TS 23.038 (alphabets) and 23.040 (concatenation).
    """
    odd = tuple(dict.fromkeys(c for c in text if c not in GSM_7 and c not in GSM_7_TWICE))
    if odd:
        units, alone, each = len(text.encode("utf-16-be")) // 2, 70, 67
    else:
        units, alone, each = sum(2 if c in GSM_7_TWICE else 1 for c in text), 160, 153
    return Segments(count=1 if units <= alone else math.ceil(units / each), units=units, odd=odd)


def brand_words(names: Iterable[str], *, public_names: Iterable[str] = ()) -> frozenset[str]:
    """Return the words of names that must not be said, in plain small letters."""
    public = {plain(word) for name in public_names for word in words_in(name)}
    said = {plain(word) for name in names for word in words_in(name)}
    return frozenset(word for word in said - public - _GENERIC if len(word) > 1 and not word.isdigit())


def _placeholders(field: str, text: str, known: frozenset[str]) -> list[Finding]:
    allowed = ", ".join(f"{{{name}}}" for name in sorted(known))
    unknown = [f"{{{name}}}" for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in known]
    found = [Finding(field, f"{name} is not known here. Use {allowed}.") for name in unknown]
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        found.append(Finding(field, f"A brace stands alone. Write placeholders like {allowed}."))
    return found


def _links(field: str, text: str) -> list[Finding]:
    links = dict.fromkeys(found[0] for found in _LINK.finditer(text))
    return [Finding(field, f"Take “{link}” out: the only link may be {{link}}.") for link in links]


def _health(field: str, text: str) -> list[Finding]:
    words = health_words(_PLACEHOLDER.sub(" ", text))
    return [Finding(field, f"Take “{word}” out: others may see the message and guess an illness.") for word in words]


def _brands(field: str, text: str, banned: frozenset[str]) -> list[Finding]:
    words = dict.fromkeys(word for word in words_in(_PLACEHOLDER.sub(" ", text)) if plain(word) in banned)
    return [
        Finding(field, f"Take “{word}” out: it names a program or brand. {{program}} gives the neutral name.")
        for word in words
    ]


def _length(text: str) -> list[Finding]:
    sent = segments(text)
    if len(text) > LONGEST_TEXT:
        return [Finding("body", f"Shorten it: a text message holds {LONGEST_TEXT} characters at most.")]
    if sent.count == 1:
        return []
    why = f" because of {' '.join(sent.odd[:5])}" if sent.odd else ""
    return [Finding("body", f"It is carried as {sent.count} text messages{why}.", is_error=False)]
