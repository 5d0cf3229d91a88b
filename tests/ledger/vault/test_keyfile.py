"""The key file: closed to others, never overwritten, replaced whole, told apart when broken."""

import os
from pathlib import Path

import pytest

from ledger.vault.errors import KeysUnusable
from ledger.vault.keyfile import create_keyring, key_path, load_keyring, replace_keyring
from ledger.vault.keys import Keyring, SeededKeyring


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the key file of a new installation goes."""
    return key_path(tmp_path, None)


def test_the_keyring_is_read_as_it_was_written(path: Path) -> None:
    keyring = Keyring.generate().rotated()

    create_keyring(path, keyring)

    read = load_keyring(path)
    assert read.masters == keyring.masters
    assert read.matching == keyring.matching
    assert not read.simulated


def test_the_keyring_of_a_simulation_is_read_as_one(path: Path) -> None:
    create_keyring(path, SeededKeyring(7))

    read = load_keyring(path)

    assert read.simulated
    assert read.masters == SeededKeyring(7).masters


def test_the_file_and_its_directory_are_closed_to_others(path: Path) -> None:
    before = os.umask(0)
    try:
        create_keyring(path, Keyring.generate())
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    first = Keyring.generate()
    create_keyring(path, first)

    with pytest.raises(KeysUnusable, match="exists"):
        create_keyring(path, Keyring.generate())

    assert load_keyring(path).masters == first.masters


def test_a_rotated_keyring_takes_the_place_of_the_old_one(path: Path) -> None:
    first = Keyring.generate()
    create_keyring(path, first)

    replace_keyring(path, first.rotated())

    assert load_keyring(path).masters[1:] == first.masters
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_replacement_cut_short_changes_nothing_and_is_named(path: Path) -> None:
    first = Keyring.generate()
    create_keyring(path, first)
    left = path.with_name(path.name + ".new")
    left.write_bytes(b"half")

    with pytest.raises(KeysUnusable, match=str(left)):
        replace_keyring(path, first.rotated())

    assert load_keyring(path).masters == first.masters


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_file_open_to_others_is_refused_with_the_command_that_mends_it(
    path: Path, mode: int
) -> None:
    create_keyring(path, Keyring.generate())
    path.chmod(mode)

    with pytest.raises(KeysUnusable) as refused:
        load_keyring(path)

    assert f"chmod 600 {path}" in str(refused.value)


def test_a_missing_file_is_told_from_a_damaged_one(path: Path) -> None:
    with pytest.raises(KeysUnusable, match="there is no key file"):
        load_keyring(path)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"form": 2}',
        b'{"form": 1, "masters": []}',
        b'{"form": 1, "masters": ["c2VjcmV0"], "matching": "c2VjcmV0"}',
        b'{"form": 1, "masters": ["not base64 secret"], "matching": ""}',
        b'{"form": 1, "masters": 5, "matching": 5}',
    ],
)
def test_a_damaged_file_is_refused_without_quoting_it(path: Path, text: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(text)
    path.chmod(0o600)

    with pytest.raises(KeysUnusable, match="damaged") as refused:
        load_keyring(path)

    assert "c2VjcmV0" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


@pytest.mark.skipif(os.geteuid() != 0, reason="does not apply: only root gives files away")
def test_the_file_of_another_user_is_refused(path: Path) -> None:
    create_keyring(path, Keyring.generate())
    os.chown(path, 12345, 12345)

    with pytest.raises(KeysUnusable, match="another user"):
        load_keyring(path)


def test_the_environment_may_name_a_file_elsewhere(tmp_path: Path) -> None:
    assert key_path(tmp_path, "/run/secrets/vault") == Path("/run/secrets/vault")
    assert key_path(tmp_path, "") == tmp_path / "keys" / "vault.keys"
