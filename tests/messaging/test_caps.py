"""Contact rules: one invitation in 30 days and six a year, counted once per number, whatever program or channel."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from messaging.models import SurveyContact
from messaging.services import count_survey_contact, keep_address
from tests.conftest import T0, Cast, House
from tests.messaging.people import MAIL, NUMBER, someone
from tests.steps import REAL_COMMITS, at_once, later


def ask(
    house: House,
    owner: UUID,
    *,
    now: datetime = T0,
    channel: str | None = "sms",
    invitation: UUID | None = None,
    gap_days: int = 30,
    a_year: int = 6,
) -> str:
    """Count one invitation."""
    with house.bound():
        return count_survey_contact(
            program=house.program,
            owner_id=owner,
            channel=channel,
            invitation_id=invitation or uuid4(),
            gap_days=gap_days,
            a_year=a_year,
            now=now,
        )


def test_the_second_within_the_gap_is_too_soon_and_on_its_last_day_it_is_not(cast: Cast) -> None:
    owner = someone(cast.acme)
    assert ask(cast.acme, owner) == ""
    assert ask(cast.acme, owner, now=later(days=30) - timedelta(seconds=1)) == "too_soon"
    assert ask(cast.acme, owner, now=later(days=30)) == ""


def test_the_seventh_within_a_year_is_too_often(cast: Cast) -> None:
    owner = someone(cast.acme)
    assert [ask(cast.acme, owner, now=later(days=31 * n)) for n in range(7)] == [""] * 6 + ["too_often"]
    assert ask(cast.acme, owner, now=later(days=365)) == ""


def test_what_is_refused_is_not_counted(cast: Cast) -> None:
    owner = someone(cast.acme)
    ask(cast.acme, owner)
    for day in range(1, 30):
        assert ask(cast.acme, owner, now=later(days=day)) == "too_soon"
    assert ask(cast.acme, owner, now=later(days=30)) == ""


def test_an_invitation_is_counted_once_however_often_and_by_whatever_channel_it_goes(cast: Cast) -> None:
    owner, invitation = someone(cast.acme), uuid4()
    for channel in ("sms", "email", "sms"):
        assert ask(cast.acme, owner, invitation=invitation, channel=channel) == ""
    with cast.acme.bound():
        assert SurveyContact.objects.values("invitation_id").distinct().count() == 1


def test_two_people_at_one_number_are_asked_as_one_whatever_the_channel(cast: Cast) -> None:
    mother, again = someone(cast.acme, email=""), someone(cast.acme, email=MAIL, sms="(312) 555-0142")
    assert ask(cast.acme, mother) == ""
    assert ask(cast.acme, again, channel="email", now=later(days=1)) == "too_soon"
    stranger = someone(cast.acme, sms="+13125550177", email=MAIL)
    assert ask(cast.acme, stranger) == ""


def test_the_partners_links_count_by_respondent_alone(cast: Cast) -> None:
    one, other = someone(cast.acme), someone(cast.acme)
    assert ask(cast.acme, one, channel=None) == ""
    assert ask(cast.acme, other, channel=None) == ""
    assert ask(cast.acme, one, channel=None, now=later(days=1)) == "too_soon"
    assert ask(cast.acme, one, channel="sms", now=later(days=1)) == "too_soon"


def test_organizations_count_apart(cast: Cast) -> None:
    assert ask(cast.acme, someone(cast.acme)) == ""
    assert ask(cast.rival, someone(cast.rival)) == ""


@REAL_COMMITS
def test_eight_at_once_to_one_number_count_one(cast: Cast) -> None:
    people = [someone(cast.acme, email=f"p{n}@example.org" if n % 2 else MAIL) for n in range(8)]
    assert sorted(at_once(8, lambda place: ask(cast.acme, people[place]))) == [""] + ["too_soon"] * 7
    with cast.acme.bound():
        assert SurveyContact.objects.values("invitation_id").distinct().count() == 1


@REAL_COMMITS
def test_people_who_share_two_addresses_crosswise_do_not_lock_each_other(cast: Cast) -> None:
    numbers = [NUMBER, "+13125550177"]
    people = [someone(cast.acme, sms=numbers[n % 2], email="") for n in range(8)]
    for n, owner in enumerate(people):
        with cast.acme.bound():
            keep_address(
                organization_id=cast.acme.organization.pk,
                partner_id=None,
                owner_id=owner,
                channel="phone",
                value=numbers[(n + 1) % 2],
                now=T0,
            )
    assert sorted(at_once(8, lambda place: ask(cast.acme, people[place]))) == [""] + ["too_soon"] * 7
