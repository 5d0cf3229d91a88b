"""Keys in an encrypted file, and a signer that never falls behind what it had signed."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.hashes import SHA256
from ledger.evidence.validity import KeyState, Validity
from ledger.integration import key_backup
from ledger.integration.key_backup import Backup, BackupUnusable, restore, restore_vault, taken
from ledger.integration.log_keys import generated, replace_log_keys
from ledger.integration.place import SigningPlace
from ledger.integration.signing import SignerRefuses
from ledger.integration.trees import TREES, TWIN, WORLD
from tests.ledger.integration.signing import ORIGIN, place_in
from tests.ledger.integration.test_signer import AT, head, proof

PASSPHRASE = "correct horse battery"
COST = key_backup.COST


@pytest.fixture(autouse=True)
def _guessed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost little: what is to be seen does not depend on how much it costs."""
    monkeypatch.setattr(key_backup, "COST", 2**12)


@pytest.fixture
def place(tmp_path: Path) -> SigningPlace:
    """A place whose signer has signed 10 entries, and the vault's keys beside it."""
    made = place_in(tmp_path / "home")
    made.signer().sign(WORLD, head(10), [], AT)
    vault_of(made).write_bytes(b"the vault's keys")
    return made


def vault_of(place: SigningPlace) -> Path:
    return place.key_file.with_name("vault.keys")


def elsewhere(tmp_path: Path) -> SigningPlace:
    return SigningPlace.below(tmp_path / "new")


def again(data: bytes) -> Backup:
    return Backup.opened(data, PASSPHRASE)


def test_what_is_backed_up_is_put_back_and_nothing_in_the_file_can_be_read(
    place: SigningPlace, tmp_path: Path
) -> None:
    data = taken(place, vault_of(place)).sealed(PASSPHRASE)
    assert b"PRIVATE" not in data
    assert b"vault's" not in data
    new = elsewhere(tmp_path)
    written = restore(again(data), new, vault_of(new))
    assert written == [new.key_file, vault_of(new)]
    assert new.key_file.read_bytes() == place.key_file.read_bytes()
    assert new.key_file.stat().st_mode & 0o777 == 0o600
    assert vault_of(new).read_bytes() == b"the vault's keys"
    assert restore(again(data), new, vault_of(new)) == []  # a second time changes nothing


def test_a_guess_at_a_passphrase_takes_128_mebibytes() -> None:
    assert 128 * 8 * COST == 128 * 2**20  # RFC 7914: 128 bytes times r times N


def test_two_backups_of_the_same_keys_have_nothing_in_common(place: SigningPlace) -> None:
    first, second = (orjson.loads(taken(place, None).sealed(PASSPHRASE)) for _ in range(2))
    assert all(first[name] != second[name] for name in ("salt", "nonce", "sealed"))
    assert again(orjson.dumps(first)).vault_keys is None


def changed(name: str, value: object) -> Callable[[bytes], bytes]:
    return lambda data: orjson.dumps(orjson.loads(data) | {name: value})


