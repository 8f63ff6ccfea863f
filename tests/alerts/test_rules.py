"""Admins read, switch, edit, try and add rules."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Rule
from alerts.sentences import Line, Unfinished, read_sentence, subjects_of, write_sentence
from surveys.conditions import check_condition
from tenants.models import AuditEntry
from tests.conftest import Cast, House, make_team
from tests.steps import evaluate, respond


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def at(name: str, *args, slug: str = "acme") -> str:
    return reverse(f"alerts:{name}", args=[slug, *args])


def find(house: House, key: str) -> Rule:
    with house.bound():
        return Rule.objects.get(key=key)


def all_of(house: House, **filters) -> list[Rule]:
    with house.bound():
        return list(Rule.objects.filter(**filters))


def audited(house: House) -> list[str]:
    with house.bound():
        return list(AuditEntry.objects.values_list("action", flat=True))


def typed(**over) -> dict[str, Any]:
    """Type: raise P1 when “prepared” is “no”."""
    form = {"name": "Not ready", "severity": "p1", "is_active": "on", "joiner": "all"}
    return {**form, "subject_1": "question:prepared", "verb_1": "is", "value_1": ["no"], **over}


def test_only_admins_open_rules(client, cast: Cast):
    rule = find(cast.acme, "prepared_no-pulse_5")
    pages = [at("rules"), at("rule", rule.pk), at("new_rule", "pulse_5")]
    for role in ("supervisor", "agent", "analyst", "auditor", "safety"):
        client.force_login(cast.acme.members[role].user)
        assert [client.get(page).status_code for page in pages] == [403] * 3, role
    client.force_login(cast.rival.members["admin"].user)
    assert [client.get(page).status_code for page in pages] == [404] * 3


def test_rules_are_said_in_words_by_survey(admin):
    html = admin.get(at("rules")).content.decode()
    assert html.index("Patient support experience") < html.index("Pulse-5 after a call")
    assert "Lacks something to keep going with treatment" in html
    assert "something unreadable" not in html
    assert "prepared_no" not in html


def test_rule_is_switched_off_and_no_longer_fires(admin, cast: Cast):
    rule = find(cast.acme, "prepared_no-pulse_5")
    for _ in range(2):
        assert admin.post(at("switch_rule", rule.pk), {"on": "0"}).status_code == 303
    assert not find(cast.acme, rule.key).is_active
    assert audited(cast.acme) == ["alerts.rule.switched_off"]
    assert evaluate(cast.acme, respond(cast.acme, {"prepared": "no"})) == []


def test_edited_rule_fires_as_it_is_now(admin, cast: Cast):
    rule = find(cast.acme, "prepared_no-pulse_5")
    response = admin.post(at("rule", rule.pk), typed(name="Renamed", severity="p2", value_1=["no", "not_starting"]))
    assert response.status_code == 303
    after = find(cast.acme, rule.key)
    assert after.condition == {"question": "prepared", "op": "in", "value": ["no", "not_starting"]}
    assert (after.name, after.severity, after.key) == ("Renamed", "p2", rule.key)
    assert after.changed_at > rule.changed_at
    raised = evaluate(cast.acme, respond(cast.acme, {"prepared": "not_starting"}))
    assert "Renamed" in [alert.rule_copy["name"] for alert in raised]


def test_change_is_audited_with_before_and_after(admin, cast: Cast):
    rule = find(cast.acme, "prepared_no-pulse_5")
    admin.post(at("rule", rule.pk), typed(severity="p3"))
    with cast.acme.bound():
        changes = AuditEntry.objects.get(action="alerts.rule.changed").changes
    assert (changes["before"]["severity"], changes["after"]["severity"]) == (rule.severity, "p3")


@pytest.mark.thorough
def test_saving_what_is_shown_keeps_every_short_condition(admin, cast: Cast):
    for rule in all_of(cast.acme, survey__key="support_experience"):
        form = admin.get(at("rule", rule.pk)).context["form"]
        with cast.acme.bound():
            data = {name: form[name].value() or "" for name in ("name", "severity")}
            lines = form.lines
        data |= {"joiner": form.joiner, "is_active": "on" if rule.is_active else ""}
        for number, line in enumerate(lines, 1):
            data |= {f"subject_{number}": line.subject, f"verb_{number}": line.verb, f"value_{number}": line.values}
        assert admin.post(at("rule", rule.pk), data).status_code == 303
        assert find(cast.acme, rule.key).condition == rule.condition


def test_long_condition_is_shown_in_words_and_kept(admin, cast: Cast):
    rule = find(cast.acme, "cost_unclear-support_experience")
    html = admin.get(at("rule", rule.pk)).content.decode()
    assert "longer than the short form can show" in html
    assert "the first fill has been reached" in html
    assert admin.post(at("rule", rule.pk), typed(name="Cost", severity="p3")).status_code == 303
    after = find(cast.acme, rule.key)
    assert (after.condition, after.severity) == (rule.condition, "p3")


def test_new_rule_joins_lines_and_facts(admin, cast: Cast):
    form = typed(
        name="Unready at first fill",
        joiner="any",
        subject_2="fact:first_fill",
        verb_2="is",
        value_2="yes",
        subject_3="fact:days_to_first_dose",
        verb_3="at_most",
        value_3="3",
        subject_4="fact:partner",
        verb_4="is_not",
        value_4="north",
    )
    assert admin.post(at("new_rule", "pulse_5"), form).status_code == 303
    (rule,) = all_of(cast.acme, name="Unready at first fill")
    assert rule.condition == {
        "any": [
            {"question": "prepared", "op": "eq", "value": "no"},
            {"fact": "first_fill", "op": "eq", "value": True},
            {"fact": "days_to_first_dose", "op": "le", "value": 3},
            {"fact": "partner", "op": "ne", "value": "north"},
        ]
    }
    assert rule.survey_id == cast.acme.surveys["pulse_5"].pk
    assert audited(cast.acme) == ["alerts.rule.created"]


def test_two_rules_may_have_one_name(admin, cast: Cast):
    for _ in range(2):
        assert admin.post(at("new_rule", "pulse_5"), typed(name="!!!")).status_code == 303
    assert len({rule.key for rule in all_of(cast.acme, name="!!!")}) == 2


BAD: list[Any] = [
    {"name": ""},
    {"name": "x" * 121},
    {"name": "nul\x00"},
    {"severity": "p9"},
    {"severity": "p0"},
    {"subject_1": ""},
    {"subject_1": "question:nothing"},
    {"subject_1": "score:index.experience"},
    {"subject_1": '{"all": []}'},
    {"subject_1": "question:prepared\x00"},
    {"verb_1": "contains"},
    {"verb_1": "at_least", "value_1": "3"},
    {"verb_1": ""},
    {"value_1": []},
    {"value_1": ["nope"]},
    {"value_1": ["no", "nope"]},
    {"value_1": ["no\x00"]},
    {"subject_1": "fact:earlier_responses", "verb_1": "at_least", "value_1": "1e9"},
    {"subject_1": "fact:earlier_responses", "verb_1": "at_least", "value_1": "-1"},
    {"subject_1": "fact:earlier_responses", "verb_1": "at_least", "value_1": "٣"},
    {"subject_1": "fact:shipped", "verb_1": "is", "value_1": ["yes", "no"]},
    {"team": "not-an-id"},
    {"program": "not-an-id"},
]


def test_bad_rules_are_refused_with_nothing_written(admin, cast: Cast):
    rule, count = find(cast.acme, "prepared_no-pulse_5"), len(all_of(cast.acme))
    for number, wrong in enumerate(BAD):
        page = at("rule", rule.pk) if number % 2 else at("new_rule", "pulse_5")
        response = admin.post(page, typed(**wrong))
        assert response.status_code == 422, wrong
        assert "There is a problem" in response.content.decode()
    assert len(all_of(cast.acme)) == count
    assert find(cast.acme, rule.key).condition == rule.condition
    assert audited(cast.acme) == []


def test_rows_of_the_rival_cannot_be_chosen_or_changed(admin, cast: Cast):
    theirs = find(cast.rival, "prepared_no-pulse_5")
    assert admin.post(at("rule", theirs.pk), typed()).status_code == 404
    assert admin.post(at("switch_rule", theirs.pk), {"on": "0"}).status_code == 404
    assert admin.post(at("new_rule", "no_such_survey"), typed()).status_code == 404
    for guessed in ({"team": cast.rival.team.pk}, {"program": cast.rival.program.pk}):
        assert admin.post(at("new_rule", "pulse_5"), typed(**guessed)).status_code == 422
    assert find(cast.rival, "prepared_no-pulse_5").is_active


def test_team_of_one_partner_cannot_take_everybodys_alerts(admin, cast: Cast):
    with cast.acme.bound():
        north = make_team(cast.acme.organization, name="North desk", partner=cast.acme.partners["north"])
    assert admin.post(at("new_rule", "pulse_5"), typed(team=north.pk)).status_code == 422
    assert admin.post(at("new_rule", "pulse_5"), typed(team=cast.acme.team.pk)).status_code == 303


def test_trying_tells_how_many_would_have_matched_and_stores_nothing(admin, cast: Cast):
    now, count = timezone.now(), len(all_of(cast.acme))
    for answer in ("no", "no", "yes"):
        respond(cast.acme, {"prepared": answer}, now=now)
    respond(cast.acme, {"prepared": "no"})  # long ago
    respond(cast.rival, {"prepared": "no"}, now=now)
    response = admin.post(at("new_rule", "pulse_5"), typed(_do="try"))
    assert (response.context["trial"].matched, response.context["trial"].tried) == (2, 3)
    assert "2 of 3" in response.content.decode()
    assert len(all_of(cast.acme)) == count


def test_trying_reads_a_bounded_number(admin, cast: Cast, monkeypatch):
    monkeypatch.setattr("alerts.trial.NEWEST", 2)
    now = timezone.now()
    for _ in range(3):
        respond(cast.acme, {"prepared": "no"}, now=now)
    trial = admin.post(at("new_rule", "pulse_5"), typed(_do="try")).context["trial"]
    assert (trial.matched, trial.tried, trial.is_cut) == (2, 2, True)


def test_trying_an_unfinished_rule_says_what_is_missing(admin):
    response = admin.post(at("new_rule", "pulse_5"), typed(_do="try", value_1=[]))
    assert response.status_code == 200
    assert "Tick at least one answer" in response.content.decode()


def test_choosing_a_question_shows_its_answers_without_saving(admin, cast: Cast):
    count = len(all_of(cast.acme))
    chosen = {"_do": "show", "joiner": "any", "subject_1": "question:prepared"}
    whole = admin.post(at("new_rule", "pulse_5"), chosen).content.decode()
    part = admin.post(at("new_rule", "pulse_5"), chosen, headers={"HX-Request": "true"}).content.decode()
    for html in (whole, part):
        assert 'name="value_1" value="not_starting"' in html
        assert "There is a problem" not in html
    assert "<html" not in part
    assert len(all_of(cast.acme)) == count


def test_malformed_stored_condition_is_shown_as_such(admin, cast: Cast):
    rule = find(cast.acme, "prepared_no-pulse_5")
    malformed: tuple[Any, ...] = (
        {"all": 3},
        {"question": 7},
        {"op": "eq"},
        [],
        "x",
        {"question": "prepared", "op": "eq", "value": ["no"]},
    )
    for condition in malformed:
        with cast.acme.bound():
            Rule.objects.filter(pk=rule.pk).update(condition=condition)
        assert admin.get(at("rules")).status_code == 200
        assert "longer than the short form" in admin.get(at("rule", rule.pk)).content.decode(), condition


def test_every_sentence_that_can_be_written_is_a_valid_condition_and_reads_back(cast: Cast):
    for survey in cast.acme.surveys.values():
        with cast.acme.bound():
            definition = survey.current.definition
            subjects = subjects_of(definition)
        for subject in subjects.values():
            for verb in subject.verbs:
                values = ("1",) if subject.numbers else tuple(code for code, _ in subject.options[:1])
                lines = [Line(subject.id, verb, values)]
                condition = write_sentence("all", lines, subjects=subjects)
                assert check_condition(condition, definition=definition) == []
                assert read_sentence(condition, subjects=subjects) == ("all", lines)


def test_sentence_needs_a_line(cast: Cast):
    with pytest.raises(Unfinished):
        write_sentence("all", [], subjects={})
