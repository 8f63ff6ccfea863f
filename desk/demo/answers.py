"""What a synthetic patient answers: weighted dice, with one hub doing somewhat better than the other."""

from random import Random

COMMENTS = (
    "It took three calls until somebody knew about my copay card.",
    "Everybody was kind and explained every step.",
    "I still do not know when the medicine will come.",
    "The nurse who called was very helpful.",
    "Please call after five, I work during the day.",
    "I felt dizzy after the first injection, but it went away.",
    "La persona que llamó fue muy amable.",
)
UNPREPARED = {"beacon": 0.16, "harbor": 0.27, "compass": 0.2}

Form = dict[str, list[str]]


def answers_of(dice: Random, *, partner: str) -> Form:
    """Return a form with an answer for most questions of the built-in surveys: name → posted values."""
    unprepared = dice.random() < UNPREPARED.get(partner, 0.2)
    worse = 0.35 if unprepared else 0.0
    form: Form = {
        "who": [dice.choices(["patient", "helped", "caregiver"], [7, 1, 2])[0]],
        "prepared": ["no" if unprepared else dice.choices(["yes", "started", "not_starting"], [86, 10, 1])[0]],
        "prepared_continue": [dice.choices(["yes", "no"], [9, 1])[0]],
        "missing": [dice.choice(["costs", "approval", "medicine", "howto", "supplies"])],
        "suggest": [str(dice.choice([2, 4, 5, 6]) if dice.random() < worse else dice.choice([7, 8, 9, 9, 10, 10]))],
        "callme": [dice.choices(["no", "yes", "do_not_contact"], [90, 8, 2])[0]],
        "contact_channel": ["call"],
        "contact_times": [dice.choice(["morning", "afternoon", "any"])],
        "contact_voicemail": ["no"],
    }
    for key, codes in SCALES.items():
        place = min(int(abs(dice.gauss(worse * 3, 1.0))), len(codes) - 1)
        form[key] = [codes[place]]
    if dice.random() < 0.25:
        form["words"] = [dice.choice(COMMENTS)]
        form["maker_contact"] = ["no"]
    return {key: values for key, values in form.items() if dice.random() > 0.04 or key == "prepared"}


def outcome_of(dice: Random) -> Form:
    """Return a form with the answers of an outcome follow-up; most issues are taken care of."""
    settled = dice.choices(["yes", "partly", "no", "no_matter"], [80, 8, 6, 6])[0]
    return {"contacted": ["yes"], "settled": [settled], "prepared": ["yes" if settled == "yes" else "no"]}


SCALES = {
    "reach": ("very_easy", "easy", "neither", "hard", "very_hard"),
    "effort": ("nothing", "little", "some", "lot", "too_much"),
    "firstfix": ("yes_first", "yes_later", "not_asked", "not_yet"),
    "promise": ("always", "usually", "sometimes", "never"),
    "cost": ("very", "mostly", "not_very", "not_at_all"),
    "howto": ("very", "mostly", "someone_else", "not_very", "not_at_all"),
    "worry": ("lot", "some", "little", "not_at_all"),
    "repeat": ("never", "once", "few", "many"),
    "listen": ("always", "usually", "sometimes", "never"),
    "clear": ("very_easy", "easy", "neither", "hard", "very_hard"),
    "next": ("always", "usually", "sometimes", "never"),
}