@pytest.mark.parametrize(
    "harm",
    [
        lambda _: b"",
        lambda _: b"[]",
        lambda data: data[:-40],
        changed("form", "another/v1"),
        changed("sealed", "AAAA"),
        changed("nonce", "AAAAAAAAAAAAAAAA"),
        changed("cost", 2**11),
        changed("cost", 2**40),
        changed("cost", 3),
        changed("more", 1),
    ],
    ids=["empty", "a list", "cut", "form", "sealed", "nonce", "cheaper", "dear", "odd", "more"],
)
def test_a_backup_that_was_changed_does_not_open(
    place: SigningPlace, harm: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(BackupUnusable):
        again(harm(taken(place, None).sealed(PASSPHRASE)))


def test_another_passphrase_does_not_open_it_and_a_short_one_is_refused(
    place: SigningPlace,
) -> None:
    data = taken(place, None).sealed(PASSPHRASE)
    with pytest.raises(BackupUnusable, match="another passphrase"):
        Backup.opened(data, PASSPHRASE + " ")
    with pytest.raises(BackupUnusable, match="12"):
        taken(place, None).sealed("short")


def test_other_keys_that_are_there_are_kept(place: SigningPlace, tmp_path: Path) -> None:
    backup = taken(place, vault_of(place))
    new = elsewhere(tmp_path)
    new.key_file.parent.mkdir(parents=True)
    for path in (new.key_file, vault_of(new)):
        path.write_bytes(b"other keys")
        with pytest.raises(BackupUnusable, match="kept"):
            restore(backup, new, vault_of(new))
        assert path.read_bytes() == b"other keys"
        path.unlink()
    assert not new.key_file.exists()
    assert not new.memory.exists()


def test_a_restored_signer_signs_nothing_until_it_is_told_and_nothing_older_than_the_backup(
    place: SigningPlace, tmp_path: Path
) -> None:
    older = place.signer()
    notes = {size: older.sign(WORLD, head(size), proof(10, size), AT) for size in (10,)}
    backup = taken(place, None)
    # More was signed after the backup.
    notes[30] = place.signer().sign(WORLD, head(30), proof(10, 30), AT)
    before = SigningPlace.below(tmp_path / "before")
    before.prepare(place.keys())
    notes[5] = before.signer().sign(WORLD, head(5), [], AT)
    fork = SigningPlace.below(tmp_path / "fork")
    fork.prepare(place.keys())
    other_ten = Checkpoint(ORIGIN, 10, SHA256.leaf(b"another history"))
    forked = fork.signer().sign(WORLD, other_ten, [], AT)

    new = elsewhere(tmp_path)
    restore(backup, new, vault_of(new))
    signer = new.signer()
    with pytest.raises(SignerRefuses):
        signer.sign(WORLD, head(40), proof(30, 40), AT)
    with pytest.raises(SignerRefuses, match="older"):
        signer.adopt(notes[5])
    with pytest.raises(SignerRefuses, match="other head"):
        signer.adopt(forked)
    with pytest.raises(SignerRefuses):
        signer.sign(WORLD, head(40), proof(30, 40), AT)
    assert signer.adopt(notes[30]) == head(30)
    assert signer.sign(WORLD, head(40), proof(30, 40), AT)


def test_where_the_signer_remembers_it_is_left_as_it_is_unless_it_fell_behind(
    place: SigningPlace, tmp_path: Path
) -> None:
    backup = taken(place, None)
    place.signer().sign(WORLD, head(30), proof(10, 30), AT)
    place.key_file.unlink()
    restore(backup, place, vault_of(place))
    assert place.signer().last(WORLD) == head(30)
    assert place.signer().sign(WORLD, head(40), proof(30, 40), AT)

    rolled_back = SigningPlace.below(tmp_path / "rolled back")
    rolled_back.prepare(place.keys())
    rolled_back.key_file.unlink()
    with pytest.raises(SignerRefuses, match="10"):
        restore(backup, rolled_back, vault_of(rolled_back))
    assert not rolled_back.key_file.exists()
    assert {rolled_back.signer_of(place.keys()).last(tree).size for tree in TREES} == {0}


def test_a_key_whose_service_ended_after_the_backup_is_not_put_back(
    place: SigningPlace, tmp_path: Path
) -> None:
    (old,) = place.keys().of_kind(WORLD, "ed25519")
    new = generated(ORIGIN, "ed25519")
    replace_log_keys(place.key_file, place.keys().with_pending(new).with_begun(new))
    backup = taken(place, None)
    restored = elsewhere(tmp_path)
    lives = {str(old.key): Validity(0, 10, KeyState.REVOKED)}
    restore(backup, restored, vault_of(restored), lives)
    kept = {str(one.key) for one in restored.keys().signers}
    assert str(new.key) in kept
    assert str(old.key) not in kept

    both = {**lives, str(new.key): Validity(5, 20, KeyState.RETIRED)}
    with pytest.raises(BackupUnusable, match="exchanged"):
        restore(backup, SigningPlace.below(tmp_path / "third"), tmp_path / "v", both)


def test_the_vaults_keys_can_be_put_back_alone(place: SigningPlace, tmp_path: Path) -> None:
    backup = taken(place, vault_of(place))
    assert restore_vault(backup, tmp_path / "there/vault.keys") == [tmp_path / "there/vault.keys"]
    with pytest.raises(BackupUnusable):
        restore_vault(taken(place, None), tmp_path / "elsewhere/vault.keys")


def test_a_signer_that_lost_its_memory_is_not_backed_up_as_if_it_were_whole(
    place: SigningPlace,
) -> None:
    (place.memory / f"{TWIN.name}.signed").unlink()
    with pytest.raises(SignerRefuses):
        taken(place, None)
