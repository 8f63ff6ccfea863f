"""Scores: best = 100, worst = 0, equal steps, and nothing that was not answered."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.definitions import PILLARS, builtin_document, load
from surveys.scores import scores

SURVEY = load(builtin_document("support_experience"))


def scored(*, facts: Any = None, **answers: Any) -> dict[str, float]:
    return scores(SURVEY, answers=answers, facts=facts or {})


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("prepared", {"yes": 100, "no": 0, "started": None, "not_starting": None}),
        (
            "reach",
            {"very_easy": 100, "easy": 75, "neither": 50, "hard": 25, "very_hard": 0, "no_idea": 0, "not_needed": None},
        ),
        ("effort", {"nothing": 100, "little": 75, "some": 50, "lot": 25, "too_much": 0, "not_there": None}),
        ("firstfix", {"yes_first": 100, "yes_later": 50, "not_yet": 0, "not_asked": None}),
        ("promise", {"always": 100, "usually": 200 / 3, "sometimes": 100 / 3, "never": 0, "no_promise": None}),
        (
            "cost",
            {
                "very": 100,
                "mostly": 200 / 3,
                "not_very": 100 / 3,
                "not_at_all": 0,
                "not_told": None,
                "pay_nothing": None,
            },
        ),
        ("howto", {"very": 100, "mostly": 75, "not_very": 50, "not_at_all": 25, "not_shown": 0, "someone_else": None}),
        ("worry", {"lot": 100, "some": 200 / 3, "little": 100 / 3, "not_at_all": 0, "no_worries": None}),
        ("repeat", {"never": 100, "once": 200 / 3, "few": 100 / 3, "many": 0, "not_talked": None}),
        ("listen", {"always": 100, "usually": 200 / 3, "sometimes": 100 / 3, "never": 0, "not_talked": None}),
        ("clear", {"very_easy": 100, "easy": 75, "neither": 50, "hard": 25, "very_hard": 0, "none": None}),
        ("next", {"always": 100, "usually": 200 / 3, "sometimes": 100 / 3, "never": 0}),
    ],
)
def test_every_answer_has_its_points(key: str, expected: dict[str, float | None]) -> None:
    assert set(SURVEY.questions[key].codes) == set(expected)
    for code, points in expected.items():
        assert scored(**{key: code}).get(key) == (None if points is None else pytest.approx(points))


def test_nobody_told_me_counts_from_the_first_fill() -> None:
    assert "cost" not in scored(cost="not_told")
    assert "cost" not in scored(cost="not_told", facts={"first_fill": False})
    assert scored(cost="not_told", facts={"first_fill": True})["cost"] == 0


def test_a_rating_is_ten_points_a_step() -> None:
    assert scored(suggest=7)["suggest"] == 70
    assert scored(suggest=0)["suggest"] == 0
    for odd in (11, -1, True, "7", None, 7.5):
        assert "suggest" not in scored(suggest=odd)


def test_a_pillar_needs_half_of_what_applies() -> None:
    assert scored(cost="very")["cost"] == 100
    assert "pillar.support" not in scored(cost="very")
    assert scored(cost="very", howto="not_very")["pillar.support"] == 75
    assert scored(reach="easy")["pillar.convenience"] == 75


def test_what_does_not_apply_is_taken_out_of_the_pillar() -> None:
    assert scored(cost="very", howto="someone_else", worry="no_worries")["pillar.support"] == 100
    assert scored(cost="very", howto="someone_else")["pillar.support"] == 100
    assert "pillar.quality" not in scored(firstfix="not_asked", promise="no_promise")


def test_the_index_is_the_mean_of_five_pillars_and_needs_all() -> None:
    answers = {
        "effort": "nothing",
        "firstfix": "not_yet",
        "cost": "very",
        "howto": "very",
        "listen": "always",
        "clear": "easy",
    }
    found = scored(**answers)
    assert found["index.experience"] == pytest.approx((100 + 0 + 100 + 100 + 75) / 5)
    del answers["clear"]
    assert "index.experience" not in scored(**answers)


def test_outcomes_stand_alone() -> None:
    answers = {
        "effort": "lot",
        "firstfix": "not_yet",
        "cost": "very",
        "howto": "very",
        "listen": "always",
        "clear": "easy",
    }
    without = scored(**answers)
    with_outcomes = scored(**answers, prepared="no", suggest=0)
    assert with_outcomes == without | {"prepared": 0, "suggest": 0}


def test_a_hidden_answer_is_not_scored() -> None:
    assert "prepared_continue" not in scored(prepared="yes", prepared_continue="no")
    assert scored(prepared="started", prepared_continue="no")["prepared_continue"] == 0
    assert "prepared" not in scored(prepared="yes", facts={"started": True})


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            key: st.one_of(st.sampled_from([*question.codes, 3]), st.sampled_from([None, True, [], "?"]))
            for key, question in SURVEY.questions.items()
            if question.codes
        },
    ),
    st.booleans(),
)
def test_any_answers_are_scored_between_0_and_100(answers: dict[str, Any], first_fill: bool) -> None:
    found = scored(**answers, facts={"first_fill": first_fill})
    assert found.keys() <= SURVEY.score_names
    assert all(0 <= points <= 100 for points in found.values())
    assert ("index.experience" in found) is all(f"pillar.{pillar}" in found for pillar in PILLARS)
