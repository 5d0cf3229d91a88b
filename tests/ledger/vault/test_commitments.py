"""Commitments: made from salt and value, checked with nothing else."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.vault.commitments import base64url, commit, commitment_bytes, verify_opening

SALT = st.binary(min_size=32, max_size=32)


@given(salt=SALT, value=st.binary(max_size=100))
def test_a_commitment_is_the_hmac_that_the_standard_library_makes(
    salt: bytes, value: bytes
) -> None:
    assert commit(salt, value) == hmac.new(salt, value, hashlib.sha256).digest()


@given(salt=SALT, value=st.binary(max_size=100))
def test_an_opening_verifies(salt: bytes, value: bytes) -> None:
    assert verify_opening(commit(salt, value), salt, value)


@given(salt=SALT, other=SALT, value=st.binary(max_size=100))
def test_commitments_to_one_value_differ_by_their_salts(
    salt: bytes, other: bytes, value: bytes
) -> None:
    assert (commit(salt, value) == commit(other, value)) == (salt == other)


@given(salt=SALT, value=st.binary(max_size=100), other=st.binary(max_size=100))
def test_another_value_does_not_verify(salt: bytes, value: bytes, other: bytes) -> None:
    assert verify_opening(commit(salt, value), salt, other) == (value == other)


@given(data=SALT)
def test_a_commitment_is_read_as_it_is_spelled(data: bytes) -> None:
    assert base64url(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert commitment_bytes(base64url(data)) == data


@pytest.mark.parametrize("text", ["", "A" * 42, "A" * 44, "A" * 42 + "!", "A" * 39, "张" * 43])
def test_what_is_no_commitment_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match="43 characters") as refused:
        commitment_bytes(text)

    assert not text or text not in str(refused.value)
