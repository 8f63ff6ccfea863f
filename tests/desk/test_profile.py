"""A person's own settings."""

from tests.conftest import Cast

MINE = "/accounts/profile/"


def test_a_person_saves_name_zone_and_keyboard(client, cast: Cast):
    user = cast.acme.members["agent"].user
    client.force_login(user)
    response = client.post(MINE, {"name": "Ana Ruiz", "time_zone": "America/Chicago"})
    assert response.url == MINE
    user.refresh_from_db()
    assert (user.name, user.time_zone, user.single_keys) == ("Ana Ruiz", "America/Chicago", False)
    assert "Your profile is saved." in client.get(MINE).content.decode()


def test_an_unknown_zone_is_refused_and_what_was_typed_stays(client, cast: Cast):
    user = cast.acme.members["agent"].user
    client.force_login(user)
    response = client.post(MINE, {"name": "Ana Ruiz", "time_zone": "Mars/Base"})
    assert response.status_code == 422
    assert "Ana Ruiz" in response.content.decode()
    user.refresh_from_db()
    assert user.name != "Ana Ruiz"


def test_times_on_staff_pages_are_the_readers(client, cast: Cast):
    user = cast.acme.members["agent"].user
    user.time_zone = "Asia/Tokyo"  # the cast's patients were enrolled on a Monday, 15:00 UTC: Tuesday there
    user.save()
    client.force_login(user)
    assert "3 Mar 2026" in client.get("/o/acme/patients/").content.decode()


def test_the_profile_asks_for_sign_in(client, db):
    assert client.get(MINE).url == f"/accounts/login/?next={MINE}"
