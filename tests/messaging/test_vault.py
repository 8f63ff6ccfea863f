"""The contact vault: sealed, findable, and useless without its keys."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from messaging import vault
from messaging.models import Address
from messaging.vault import VaultKeyMissing, fingerprint, open_sealed, seal
from tests.conftest import T0, Cast, House

NUMBER = "+1 (555) 010-0199"


@pytest.fixture(autouse=True)
def _fresh_keys() -> Iterator[None]:
    vault._fernet.cache_clear()
    yield
    vault._fernet.cache_clear()


def use(settings: Any, *keys: bytes) -> None:
    """Let the vault have these keys, newest first."""
    settings.VAULT_KEYS = [key.decode() for key in keys]
    vault._fernet.cache_clear()


def keep(house: House, value: str, *, channel: str = "phone") -> None:
    """Put an address of the first patient into the vault."""
    with house.bound():
        Address.keep(
            organization_id=house.organization.pk,
            partner_id=house.partners["north"].pk,
            owner_id=house.patients[0].answering.get().respondent_id,
            channel=channel,
            value=value,
            now=T0,
        )


def test_a_sealed_address_opens_to_what_it_was_and_shows_nothing() -> None:
    sealed = seal(NUMBER)
    assert open_sealed(sealed) == NUMBER
    assert b"555" not in sealed
    assert seal(NUMBER) != sealed


def test_an_older_key_still_opens_and_the_newest_one_seals(settings: Any) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    use(settings, old)
    sealed = seal(NUMBER)
    use(settings, new, old)
    assert open_sealed(sealed) == NUMBER
    fresh = seal(NUMBER)
    use(settings, new)
    assert open_sealed(fresh) == NUMBER
    with pytest.raises(VaultKeyMissing, match="VAULT_KEYS"):
        open_sealed(sealed)


def test_a_tampered_address_does_not_open() -> None:
    sealed = bytearray(seal(NUMBER))
    sealed[20] ^= 1
    with pytest.raises(VaultKeyMissing):
        open_sealed(bytes(sealed))


@pytest.mark.parametrize(
    ("channel", "one", "other"),
    [("phone", NUMBER, "+15550100199"), ("email", " Ann@Example.org", "ann@example.ORG ")],
)
def test_equal_addresses_have_equal_fingerprints(channel: str, one: str, other: str) -> None:
    assert fingerprint(channel, one) == fingerprint(channel, other)
    assert len(fingerprint(channel, one)) == 32


def test_a_fingerprint_depends_on_channel_value_and_key(settings: Any) -> None:
    first = fingerprint("phone", NUMBER)
    assert first != fingerprint("sms", NUMBER)
    assert first != fingerprint("phone", "+15550100198")
    settings.FINGERPRINT_KEY = "another key"
    assert first != fingerprint("phone", NUMBER)


def test_the_same_address_is_kept_once_and_the_table_never_holds_it(cast: Cast) -> None:
    keep(cast.acme, NUMBER)
    keep(cast.acme, "+15550100199")
    keep(cast.acme, "ann@example.org", channel="email")
    with cast.acme.bound():
        assert sorted(address.reveal() for address in Address.objects.all()) == [NUMBER, "ann@example.org"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(a::text || encode(sealed, 'escape'), ' ') FROM messaging_address a")
            (everything,) = cursor.fetchone()
    assert "5550100199" not in everything
    assert "ann@" not in everything


def test_a_partner_finds_its_own_addresses_only(cast: Cast) -> None:
    keep(cast.acme, NUMBER)
    with cast.acme.bound(cast.acme.partners["south"]):
        assert not Address.objects.exists()
    with cast.acme.bound(cast.acme.partners["north"]):
        assert bytes(Address.objects.get().fingerprint) == fingerprint("phone", NUMBER)
