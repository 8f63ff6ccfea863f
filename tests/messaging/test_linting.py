"""The linter of messages to patients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.linting import Finding, brand_words, lint, segments
from messaging.models import Channel
from messaging.words import BLANKS, CHANNELS, LANGUAGES, PATIENT_TEMPLATES, WITH_LINK, built_in
from verbatims.health import health_words

GOOD = "Hello,\n\n{program} would like to hear from you.\n\n{link}\n\nOr call {phone}."


def found(body: str = GOOD, *, subject: str = "", names: tuple[str, ...] = (), as_sent: str = "") -> list[Finding]:
    """Return what the linter finds in an invitation."""
    return lint(
        subject=subject,
        body=body,
        blanks=BLANKS,
        needs_link=True,
        names=names,
        public_names=("Care Support",),
        as_sent=as_sent,
    )


def test_good_words_pass() -> None:
    assert found(subject="A few questions from {program}", names=("Zolavra patient support US",)) == []


@pytest.mark.parametrize("template", PATIENT_TEMPLATES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_words_pass(template: str, channel: Channel, language: str) -> None:
    words = built_in(template=template, channel=channel, language=language)
    assert (
        lint(
            subject=words.subject,
            body=words.body,
            blanks=BLANKS,
            needs_link=template in WITH_LINK,
            names=("Zolavra brand program",),
            as_sent=words.body if channel == Channel.SMS else "",
        )
        == []
    )


@pytest.mark.parametrize(
    "word",
    [
        "medicine", "Medication", "MEDICAMENTO", "médico", "treatment", "tratamiento", "therapy", "diabetes",
        "Diabetic", "insulin", "cancer", "cáncer", "psoriasis", "migraine", "injection", "inyección", "dose", "dosis",
        "pharmacy", "farmacia", "doctor", "nurse", "enfermera", "enfermedad", "patient", "paciente", "health", "salud",
        "HIV", "VIH", "copay", "refill", "prescription", "receta", "symptoms", "síntomas", "depression", "depresión",
        "pain", "dolor",
    ],
)  # fmt: skip
def test_a_word_that_tells_of_an_illness_is_an_error(word: str) -> None:
    assert health_words(f"Hello, about your {word}: {{link}}") == [word]
    (finding,) = [f for f in found(f"Hello, about your {word}: {{link}}") if word in f.text]
    assert finding.is_error


@pytest.mark.parametrize(
    "word", ["media", "paint", "dosed off", "illustrate", "patio", "caring", "program", "help", "plasma"]
)
def test_an_innocent_word_passes(word: str) -> None:
    assert health_words(f"About {word}") == []


def test_names_of_brands_are_errors_but_for_generic_words_and_the_public_name() -> None:
    names = ("Zolavra Care Program 2", "Support for ÉLANIS")
    assert brand_words(names, public_names=("Care Support",)) == {"zolavra", "elanis"}
    errors = [f.text for f in found("ZOLAVRA and Elanis: {link}", names=names)]
    assert len(errors) == 2
    assert all("brand" in text for text in errors)


@pytest.mark.parametrize(
    "link", ["https://x.example/1", "http://a", "www.acme", "acme.com", "bit.ly/abc", "mail@acme.org", "sub.acme.co.uk"]
)
def test_any_other_link_is_an_error(link: str) -> None:
    assert any("only link" in f.text for f in found(f"Go to {link} or {{link}}"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Hello", "Put {link}"),
        ("{link} {name}", "{name} is not known"),
        ("{link} {Program}", "{Program} is not known"),
        ("{link} {", "brace"),
        ("{link} }", "brace"),
        ("{{link}}", "brace"),
    ],
)
def test_placeholders_are_checked(body: str, says: str) -> None:
    assert any(says in f.text and f.is_error for f in found(body))


def test_a_link_in_the_subject_is_an_error() -> None:
    assert [f.field for f in found(subject="See {link}")] == ["subject"]


@pytest.mark.parametrize(
    ("text", "count", "alphabet", "units"),
    [
        ("a" * 160, 1, "GSM-7", 160),
        ("a" * 161, 2, "GSM-7", 161),
        ("a" * 306, 2, "GSM-7", 306),
        ("a" * 307, 3, "GSM-7", 307),
        ("é" * 160, 1, "GSM-7", 160),
        ("€" * 80, 1, "GSM-7", 160),
        ("á" + "a" * 69, 1, "UCS-2", 70),
        ("á" + "a" * 70, 2, "UCS-2", 71),
        ("😀" * 35, 1, "UCS-2", 70),
        ("😀" * 36, 2, "UCS-2", 72),
        ("", 1, "GSM-7", 0),
    ],
)
def test_segments(text: str, count: int, alphabet: str, units: int) -> None:
    sent = segments(text)
    assert (sent.count, sent.alphabet, sent.units) == (count, alphabet, units)


def test_a_long_text_warns_with_its_reason_and_an_endless_one_is_refused() -> None:
    (warning,) = found("{link}", as_sent="á" * 71)
    assert (warning.is_error, warning.text) == (False, "It is carried as 2 text messages because of á.")
    (error,) = found("{link}", as_sent="a" * 1601)
    assert error.is_error


@given(st.text(), st.text())
def test_no_words_break_it_and_errors_come_first(subject: str, body: str) -> None:
    order = [f.is_error for f in found(body, subject=subject, as_sent=body)]
    assert order == sorted(order, reverse=True)
