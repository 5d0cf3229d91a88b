"""Signing keys exchanged and revoked while the log goes on, and what verifiers make of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import orjson
import pytest

from ledger.application.judging import judge
from ledger.application.key_keeping import KeyKeeping, KeyRefused
from ledger.application.running import open_ledger
from ledger.clock import SystemClock
from ledger.evidence.errors import Refuted
from ledger.evidence.keys import SoftwareSigner, verifier_of
from ledger.evidence.note import Note, sign
from ledger.evidence.policy import Policy
from ledger.evidence.promise import Promise, open_promise
from ledger.evidence.validity import KeyState, Outlived, Validity
from ledger.evidence.verifier.notes import believed, policy_of
from ledger.evidence.verifier.telling import Bad, Said
from ledger.ids import SystemIds
from ledger.integration.exporting import PROMISE_POLICY, published
from ledger.integration.key_lives import lives_in
from ledger.integration.log_keys import (
    PROMISES,
    PROMISING,
    LogKeys,
    algorithm_of,
    generated,
    policy_text,
    replace_log_keys,
)
from ledger.integration.place import KeysBusy, SigningPlace
from ledger.integration.trees import TREES, TWIN, WORLD, TreeKind
from ledger.integration.verifying import verify_live
from ledger.vault.keys import SeededKeyring
from tests.ledger.integration.logs import grow
from tests.ledger.integration.signing import KEYS, ORIGIN, note_of, place_in, publish
from tests.ledger.store.making import rows

KINDS = ("ed25519", "ml-dsa-44", "sm2-sm3")
AT = 1_800_000_000
T = TypeVar("T")


@asynccontextmanager
async def keeping(conninfo: str, place: SigningPlace) -> AsyncIterator[KeyKeeping]:
    clock = SystemClock()
    async with open_ledger(
        conninfo,
        keyring=SeededKeyring("test"),
        clock=clock,
        ids=SystemIds(clock),
        source=f"//{ORIGIN}",
    ) as ledger:
        yield KeyKeeping(ledger, place)


@dataclass
class Keys:
    """A log, its keys, and what is done to them, one thing after the other."""

    conninfo: str
    place: SigningPlace

    def do(self, what: Callable[[KeyKeeping], Awaitable[T]]) -> T:
        async def run() -> T:
            async with keeping(self.conninfo, self.place) as kept:
                return await what(kept)

        return asyncio.run(run())

    def grow(self, entries: int = 20) -> bytes:
        """Let the log grow and be signed; return the checkpoint."""
        grow(self.conninfo, entries)
        publish(self.conninfo, self.place.signer())
        return note_of(self.conninfo)

    def policy(self, tree: TreeKind = WORLD) -> str:
        """The policy as it would be handed to an auditor now."""
        keys = self.place.keys()
        return policy_text(keys.of(tree), lives=lives_in(self.conninfo, ORIGIN))

    def size(self) -> int:
        return self.place.signer().last(WORLD).size


@pytest.fixture
def keys(database: str, tmp_path: Path) -> Keys:
    made = Keys(database, place_in(tmp_path))
    made.grow()
    made.do(lambda kept: kept.introduce_all())
    made.grow()
    return made


def ids(note: bytes) -> set[str]:
    return {line.key_id.hex() for line in Note.parse(note).lines}


def key_id(signer: SoftwareSigner) -> str:
    return signer.key.key_id.hex()


def is_believed(policy: str, note: bytes) -> bool:
    """Ask both verifiers, which have to agree."""
    try:
        Policy.parse(policy.encode()).check(note)
        ours = True
    except Refuted:
        ours = False
    try:
        believed(note, policy_of(policy.encode()), Said(aloud=False))
        theirs = True
    except Bad:
        theirs = False
    assert ours == theirs
    return ours


def test_the_keys_of_a_new_log_are_on_record_once(keys: Keys) -> None:
    lives = lives_in(keys.conninfo, ORIGIN)
    assert set(lives) == {str(one.key) for one in KEYS.signing}
    assert set(lives.values()) == {Validity()}
    assert keys.do(lambda kept: kept.introduce_all()) == 0
    assert "#valid" not in keys.policy()


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
@pytest.mark.parametrize("kind", KINDS)
def test_during_the_overlap_both_keys_sign_and_afterwards_the_new_one_alone(
    keys: Keys, tree: TreeKind, kind: str
) -> None:
    olds = keys.place.keys().of_kind(tree, kind)
    if not olds:
        assert (tree, kind) == (TWIN, "ml-dsa-44")  # the twin has no such line
        return
    (old,) = olds
    before, held = keys.grow(), keys.policy(tree)
    note_before = note_of(keys.conninfo, tree)
    new = keys.do(lambda kept: kept.rotate(tree, kind))
    keys.grow()
    both = note_of(keys.conninfo, tree)
    assert ids(both) == ids(note_before) | {key_id(new)}
    during = keys.policy(tree)
    last = keys.do(lambda kept: kept.retire(key_id(old)))
    assert last == note_size(both)
    keys.grow()
    after, now = note_of(keys.conninfo, tree), keys.policy(tree)
    assert ids(after) == ids(both) - {key_id(old)}
    for policy in (held, during, now):
        assert is_believed(policy, both)
        assert is_believed(policy, note_before)
    assert is_believed(now, after)
    assert before
    # Whoever goes on to hold the key of before alone is told that it does not sign any more.
    alone = f"log {old.key}\nquorum none\n"
    assert is_believed(alone, both)
    assert not is_believed(alone, after)
    assert verify_live(keys.conninfo, Policy.parse(now.encode()), tree=tree).wrong is None


def note_size(note: bytes) -> int:
    return int(Note.parse(note).text.split("\n")[1])


def test_what_a_retired_key_signs_later_does_not_count(keys: Keys) -> None:
    (old,) = keys.place.keys().of_kind(WORLD, "ed25519")
    keys.do(lambda kept: kept.rotate(WORLD, "ed25519"))
    keys.grow()
    keys.do(lambda kept: kept.retire(key_id(old)))
    note = Note.parse(keys.grow())
    forged = bytes(sign(note.text, [old], AT))
    assert not is_believed(keys.policy(), forged)
    with pytest.raises(Outlived, match=r"retired"):
        Policy.parse(keys.policy().encode()).check(forged)


@pytest.mark.parametrize("kind", KINDS)
def test_a_revoked_key_is_replaced_and_its_later_signatures_are_refused_by_name(
    keys: Keys, kind: str
) -> None:
    (old,) = keys.place.keys().of_kind(WORLD, kind)
    good = keys.grow()
    last = keys.do(lambda kept: kept.revoke(key_id(old), "COMPROMISED", "X-1"))
    assert last == note_size(good)
    note = keys.grow()
    policy = keys.policy()
    assert ids(note) & ids(good) == ids(good) - {key_id(old)}
    assert len(ids(note)) == 3
    assert is_believed(policy, note)
    assert is_believed(policy, bytes(Note.parse(good).only([old.key])))
    forged = bytes(sign(Note.parse(note).text, [old], AT))
    assert not is_believed(policy, forged)
    with pytest.raises(Outlived) as refused:
        Policy.parse(policy.encode()).check(forged)
    assert (refused.value.state, refused.value.last) == (KeyState.REVOKED, last)
    assert key_id(old) in str(refused.value)


def test_a_key_is_revoked_back_to_where_it_was_last_in_good_hands(keys: Keys) -> None:
    (old,) = keys.place.keys().of_kind(WORLD, "ed25519")
    good, doubtful = keys.grow(), keys.grow()
    believed_to = note_size(good)
    with pytest.raises(KeyRefused):
        keys.do(lambda kept: kept.revoke(key_id(old), "LOST", last_size=10_000))
    assert keys.do(lambda kept: kept.revoke(key_id(old), "LOST", last_size=believed_to)) == (
        believed_to
    )
    policy = keys.policy()
    assert is_believed(policy, bytes(Note.parse(good).only([old.key])))
    assert not is_believed(policy, bytes(Note.parse(doubtful).only([old.key])))
    assert is_believed(policy, doubtful)  # the other two lines are good
    accepted = Policy.parse(policy.encode()).check(doubtful)
    assert [one.rpartition("+")[2] for one in accepted.outlived] == [key_id(old)]


def test_a_retired_key_can_still_be_revoked_and_none_twice(keys: Keys) -> None:
    (old,) = keys.place.keys().of_kind(WORLD, "ed25519")
    keys.do(lambda kept: kept.rotate(WORLD, "ed25519"))
    keys.grow()
    ended = keys.do(lambda kept: kept.retire(key_id(old)))
    assert keys.do(lambda kept: kept.revoke(key_id(old), "COMPROMISED")) == ended
    assert lives_in(keys.conninfo, ORIGIN)[str(old.key)].state is KeyState.REVOKED
    with pytest.raises(KeyRefused):
        keys.do(lambda kept: kept.revoke(key_id(old), "COMPROMISED"))
    with pytest.raises(KeyRefused):
        keys.do(lambda kept: kept.retire(key_id(old)))


def test_the_only_key_of_its_kind_is_not_retired(keys: Keys) -> None:
    for one in keys.place.keys().signing:
        with pytest.raises(KeyRefused, match="only"):
            keys.do(lambda kept, one=one: kept.retire(key_id(one)))  # type: ignore[misc]  # bound now
    with pytest.raises(KeyRefused, match="no signing key"):
        keys.do(lambda kept: kept.retire("00000000"))


def state(place: SigningPlace) -> tuple[set[str], set[str], set[str]]:
    held = place.keys()
    return (
        {key_id(one) for one in held.signing},
        {key_id(one) for one in held.pending},
        {key_id(one) for one in held.leaving},
    )


def test_whoever_was_interrupted_gives_the_same_command_again(keys: Keys) -> None:
    place = keys.place
    old_keys = place.keys()
    (old,) = old_keys.of_kind(WORLD, "ed25519")
    new = generated(ORIGIN, "ed25519")
    # Killed before the log spoke of the new key: it does not sign.
    replace_log_keys(place.key_file, old_keys.with_pending(new))
    assert key_id(new) not in ids(keys.grow())
    assert keys.do(lambda kept: kept.rotate(WORLD, "ed25519")).key == new.key
    # Killed after that, before it signs.
    replace_log_keys(place.key_file, old_keys.with_pending(new))
    assert keys.do(lambda kept: kept.rotate(WORLD, "ed25519")).key == new.key
    assert state(place)[1] == set()
    assert key_id(new) in ids(keys.grow())
    # Killed before the log spoke of the end of the old one: it signs no more.
    replace_log_keys(place.key_file, place.keys().with_leaving(old))
    assert key_id(old) not in ids(keys.grow())
    last = keys.do(lambda kept: kept.retire(key_id(old)))
    assert last == keys.size()
    assert state(place) == ({key_id(one) for one in place.keys().signing}, set(), set())
    lives = lives_in(keys.conninfo, ORIGIN)
    assert [life.state for life in lives.values()].count(KeyState.RETIRED) == 1


def test_two_do_not_exchange_keys_at_once(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with place.alone(), pytest.raises(KeysBusy), SigningPlace.below(tmp_path).alone():
        pass
    with place.alone():
        pass


def test_a_signer_that_runs_takes_up_new_keys_by_itself(keys: Keys) -> None:
    signer = keys.place.signer()
    new = keys.do(lambda kept: kept.rotate(WORLD, "sm2-sm3"))
    grow(keys.conninfo, 3)
    publish(keys.conninfo, signer)
    assert key_id(new) in ids(note_of(keys.conninfo))
    keys.place.key_file.write_text("damaged")
    grow(keys.conninfo, 3)
    publish(keys.conninfo, signer)  # it goes on with the keys that it has
    assert key_id(new) in ids(note_of(keys.conninfo))


def test_the_published_key_stays_one_that_every_tool_reads(keys: Keys) -> None:
    (old,) = keys.place.keys().of_kind(WORLD, "ed25519")
    new = keys.do(lambda kept: kept.rotate(WORLD, "ed25519"))
    keys.do(lambda kept: kept.retire(key_id(old)))
    first = keys.place.keys().of(WORLD)[0]
    assert (algorithm_of(first), key_id(first)) == ("ed25519", key_id(new))


def test_a_key_file_with_keys_on_their_way_is_written_and_read_back(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    one, two = (generated(ORIGIN, kind) for kind in ("ed25519", "sm2-sm3"))
    whole: LogKeys = KEYS.with_pending(one).with_pending(two).with_begun(two).with_leaving(two)
    replace_log_keys(place.key_file, whole)
    assert state(place) == (
        {key_id(signer) for signer in KEYS.signing},
        {key_id(one)},
        {key_id(two)},
    )
    assert place.key_file.stat().st_mode & 0o777 == 0o600


def promised(keys: Keys, position: int, *signers: SoftwareSigner) -> bytes:
    """A promise of an entry, signed with these keys, or with those of the moment."""
    leaf = rows(keys.conninfo)[position - 1].leaf
    word = Promise(ORIGIN, position - 1, leaf, AT * 1_000_000)
    return word.signed(*(signers or keys.place.keys().promising))


def names(keys: Keys) -> list[str]:
    """The ids of the keys that sign promises now."""
    return [key_id(one) for one in keys.place.keys().promising]


def opened_by(keys: Keys, note: bytes) -> Promise:
    """What whoever fetches the policy of promises now makes of one."""
    lives = lives_in(keys.conninfo, ORIGIN)
    policy = Policy.parse(published(keys.place.keys(), lives)[PROMISE_POLICY])
    return open_promise(note, policy.logs, policy.valid)


def judged(keys: Keys, note: bytes) -> str:
    """What the page of verification says of it, in English."""
    beside = published(keys.place.keys(), lives_in(keys.conninfo, ORIGIN))
    return "; ".join(en for _, _, en in judge(keys.conninfo, beside, note).told)


def test_promises_of_before_stay_good_when_their_key_is_exchanged(keys: Keys) -> None:
    (old,) = keys.place.keys().promising
    before, held = promised(keys, 5), [verifier_of(old.key)]
    new = keys.do(lambda kept: kept.rotate_promising())
    assert names(keys) == [key_id(old), key_id(new)]
    both = promised(keys, 6)
    assert ids(both) == {key_id(old), key_id(new)}
    assert open_promise(both, held).index == 5  # whoever holds the old key alone
    keys.grow()
    last = keys.do(lambda kept: kept.retire(key_id(old)))
    assert last == len(rows(keys.conninfo)) - 1  # all but the word about its end
    after = promised(keys, last + 1)
    assert ids(after) == {key_id(new)}
    for note in (before, both, after, promised(keys, last, old)):
        assert opened_by(keys, note).origin == ORIGIN
        assert "the promised entry stands" in judged(keys, note)
    with pytest.raises(Outlived, match="retired"):
        opened_by(keys, promised(keys, last + 1, old))
    assert f"counts for entries up to {last}" in judged(keys, promised(keys, last + 1, old))
    policy = keys.policy()
    assert is_believed(policy, keys.grow())
    assert key_id(new) not in policy


def test_a_stolen_key_of_promises_is_replaced_and_what_it_promises_later_is_nobodys_word(
    keys: Keys,
) -> None:
    (stolen,) = keys.place.keys().promising
    last = keys.do(lambda kept: kept.revoke(key_id(stolen), "COMPROMISED", "X-1", 12))
    assert last == 12
    (new,) = keys.place.keys().promising
    assert key_id(new) != key_id(stolen)
    assert opened_by(keys, promised(keys, 12, stolen)).index == 11
    with pytest.raises(Outlived, match="revoked"):
        opened_by(keys, promised(keys, 13, stolen))
    assert opened_by(keys, promised(keys, 13)).index == 12
    story = [row.body for row in rows(keys.conninfo) if "promise-key" in row.body]
    assert [orjson.loads(body)["type"] for body in story] == [
        "evidence.promise-key-introduced.v1",
        "evidence.promise-key-introduced.v1",
        "evidence.promise-key-revoked.v1",
    ]
    assert not any(one.secret().hex() in body for body in story for one in (stolen, new))


def test_whoever_was_interrupted_exchanging_the_key_of_promises_gives_the_command_again(
    keys: Keys,
) -> None:
    place = keys.place
    (old,) = place.keys().promising
    new = generated(ORIGIN + PROMISES, PROMISING)
    replace_log_keys(place.key_file, place.keys().with_pending(new))
    assert names(keys) == [key_id(old)]
    assert keys.do(lambda kept: kept.rotate_promising()).key == new.key
    replace_log_keys(place.key_file, place.keys().with_leaving(old))
    assert names(keys) == [key_id(new)]
    assert keys.do(lambda kept: kept.retire(key_id(old))) == len(rows(keys.conninfo)) - 1
    assert state(place)[1:] == (set(), set())
