"""Words that a message to a patient must not hold: they tell whoever sees the telephone about an illness.

Source: DOMAIN 1.5 (minimum necessary) and 1.6; gathered by hand, English and Spanish, accents taken off.
"""

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
