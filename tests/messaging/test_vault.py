"""The contact vault: sealed, findable, and useless without its keys."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from messaging import vault
from messaging.models import Address, Inbound, Message
from messaging.services import (
    addresses_of,
    erase_addresses,
    erase_texts,
    keep_address,
    reveal,
    revealed,
    take_inbound,
)
from messaging.vault import VaultKeyMissing, fingerprint, open_sealed, seal
from tenants.models.audit import AuditEntry
from tests.conftest import T0, Cast, House
from tests.messaging.people import someone, write_to

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


def test_one_number_has_one_fingerprint_which_depends_on_value_and_key(settings: Any) -> None:
    first = fingerprint("phone", NUMBER)
    assert first == fingerprint("sms", NUMBER)
    assert first != fingerprint("email", NUMBER)
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


# --- showing and erasing ---


def test_a_reveal_is_recorded_audited_and_over_after_ten_minutes(cast: Cast) -> None:
    keep(cast.acme, NUMBER)
    by, other = cast.acme.members["agent"], cast.acme.members["supervisor"]
    with cast.acme.bound():
        owner = Address.objects.get().owner_id
        assert revealed(owner_id=owner, by=by, now=T0) is None
        row = reveal(
            organization_id=cast.acme.organization.pk,
            partner_id=cast.acme.partners["north"].pk,
            owner_id=owner,
            subject_id=uuid4(),
            by=by,
            reason=" calling back ",
            now=T0,
        )
        assert (row.until, row.reason) == (T0 + timedelta(minutes=10), "calling back")
        assert revealed(owner_id=owner, by=by, now=T0 + timedelta(minutes=9, seconds=59)) == row
        assert revealed(owner_id=owner, by=by, now=T0 + timedelta(minutes=10)) is None
        assert revealed(owner_id=owner, by=other, now=T0) is None
        entry = AuditEntry.objects.get(action="messaging.address.revealed")
        assert (entry.actor, entry.target_id, entry.changes["owner_id"]) == (by, row.pk, str(owner))
        assert "555" not in str(entry.changes)
        with pytest.raises(ValueError, match="reason"):
            reveal(
                organization_id=cast.acme.organization.pk,
                partner_id=None,
                owner_id=owner,
                subject_id=None,
                by=by,
                reason=" ",
                now=T0,
            )


def test_erasing_leaves_that_something_was_sent_and_not_where_to(cast: Cast) -> None:
    owner = someone(cast.acme)
    message = write_to(cast.acme, owner)
    with cast.acme.bound():
        assert len(addresses_of(owner)) == 2
        assert erase_addresses(owner_id=owner, now=T0) == 2
        assert erase_addresses(owner_id=owner, now=T0) == 0
        assert addresses_of(owner) == []
        row = Message.objects.get(pk=message.pk)
        assert (row.state, row.last_error, row.address_id) == ("dropped", "erased", None)
        assert bytes(row.fingerprint or b"") == fingerprint("sms", "+13125550142")


def test_the_words_of_texts_are_erased_and_the_rest_stays(cast: Cast) -> None:
    owner = someone(cast.acme)
    write_to(cast.acme, owner)
    take_inbound(number="+13125550142", text="dizzy, Ann", provider_id="SM1", now=T0)
    with cast.acme.bound():
        assert [erase_texts(owner_id=owner, now=T0) for _ in range(2)] == [1, 0]
        row = Inbound.objects.get()
        assert (row.text, row.erased_at, row.received_at) == ("", T0, T0)


@pytest.mark.parametrize(
    ("typed", "region", "kept"),
    [
        ("(312) 555-0142", "US", "+13125550142"),
        ("312.555.0142", "US", "+13125550142"),
        ("+34 600 12 34 56", "US", "+34600123456"),
        ("600 123 456", "ES", "+34600123456"),
        ("call me", "US", "call me"),
    ],
)
def test_a_number_is_kept_and_found_in_one_form(cast: Cast, typed: str, region: str, kept: str) -> None:
    with cast.acme.bound():
        for value in (typed, f" {typed} ", kept):
            address = keep_address(
                organization_id=cast.acme.organization.pk,
                partner_id=None,
                owner_id=cast.acme.program.pk,
                channel="sms",
                value=value,
                now=T0,
                region=region,
            )
        assert Address.objects.get() == address
        assert address.reveal() == kept
    assert fingerprint("sms", typed, region=region) == fingerprint("phone", kept)
