"""From a command to the log and back: entries prove, the vault opens, nothing lies open."""

from collections.abc import Sequence

import msgspec
import orjson

from aggregates.ids import derived_id
from aggregates.sealed import Sealed
from ledger.clock import SimulatedClock
from ledger.entry import Draft, Envelope, draft
from ledger.rows import VaultRows
from ledger.store.append import Log
from ledger.store.requests import Append
from ledger.vault.commitments import commitment_bytes, verify_opening
from ledger.vault.erasing import erase
from ledger.vault.opening import mask_many, restricted_values
from ledger.vault.sealed_facts import read_sealed, reader_key, seal_fact
from ledger.vault.sealing import vault_rows
from tests.ledger.vault.keeping import NOON, SOMEBODY, Person, Vault
from tests.ledger.vault.leaks import Leaks

NAME, ID_NUMBER = "司马相如", "11010519491231002X"
PERSON = {
    "person_id": str(SOMEBODY),
    "name": NAME,
    "id_number": ID_NUMBER,
    "category": "DISABLED",
}
STREAM = derived_id("test trainee", 1)
SUSPECT = derived_id("test suspect", 1)


def spell(value: object) -> str:
    assert isinstance(value, Sealed)
    return value.spelled()


def drafted(stream: str, data: object) -> Draft:
    prefix = stream.partition("/")[0]
    envelope = Envelope(
        stream=stream,
        version=1,
        type=f"{prefix}.recorded.v1",
        source="example.org/test",
        actor="",
        actorrole="",
        actororg="",
        county="",
        channel="",
        regime="",
        policy="",
    )
    return draft(envelope, msgspec.to_builtins(data, enc_hook=spell))


async def appended(database: str, drafts: Sequence[Draft], rows: VaultRows) -> None:
    log = Log(database, SimulatedClock(NOON))
    await log.start()
    try:
        await log.append(Append(drafts=tuple(drafts), vault=rows))
    finally:
        await log.stop()


async def bodies(vault: Vault) -> list[str]:
    cursor = await vault.connection.execute("select body from ledger.entry order by position")
    return [body for (body,) in await cursor.fetchall()]


async def test_an_appended_entry_is_opened_shown_and_proven_until_its_person_is_erased(
    vault: Vault, database: str
) -> None:
    sealer = vault.sealer()
    person = msgspec.convert(PERSON, Person, dec_hook=sealer.hook)
    placed = sealer.placed(person, STREAM)
    rows = await vault_rows(vault.connection, vault.data_keys, placed)

    await appended(database, [drafted(f"trainee/{STREAM}", person)], rows)

    before = await bodies(vault)
    data = orjson.loads(before[-1])["data"]
    category = await restricted_values(vault.connection, [data["category"]])
    assert await mask_many(vault.connection, vault.data_keys, [data["name"]]) == {
        data["name"]: "司***"
    }
    assert category == {data["category"]: "DISABLED"}
    leaks = Leaks([NAME, ID_NUMBER, "DISABLED"])
    assert not await leaks.in_database(vault.connection, schemas=("ledger", "public"))

    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert await bodies(vault) == before
    assert await mask_many(vault.connection, vault.data_keys, [data["name"]]) == {}
    shown = next(one for one in placed if one.kind == "name")
    assert verify_opening(commitment_bytes(data["name"]), shown.salt, NAME.encode())


async def test_the_log_says_nothing_of_a_sealed_fact_but_that_there_is_one(
    vault: Vault, database: str
) -> None:
    body = orjson.dumps({"rule_id": "RI-27", "about": str(SUSPECT)})
    sealed = seal_fact(
        await reader_key(vault.connection, vault.data_keys, "DISCIPLINE"),
        body,
        reader="DISCIPLINE",
        stream_id=derived_id("test sealed", 1),
        salt=vault.data_keys.keyring.salts("test")(),
        links=[("person", SUSPECT)],
    )

    entry = drafted(sealed.stream, {"commitment": sealed.commitment})
    await appended(database, [entry], sealed.rows)

    assert not await Leaks([str(SUSPECT), body.decode()]).in_database(vault.connection)
    read = await read_sealed(
        vault.connection, vault.data_keys, reader="DISCIPLINE", streams=[sealed.stream]
    )
    assert read[sealed.stream].body == body
    data = orjson.loads((await bodies(vault))[-1])["data"]
    assert verify_opening(commitment_bytes(data["commitment"]), read[sealed.stream].salt, body)
