"""The audit trail as a page."""

from datetime import timedelta

import pytest

from desk.views.audit import in_words
from tenants.models import Role
from tenants.models.audit import audit
from tests.conftest import T0, Cast

TRAIL = "/o/acme/settings/audit/"


def write(cast: Cast, count: int = 1, action: str = "tenants.member.role_changed", who: str = "admin") -> None:
    admin = cast.acme.members[who]
    with cast.acme.bound():
        for number in range(count):
            audit(action, by=admin, target=admin, now=T0 + timedelta(minutes=number), role=["agent", "admin"])


def look(client, cast: Cast, query: str = "", who: str = "auditor"):
    client.force_login(cast.acme.members[who].user)
    return client.get(TRAIL + query)


def test_entries_are_told_in_words(client, cast: Cast):
    write(cast)
    html = look(client, cast).content.decode()
    assert "Member role changed" in html
    assert "role: agent → admin" in html
    assert "acme admin" in html


def test_pages_follow_newest_first_without_gap_or_repeat(client, cast: Cast):
    write(cast, 60)
    first = look(client, cast)
    second = look(client, cast, first.context["next"])
    times = [row.at for page in (first, second) for row, _, _ in page.context["rows"]]
    assert len(times) == len(set(times)) == 60
    assert times == sorted(times, reverse=True)
    assert not second.context["next"]


def test_filter_by_area_and_by_member(client, cast: Cast):
    write(cast)
    write(cast, action="alerts.rule.changed", who="supervisor")
    assert len(look(client, cast, "?action=alerts.").context["rows"]) == 1
    assert len(look(client, cast, f"?member={cast.acme.members['admin'].pk}").context["rows"]) == 1
    html = look(client, cast, "?action=surveys.").content.decode()
    assert "Nothing found" in html
    assert "Clear the filters" in html


def test_a_mistyped_filter_is_ignored(client, cast: Cast):
    write(cast)
    assert len(look(client, cast, "?member=nobody&after=yesterday").context["rows"]) == 1


def test_the_trail_of_another_organization_is_not_shown(client, cast: Cast):
    write(cast)
    client.force_login(cast.rival.members["auditor"].user)
    assert client.get("/o/rival/settings/audit/").context["rows"] == []
    assert client.get(TRAIL).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role.values if role not in ("auditor", "admin")])
def test_only_auditors_and_admins_read_it(client, cast: Cast, role: str):
    assert look(client, cast, who=role).status_code == 403


def test_any_action_reads_as_words():
    assert in_words("messaging.message.tried_again") == "Message tried again"
    assert in_words("odd") == "Odd"
