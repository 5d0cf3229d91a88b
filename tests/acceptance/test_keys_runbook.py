"""The runbook of keys, as it stands: every command of it is run, in its order."""

import re
import shutil
from pathlib import Path

import orjson
import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.evidence.errors import Refuted
from ledger.evidence.note import Note, Signer, sign
from ledger.evidence.policy import Policy
from ledger.evidence.promise import Promise, open_promise
from ledger.integration.catching_up import catch_up
from ledger.integration.log_keys import PROMISES, parsed
from ledger.integration.place import SigningPlace
from ledger.integration.trees import TWIN
from tests.acceptance.runbooks import Operator, headings, sections
from tests.acceptance.serving import Installation
from tests.ledger.integration.signing import note_of

PAGE = "keys.md"
AT = 1_800_000_000


class Keeper(Operator):
    """Whoever keeps the keys."""

    @property
    def place(self) -> SigningPlace:
        return SigningPlace.below(self.installation.home)

    def signed(self) -> bytes:
        """Have what was appended signed, and return the checkpoint."""
        assert catch_up(self.installation.database, self.place, SystemClock())
        return note_of(self.installation.database)

    def policy(self) -> Policy:
        return Policy.parse((self.desk / "policy").read_bytes())


@pytest.fixture
def operator(database: str, tmp_path: Path) -> Keeper:
    installation = Installation(tmp_path / "home", database)
    installation.run("init")
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "passphrase").write_text("twelve characters and more\n")
    made = Keeper(installation, desk)
    made.signed()
    return made


def test_every_command_of_the_page_does_what_the_page_says(operator: Keeper) -> None:
    page, desk = sections(PAGE), operator.desk
    told = operator.types(*page.pop("See them"))
    assert len(told.splitlines()) == len(operator.place.keys().signing)
    held, first = operator.policy(), operator.signed()
    assert held.check(first).signed.signed

    told = operator.types(*page.pop("Back up"))
    assert orjson.loads(told[: told.index("}") + 1])["sha256"] in told.splitlines()[-1]

    bring_in, end = page.pop("Rotate")
    old = operator.place.keys().signers[0]
    operator.types(bring_in)
    both = operator.signed()
    assert held.check(both).signed.signed
    assert operator.policy().check(both).signed.signed
    operator.types(bring_in.splitlines()[0].replace("head -n 1", f"grep {_id(old)}"), end)
    after = operator.signed()
    assert operator.policy().check(after).signed.signed
    assert _id(old) not in {line.key_id.hex() for line in Note.parse(after).lines}

    _exchange_promising(operator, *page.pop("The key of promises"))

    revoke, at_the_witness = page.pop("Revoke")
    _witness(operator)
    stolen = operator.place.keys().signers[0]
    operator.types(revoke, at_the_witness)
    last = operator.signed()
    assert operator.policy().check(last).signed.signed
    with pytest.raises(Refuted, match=_id(stolen)):
        operator.policy().check(bytes(sign(Note.parse(last).text, [stolen], AT)))

    (desk / "checkpoint").write_bytes(last)
    (desk / "checkpoint.sm3").write_bytes(note_of(operator.installation.database, TWIN))
    before = operator.place.key_file.read_bytes()
    for lost in ("keys", "signer"):  # the machine is gone; the database was restored
        shutil.rmtree(operator.installation.home / lost)
    operator.types(*page.pop("Restore"))
    assert operator.place.key_file.read_bytes() == before
    operator.installation.run("token", "create", "zhou", "--role", "AUDITOR")
    assert operator.signed()

    masters = orjson.loads(operator.types(*page.pop("The vault's master key")).split("}")[0] + "}")
    assert masters["masters"] == 2
    kept = orjson.loads((operator.installation.home / "keys/vault.keys").read_bytes())
    assert len(kept["masters"]) == 1
    assert page == {}
    assert operator.installation.run("verify").returncode == 0
    assert _told(operator) == {
        "evidence.promise-key-introduced.v1": 2,
        "evidence.promise-key-retired.v1": 1,
        "evidence.signing-key-introduced.v1": 7,
        "evidence.signing-key-retired.v1": 1,
        "evidence.signing-key-revoked.v1": 1,
        "evidence.signing-keys-backed-up.v1": 5,
    }
    assert parsed(before) is not None


def _exchange_promising(operator: Keeper, bring_in: str, end: str) -> None:
    """Exchange the key of promises as the page says; what the old one promised stays good."""
    promising = operator.place.keys().promising[0]
    operator.types(bring_in, end)
    assert promising.key not in [one.key for one in operator.place.keys().promising]
    policy = Policy.parse((operator.desk / "promise.policy").read_bytes())
    promise = Promise(promising.key.name.removesuffix(PROMISES), 0, b"\0" * 32, AT)
    assert open_promise(promise.signed(promising), policy.logs, policy.valid) == promise


def _id(signer: Signer) -> str:
    return signer.key.key_id.hex()


def _witness(operator: Keeper) -> None:
    """A witness that knows the log by its key of now."""
    key = operator.place.keys().signers[0].key
    operator.types(
        "export MINGZHANG_HOME=witness-home",
        "mingzhang witness init sjj.example/w1",
        f"mingzhang witness add-log {key.name} {key}",
    )


def _told(operator: Keeper) -> dict[str, int]:
    """How many facts the log holds about keys."""
    asked = (
        "select type, count(*) from ledger.entry where type like 'evidence.%-key%'"
        " group by type order by type"
    )
    with psycopg.connect(operator.installation.database) as connection:
        return dict(connection.execute(asked).fetchall())


def test_the_page_says_the_same_in_both_languages_and_leaves_nothing_out() -> None:
    for heading in headings(PAGE):
        assert re.search(r"[\u4e00-\u9fff]+ · [A-Z]", heading)
    told = "\n".join(block for blocks in sections(PAGE).values() for block in blocks)
    for command in ("list", "rotate", "retire", "revoke", "backup", "restore"):
        assert f"evidence keys {command}" in told
