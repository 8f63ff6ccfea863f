from caseloop.models import Draft
from tests.caseloop.conftest import at, post


def test_each_member_has_the_own_draft(acme, agent, supervisor, case):
    post(agent, acme, "draft", case, name="text", text="Mine")
    post(agent, acme, "draft", case, name="text", text="Mine, longer")
    page = agent.get(at(acme, "case", number=case.number)).content.decode()
    assert "Mine, longer</textarea>" in page
    assert "Mine" not in supervisor.get(at(acme, "case", number=case.number)).content.decode()


def test_emptied_draft_is_forgotten_and_nonsense_refused(acme, agent, case):
    post(agent, acme, "draft", case, name="text", text="Mine")
    assert post(agent, acme, "draft", case, name="text", text="").status_code == 204
    assert post(agent, acme, "draft", case, name="no such name!", text="x").status_code == 400
    with acme.bound():
        assert not Draft.objects.exists()
