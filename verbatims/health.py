"""Words that nothing a patient receives may hold: they tell whoever sees the telephone about an illness.

Source: the minimum-necessary rule (45 CFR 164.502(b)); gathered by hand, English and Spanish, accents taken off.
"""

import re
import unicodedata

# Beginnings of words: "medic" finds medicine, medication, medical, medicamento, medicina, médico.
STEMS = (
    "medic", "treatment", "tratamient", "therap", "terapia", "terapeut", "pharma", "farmac", "diagnos", "symptom",
    "sintoma", "disease", "illness", "enfermedad", "enfermer", "patient", "pacient", "prescri", "recetad", "inject",
    "inyec", "infusi", "dosage", "dosis", "vaccin", "vacun", "clinic", "hospital", "doctor", "nurse", "physician",
    "surg", "cirug", "cancer", "oncolog", "tumor", "chemo", "quimio", "radiotherap", "radioterap", "diabet", "insulin",
    "glucos", "asthma", "asma", "arthrit", "artrit", "psoria", "eczema", "dermatit", "migran", "migrain", "epilep",
    "sclerosis", "esclerosis", "alzheimer", "parkinson", "depressi", "depresi", "anxiet", "ansiedad", "schizo",
    "esquizo", "bipolar", "psychiat", "psiquiat", "hepat", "cirrho", "cirros", "crohn", "colitis", "lupus", "anemi",
    "anaemi", "hemophil", "hemofil", "leukem", "leukaem", "leucem", "lymphom", "linfom", "myelom", "mielom", "fibros",
    "cardia", "cardio", "cholesterol", "colesterol", "hypertens", "hipertens", "obes", "osteopor", "alopecia",
    "infertil", "pregnan", "embaraz", "transplant", "trasplant", "dialys", "dialisis", "kidney", "adherence",
    "adherencia", "copay", "copago", "refill", "biopsy", "biopsia", "syndrom", "sindrom", "disorder", "trastorno",
    "chronic", "cronic", "sickness", "overdose", "sobredosis", "allerg", "alerg",
)  # fmt: skip

# Whole words, because their beginnings mean other things too.
WHOLE = frozenset(
    {
        "drug", "drugs", "pill", "pills", "pastilla", "pastillas", "tablet", "tablets", "capsule", "capsules",
        "capsula",
        "capsulas", "dose", "doses", "shot", "shots", "health", "healthcare", "salud", "sick", "enfermo", "enferma",
        "ill", "pain", "dolor", "hiv", "vih", "aids", "sida", "copd", "epoc", "adhd", "rx", "receta", "recetas",
        "remedio",
        "remedios", "heart", "corazon", "liver", "higado", "lung", "lungs", "pulmon", "pulmones", "blood", "sangre",
        "skin", "piel", "weight", "peso", "syringe", "jeringa", "insurance", "insurer",
    }
)  # fmt: skip


def health_words(text: str) -> list[str]:
    """Return the words of a text that tell of an illness, as written, once each."""
    found = (word for word in words_in(text) if plain(word) in WHOLE or plain(word).startswith(STEMS))
    return list(dict.fromkeys(found))


def words_in(text: str) -> list[str]:
    """Return the words of a text, as written, in order."""
    return re.findall(r"[^\W_]+", text)


def plain(word: str) -> str:
    """Return a word in small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))
