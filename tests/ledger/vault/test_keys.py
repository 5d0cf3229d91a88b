"""The keyring: what is derived, what is for ever, what can be rotated."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.vault.errors import KeysUnusable, SealBroken
from ledger.vault.keys import KEY_BYTES, Keyring, SeededKeyring
from tests.aggregates.people import id_numbers
from tests.ledger.vault.keeping import ANOTHER, SOMEBODY

DATA_KEY = bytes(range(KEY_BYTES))
KEYRING = Keyring.generate()


def test_a_wrapped_key_unwraps_for_its_owner() -> None:
    assert KEYRING.unwrap(SOMEBODY, KEYRING.wrap(SOMEBODY, DATA_KEY)) == DATA_KEY


def test_a_wrapped_key_does_not_unwrap_for_somebody_else() -> None:
    with pytest.raises(SealBroken):
        KEYRING.unwrap(ANOTHER, KEYRING.wrap(SOMEBODY, DATA_KEY))


@given(at=st.integers(8, 67), flip=st.integers(1, 255))
def test_a_changed_wrapping_does_not_unwrap(at: int, flip: int) -> None:
    wrapped = bytearray(KEYRING.wrap(SOMEBODY, DATA_KEY))
    wrapped[at] ^= flip

    with pytest.raises(SealBroken):
        KEYRING.unwrap(SOMEBODY, bytes(wrapped))


def test_a_wrapping_cut_short_does_not_unwrap() -> None:
    with pytest.raises(SealBroken):
        KEYRING.unwrap(SOMEBODY, KEYRING.wrap(SOMEBODY, DATA_KEY)[:-1])


def test_a_wrapping_under_an_unknown_master_key_says_so() -> None:
    with pytest.raises(KeysUnusable, match="master key"):
        Keyring.generate().unwrap(SOMEBODY, KEYRING.wrap(SOMEBODY, DATA_KEY))


def test_a_rotated_keyring_unwraps_old_wrappings_and_wraps_anew() -> None:
    old = KEYRING.wrap(SOMEBODY, DATA_KEY)
    rotated = KEYRING.rotated()
    new = rotated.wrap(SOMEBODY, DATA_KEY)

    assert rotated.unwrap(SOMEBODY, old) == rotated.unwrap(SOMEBODY, new) == DATA_KEY
    assert not rotated.is_current(old)
    assert rotated.is_current(new)
    assert rotated.without_old_masters().unwrap(SOMEBODY, new) == DATA_KEY
    with pytest.raises(KeysUnusable):
        rotated.without_old_masters().unwrap(SOMEBODY, old)


@given(number=id_numbers())
def test_rotation_makes_a_stranger_of_nobody(number: str) -> None:
    rotated = KEYRING.rotated()

    assert rotated.pseudonym(number) == KEYRING.pseudonym(number)
    assert rotated.token("phone", b"1") == KEYRING.token("phone", b"1")
    assert rotated.keyed_digest(b"1") == KEYRING.keyed_digest(b"1")


@given(number=id_numbers())
def test_a_pseudonym_is_a_version_8_uuid_that_needs_the_key(number: str) -> None:
    made = KEYRING.pseudonym(number)

    assert made.version == 8
    assert made.variant == UUID(int=0x8000_0000_0000_0000).variant
    assert made != Keyring.generate().pseudonym(number)
    assert made != SeededKeyring(1).pseudonym(number)


@given(one=st.binary(max_size=20), other=st.binary(max_size=20))
def test_tokens_are_equal_exactly_where_the_values_are(one: bytes, other: bytes) -> None:
    assert (KEYRING.token("phone", one) == KEYRING.token("phone", other)) == (one == other)


def test_the_same_text_has_another_token_as_another_kind() -> None:
    assert KEYRING.token("phone", b"13800138000") != KEYRING.token("account", b"13800138000")
    assert KEYRING.token("a", b"b\0c") != KEYRING.keyed_digest(b"b\0c")


def test_salts_of_an_installation_never_come_twice() -> None:
    salts = KEYRING.salts("the same")
    again = KEYRING.salts("the same")

    drawn = [salts() for _ in range(100)] + [again() for _ in range(100)]

    assert len(set(drawn)) == 200
    assert {len(salt) for salt in drawn} == {32}


def test_a_seed_gives_the_pseudonym_that_openssl_computes() -> None:
    """Three times ``openssl dgst -sha256 -mac HMAC``: root, matching key, token."""
    made = SeededKeyring(7).pseudonym("11010519491231002X")

    assert made == UUID("8b782825-d91f-8cd2-bc00-92764450c19e")


def test_a_seed_gives_the_same_keys_and_salts_everywhere() -> None:
    one, same, other = SeededKeyring(7), SeededKeyring("7"), SeededKeyring(8)

    assert one.masters == same.masters != other.masters
    assert one.pseudonym("11010519491231002X") == same.pseudonym("11010519491231002X")
    assert one.new_data_key(SOMEBODY) == same.new_data_key(SOMEBODY) != one.new_data_key(ANOTHER)
    assert one.wrap(SOMEBODY, DATA_KEY) == same.wrap(SOMEBODY, DATA_KEY)
    salts, again, elsewhere = one.salts("a"), same.salts("a"), one.salts("b")
    drawn = [salts() for _ in range(3)]
    assert drawn == [again() for _ in range(3)]
    assert not set(drawn) & {elsewhere() for _ in range(3)}


def test_a_seeded_keyring_says_that_it_is_a_simulation() -> None:
    assert SeededKeyring(7).simulated
    assert not Keyring.generate().simulated
    with pytest.raises(KeysUnusable):
        SeededKeyring(7).rotated()


@pytest.mark.parametrize("masters", [[], [b"short"]])
def test_a_keyring_without_whole_keys_is_refused(masters: list[bytes]) -> None:
    with pytest.raises(KeysUnusable):
        Keyring(masters, matching=bytes(KEY_BYTES))


def test_a_keyring_shows_no_key() -> None:
    shown = repr(KEYRING)

    for key in (*KEYRING.masters, KEYRING.matching):
        assert key.hex() not in shown
        assert repr(key) not in shown
