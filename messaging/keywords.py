"""What a text message asks for: stop, start again, or help. Forgiving, as the law on consent is.

Source: 47 CFR 64.1200(a)(10): any reasonable means; STOP, QUIT, END, REVOKE, OPT OUT, CANCEL and UNSUBSCRIBE always do.
"""

import re
import unicodedata
from dataclasses import dataclass

STOP, START, HELP = "stop", "start", "help"

# Each is the whole text, but for courtesies around it. Spanish ones say in which language to answer.
_WHOLE = {
    STOP: {
        "en": {
            "stop", "stop all", "stopall", "stop it", "quit", "end", "revoke", "opt out", "optout", "cancel",
            "unsubscribe", "remove", "remove me", "unsubscribe me", "opt me out",
        },
        "es": {
            "alto", "basta", "cancelar", "cancele", "cancela", "pare", "parar", "detener", "baja", "darme de baja",
            "no mas",
        },
    },
    START: {"en": {"start", "unstop"}, "es": {"iniciar", "inicio"}},
    HELP: {"en": {"help", "help me", "i need help", "info"}, "es": {"ayuda", "necesito ayuda"}},
}  # fmt: skip

# Whatever follows: nobody begins a message with them who wants more messages.
_FIRST = {"stop": "en", "stopall": "en", "unsubscribe": "en", "revoke": "en", "alto": "es", "basta": "es"}
_FIRST_TWO = {("opt", "out"): "en"}

# Anywhere, unless the word before turns them round.
_ANYWHERE = {
    "en": re.compile(
        r"(?:^|(\S+) )(?:opt (?:me )?out|unsubscribe|stop (?:texting|messaging|sending|contacting|writing|these"
        r"|the texts|all (?:texts|messages))|(?:do not|dont|never) (?:text|message|contact|write)"
        r"|no more (?:texts|messages)"
        r"|take me off|remove me|leave me alone)(?: |$)"
    ),
    "es": re.compile(
        r"(?:^|(\S+) )(?:no me (?:escriban|escriba|manden|mande|envien|envie|contacten|contacte|llamen)"
        r"|no (?:quiero|deseo) (?:recibir )?(?:mas )?mensajes|no mas mensajes|dej(?:en|e) de"
        r" (?:escribir|mandar|enviar)\w*|darme de baja|denme de baja)(?: |$)"
    ),
}
_TURNED_ROUND = {"dont", "not", "never", "no", "nunca"}

# Not “I want to”: “I want to end it” is no wish about messages.
_COURTESIES = {
    "please", "pls", "plz", "thanks", "thank", "you", "now", "text", "texts", "message", "messages", "hello", "hi",
    "ok", "por", "favor", "gracias", "ya", "los", "mensajes", "hola",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What a text asks for: `stop`, `start`, `help` or ""; language: `en` or `es` where the word tells, else ""."""

    keyword: str = ""
    language: str = ""


def read_keyword(text: str) -> Said:
    """Return what a text message asks for, whatever its case, accents, punctuation and courtesies."""
    words = _words(text)
    if not words:
        return Said()
    if found := _as_a_whole(words):
        return found
    first = _FIRST.get(words[0]) or _FIRST_TWO.get(tuple(words[:2]))  # type: ignore[arg-type]
    if first:
        return Said(STOP, first)
    for language, phrases in _ANYWHERE.items():
        if any(found[1] not in _TURNED_ROUND for found in phrases.finditer(" ".join(words))):
            return Said(STOP, language)
    return Said()


def _as_a_whole(words: list[str]) -> Said | None:
    bare = [word for word in words if word not in _COURTESIES]
    for said in (" ".join(words), " ".join(bare)):
        for keyword, by_language in _WHOLE.items():
            for language, phrases in by_language.items():
                if said in phrases:
                    return Said(keyword, language)
    return None


def _words(text: str) -> list[str]:
    """Return the words in plain small letters: apostrophes joined, accents off, everything else a gap."""
    plain = unicodedata.normalize("NFKD", text[:2000]).casefold().replace("'", "").replace("’", "")
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[a-z]+", letters)
