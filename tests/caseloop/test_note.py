from tests.caseloop.conftest import at, events, post


def test_note_is_added_and_its_draft_forgotten(acme, agent, case):
    post(agent, acme, "draft", case, name="text", text="Half a sen")
    assert "Half a sen" in agent.get(at(acme, "case", number=case.number)).content.decode()
    assert post(agent, acme, "note", case, text="The card was returned").status_code == 303
    page = agent.get(at(acme, "case", number=case.number)).content.decode()
    assert "The card was returned" in page
    assert "Half a sen" not in page


def test_empty_note_is_refused(acme, agent, case):
    response = post(agent, acme, "note", case, text="  ")
    assert response.status_code == 422
    assert "Write a few words" in response.content.decode()
    assert events(acme, case) == ["opened"]
