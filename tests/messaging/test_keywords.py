"""What a text asks for: forgiving towards whoever wants to stop, careful with everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.keywords import read_keyword

STOPS = [
    "STOP", "QUIT", "END", "REVOKE", "OPT OUT", "CANCEL", "UNSUBSCRIBE", "ALTO", "BASTA", "CANCELAR", "stop", "Stop.",
    "STOP!!!", '"stop"', "  stop\n", "stop please", "Please stop", "stop now", "STOPALL", "stop all", "opt-out",
    "Opt Out",
    "optout", "opt me out", "unsubscribe me", "Ålto", "¡ALTO!", "alto por favor", "ya basta", "cancelár",
    "stop texting me",
    "please stop sending these", "do not text me", "don't text me", "dont contact me again", "no more texts",
    "STOP I feel dizzy since the shot", "Alto, me siento mal", "no me escriban más", "dejen de mandarme mensajes",
    "no quiero más mensajes", "Stop messages", "take me off your list", "ｓｔｏｐ", "I want to opt out",
    "leave me alone",
    "quit please", "END.",
]  # fmt: skip

NOT_STOPS = [
    "I want to end it", "the pain will not stop", "when does it end",
    "cancel my appointment on Tuesday please, I moved",
    "don't stop", "Please don't stop texting me", "My husband quit smoking", "I feel dizzy", "yes", "no", "1", "",
    "hola",
    "gracias", "me duele alto la cabeza", "startle", "help", "START",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_these_stop(text: str) -> None:
    assert read_keyword(text).keyword == "stop"


@pytest.mark.parametrize("text", NOT_STOPS)
def test_these_do_not_stop(text: str) -> None:
    assert read_keyword(text).keyword != "stop"


@pytest.mark.parametrize(
    ("text", "keyword", "language"),
    [
        ("START", "start", "en"),
        ("unstop", "start", "en"),
        ("Iniciar.", "start", "es"),
        ("help", "help", "en"),
        ("HELP please", "help", "en"),
        ("¿Ayuda?", "help", "es"),
        ("ayuda por favor", "help", "es"),
        ("alto", "stop", "es"),
        ("stop", "stop", "en"),
        ("the help was great", "", ""),
        ("start of the week is fine", "", ""),
        ("💊💊", "", ""),
        ("", "", ""),
    ],
)
def test_what_is_asked_and_in_which_language(text: str, keyword: str, language: str) -> None:
    said = read_keyword(text)
    assert (said.keyword, said.language) == (keyword, language)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert read_keyword(text).keyword in {"", "stop", "start", "help"}
