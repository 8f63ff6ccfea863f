"""What a file of patients may hold, and which of its columns is which."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One of our columns: its name in files, its words, and what else people call it (English and Spanish)."""

    name: str
    label: str
    help: str
    synonyms: tuple[str, ...] = ()


COLUMNS = (
    Column(
        "external_id",
        "External id",
        "The patient's number in the partner's own system. The same one is the same patient.",
        ("id", "external", "patient id", "member id", "hub id", "crm id", "id externo", "id paciente", "numero"),
    ),
    Column(
        "pseudonym",
        "Pseudonym",
        "PX-…, for a patient who is here already.",
        ("px", "patient code", "seudonimo", "pseudonimo"),
    ),
    Column(
        "respondent_kind",
        "Who answers",
        "patient, caregiver or hcp.",
        ("respondent", "kind", "who answers", "relationship", "quien responde", "tipo", "relacion"),
    ),
    Column(
        "language",
        "Language",
        "A language of the program, such as en or es.",
        ("lang", "preferred language", "idioma", "lengua"),
    ),
    Column(
        "time_zone",
        "Time zone",
        "Such as America/New_York.",
        ("timezone", "tz", "zone", "zona horaria", "huso horario"),
    ),
    Column("stage", "Stage", "Where on the way the patient is now.", ("journey stage", "status", "etapa", "estado")),
    Column(
        "touchpoint",
        "Touchpoint",
        "What happened, such as onboarding_completed.",
        ("event", "event type", "milestone", "journey event", "evento", "hito"),
    ),
    Column(
        "occurred_at",
        "When it happened",
        "As 2026-03-31 or 2026-03-31T14:30-05:00. Without an offset it is in the patient's time zone.",
        ("occurred", "date", "event date", "when", "fecha", "fecha evento", "fecha del evento", "ocurrio"),
    ),
    Column(
        "source_id",
        "Event id",
        "The number of the event in the partner's system: it is taken once, and can be taken back.",
        ("event id", "touchpoint id", "source", "id evento", "id del evento"),
    ),
    Column("void", "Take back", "1 takes back the event with this event id.", ("voided", "cancelled", "anulado")),
    Column(
        "backfill",
        "History",
        "1 marks history: it invites nobody and alerts nobody.",
        ("history", "historical", "historico", "historial"),
    ),
    Column(
        "consents",
        "Consents",
        "Channel and purposes, such as email:survey+follow_up, sms:survey.",
        ("consent", "consentimiento", "consentimientos"),
    ),
    Column(
        "consent_email",
        "Consent by e-mail",
        "Purposes, such as survey follow_up; all; or none, which takes consent back.",
        ("email consent", "consentimiento correo", "consentimiento email"),
    ),
    Column("consent_sms", "Consent by text", "The same for text messages.", ("sms consent", "consentimiento sms")),
    Column(
        "consent_phone",
        "Consent by telephone",
        "The same for calls.",
        ("phone consent", "consentimiento telefono"),
    ),
    Column(
        "consent_wording",
        "Consent wording",
        "The version of the words that were agreed to.",
        ("wording", "consent version", "version consentimiento"),
    ),
    Column(
        "consent_at",
        "Consent given",
        "When it was given or taken back.",
        ("consent date", "consented at", "fecha consentimiento"),
    ),
    Column("email", "E-mail", "Goes into the contact vault.", ("e mail", "mail", "correo", "correo electronico")),
    Column(
        "phone",
        "Telephone",
        "Goes into the contact vault, for calls and for texts.",
        ("telephone", "mobile", "cell", "phone number", "telefono", "movil", "celular"),
    ),
    Column(
        "preferred_channel",
        "Preferred channel",
        "email, sms or phone.",
        ("channel", "preferred", "contact preference", "canal", "canal preferido"),
    ),
)
BY_NAME = {column.name: column for column in COLUMNS}
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


class ColumnsMissing(ValueError):
    """The mapping cannot work; its message says which column to choose."""


def guess_mapping(header: Sequence[str], *, remembered: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return our column → the column of the file, by what was chosen last time, then by names in English and Spanish.

    header: the columns of the file, each name once.
    """
    mapping = {ours: theirs for ours, theirs in (remembered or {}).items() if theirs in header and ours in BY_NAME}
    left = {_plain(theirs): theirs for theirs in reversed(header) if theirs not in mapping.values()}
    for names_of in (lambda column: (column.name, column.label), lambda column: column.synonyms):
        for column in COLUMNS:
            if column.name not in mapping and (found := _take(left, names_of(column))):
                mapping[column.name] = found
    return {column.name: mapping[column.name] for column in COLUMNS if column.name in mapping}


def places(mapping: Mapping[str, str], header: Sequence[str]) -> dict[str, int]:
    """Return our column → its place in a row. Raises ColumnsMissing when patients could not be told apart."""
    unknown = [theirs for theirs in mapping.values() if theirs not in header]
    if unknown:
        raise ColumnsMissing("A column was chosen that is not in the file. Choose again.")
    if len(set(mapping.values())) < len(mapping):
        raise ColumnsMissing("One column of the file was chosen twice. Choose each once.")
    if not mapping.keys() & {"external_id", "pseudonym"}:
        raise ColumnsMissing("Choose the column that holds the external id: it tells patients apart.")
    if "touchpoint" in mapping and "occurred_at" not in mapping:
        raise ColumnsMissing("Choose the column that says when each touchpoint happened.")
    return {ours: header.index(theirs) for ours, theirs in mapping.items()}


def unique_names(cells: Sequence[str]) -> list[str]:
    """Return the names of a header row, each once and at most 80 characters: “email”, “email (2)”, “Column 3”."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join("".join(c if c.isprintable() else " " for c in cell[:200]).split())[:70] or f"Column {number}"
        again = sum(1 for each in names if each == name or each.startswith(f"{name} ("))
        names.append(f"{name} ({again + 1})" if again else name)
    return names


def _take(left: dict[str, str], names: Sequence[str]) -> str:
    for name in names:
        if found := left.pop(_plain(name), ""):
            return found
    return ""


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NO_LETTERS.sub(" ", bare).strip()
