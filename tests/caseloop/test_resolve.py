from caseloop.models import Draft
from tests.caseloop.conftest import at, fresh, open_for, post, settling


def test_resolves_with_one_disposition_for_each_concern(acme, agent, case):
    open_for(acme, severity="callback")
    seen = fresh(acme, case).version
    response = post(agent, acme, "resolve", case, seen=seen, **settling(acme, case))
    assert response.status_code == 303
    assert fresh(acme, case).status == "resolved"
    with acme.bound():
        assert set(case.concerns.values_list("root_cause", "outcome")) == {("affordability.copay_reject", "fixed")}


def test_a_missing_root_cause_is_asked_for_and_the_rest_kept(acme, agent, case):
    data = {name: value for name, value in settling(acme, case).items() if not name.startswith("cause")}
    response = post(agent, acme, "resolve", case, seen=case.version, **data)
    assert response.status_code == 422
    assert "Sent the card again" in response.content.decode()
    assert fresh(acme, case).status == "new"


def test_each_error_names_its_concern_and_leads_to_its_field(acme, agent, case):
    open_for(acme, severity="callback", summary="Asked to be called back")
    asked = post(agent, acme, "resolve", case, seen=fresh(acme, case).version)
    page = asked.content.decode()
    with acme.bound():
        ends = {each.summary: each.pk.hex[-8:] for each in case.concerns.all()}
    for summary in ("Not prepared to start", "Asked to be called back"):
        for name, words in (
            ("cause", "choose a root cause."), ("action", "write what was done."), ("outcome", "choose an outcome."),
        ):  # fmt: skip
            field = f"id_{name}-{ends[summary]}"
            assert f'<a href="#{field}">{summary}: {words}</a>' in page
            assert f'id="{field}"' in page


def test_a_concern_that_joined_meanwhile_is_shown_and_every_word_kept(acme, agent, case):
    data = {"seen": case.version, **settling(acme, case, action="Fixed the card by mail")}
    open_for(acme, severity="p2", summary="Costs are not clear")
    response = post(agent, acme, "resolve", case, **data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Costs are not clear" in page
    assert "joined this case" in page
    assert "Fixed the card by mail" in page
    assert f'name="seen" value="{fresh(acme, case).version}"' in page
    assert fresh(acme, case).status == "new"


def test_draft_of_the_action_comes_back_and_goes_when_sent(acme, agent, case):
    (field,) = (name for name in settling(acme, case) if name.startswith("action"))
    post(agent, acme, "draft", case, name=field, text="I called the pharm")
    assert "I called the pharm" in agent.get(at(acme, "resolve", number=case.number)).content.decode()
    post(agent, acme, "resolve", case, seen=case.version, **settling(acme, case))
    with acme.bound():
        assert not Draft.objects.exists()
