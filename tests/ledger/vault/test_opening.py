"""Opening: masks for everybody, values for a recorded purpose, nothing without the record."""

import psycopg
import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.vault.commitments import base64url, commitment_bytes, verify_opening
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase, restrict
from ledger.vault.errors import OpeningRefused, SealBroken
from ledger.vault.keys import Keyring
from ledger.vault.opening import (
    OPENING_ROLES,
    TASK_ROLES,
    Access,
    Opened,
    Purpose,
    mask_many,
    open_values,
    restricted_values,
)
from tests.ledger.vault.keeping import (
    ANOTHER,
    NOON,
    SOMEBODY,
    Roster,
    Vault,
)

ID_NUMBER = "11010519491231002X"
CLERK = Caller(person=OfficialId(derived_id("test", "clerk")), role="COUNTY_CLERK")
AUDITOR = Caller(person=OfficialId(derived_id("test", "auditor")), role="AUDITOR")
CHECKING = Purpose("电话核查参训情况")
AUDITING = Purpose("专项审计", task="审计〔2024〕12号")


class Log:
    """Where access facts go; fails if it is told to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.facts: list[Access] = []
        self.fails = fails

    async def record(self, access: Access) -> None:
        """Keep an access fact."""
        if self.fails:
            raise OSError("the log is away")
        self.facts.append(access)


async def opened(
    vault: Vault,
    commitments: list[str],
    *,
    log: Log | None = None,
    caller: Caller = CLERK,
    purpose: Purpose = CHECKING,
) -> dict[str, Opened]:
    return await open_values(
        vault.connection,
        vault.data_keys,
        commitments,
        purpose=purpose,
        caller=caller,
        record=(log or Log()).record,
    )


async def test_what_is_sealed_opens_as_its_canonical_value(vault: Vault) -> None:
    person = await vault.person(name="张 三", id_number=ID_NUMBER.lower(), phone="138 0013 8000")
    assert person.id_number
    assert person.phone
    wanted = [person.name.commitment, person.id_number.commitment, person.phone.commitment]

    found = await opened(vault, wanted)

    assert [found[one].value for one in wanted] == ["张三", ID_NUMBER, "13800138000"]
    assert {one.owner for one in found.values()} == {SOMEBODY}
    assert [found[one].kind for one in wanted] == ["name", "id-number", "phone"]


async def test_an_outsider_can_check_what_was_opened(vault: Vault) -> None:
    person = await vault.person()

    shown = (await opened(vault, [person.name.commitment]))[person.name.commitment]

    commitment = commitment_bytes(person.name.spelled())
    assert verify_opening(commitment, shown.salt, shown.value.encode())
    assert not verify_opening(commitment, shown.salt, "李四".encode())


async def test_opening_leaves_a_fact_that_says_who_what_and_why(vault: Vault) -> None:
    log = Log()
    one = await vault.person(phone="13800138000")
    other = await vault.person(ANOTHER)
    assert one.phone

    await opened(vault, [one.phone.commitment, other.name.commitment], log=log)

    assert log.facts == [
        Access(
            caller=CLERK,
            purpose=CHECKING,
            owners=tuple(sorted((SOMEBODY, ANOTHER))),
            kinds=("name", "phone"),
            values=2,
        )
    ]


async def test_nothing_is_opened_when_the_fact_cannot_be_recorded(vault: Vault) -> None:
    person = await vault.person()

    with pytest.raises(OSError, match="away"):
        await opened(vault, [person.name.commitment], log=Log(fails=True))


async def test_nothing_is_given_out_before_the_fact_is_recorded(vault: Vault) -> None:
    person = await vault.person()
    order: list[str] = []

    async def record(_: Access) -> None:
        order.append("recorded")

    await open_values(
        vault.connection,
        vault.data_keys,
        [person.name.commitment],
        purpose=CHECKING,
        caller=CLERK,
        record=record,
    )
    order.append("opened")

    assert order == ["recorded", "opened"]


async def test_a_transaction_is_not_held_while_the_log_appends(database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database) as connection:
        vault = Vault(connection, DataKeys(Keyring.generate()))

        with pytest.raises(ValueError, match="autocommit"):
            await opened(vault, [])


@pytest.mark.parametrize("role", ["SYS_ADMIN", "SEC_ADMIN", "LOG_ADMIN", "RISK_OFFICER", "PUBLIC"])
async def test_roles_that_may_see_masks_only_open_nothing(vault: Vault, role: str) -> None:
    log, person = Log(), await vault.person()

    with pytest.raises(OpeningRefused):
        await opened(
            vault, [person.name.commitment], log=log, caller=Caller(person=CLERK.person, role=role)
        )

    assert not log.facts


@pytest.mark.parametrize("text", ["", "   ", "x"])
async def test_without_a_purpose_nothing_is_opened(vault: Vault, text: str) -> None:
    person = await vault.person()

    with pytest.raises(OpeningRefused):
        await opened(vault, [person.name.commitment], purpose=Purpose(text))


async def test_an_auditor_needs_a_task_number(vault: Vault) -> None:
    person = await vault.person()
    wanted = [person.name.commitment]

    with pytest.raises(OpeningRefused):
        await opened(vault, wanted, caller=AUDITOR, purpose=CHECKING)

    assert await opened(vault, wanted, caller=AUDITOR, purpose=AUDITING)


async def test_what_is_not_in_the_vault_is_absent_and_leaves_no_fact(vault: Vault) -> None:
    log = Log()
    unknown = "A" * 43

    assert await opened(vault, [unknown], log=log) == {}
    assert await mask_many(vault.connection, vault.data_keys, [unknown]) == {}
    assert await restricted_values(vault.connection, [unknown]) == {}
    assert not log.facts


async def test_a_page_of_values_is_masked_in_one_query(vault: Vault) -> None:
    person = await vault.person(name="欧阳娜娜", id_number=ID_NUMBER, phone="13800138000")
    roster = await vault.sealed(Roster, {"account": "6222021234567890", "remark": "他没来上课"})
    assert person.id_number
    assert person.phone
    assert roster.account
    assert roster.remark
    wanted = [person.name, person.id_number, person.phone, roster.account, roster.remark]

    masks = await mask_many(vault.connection, vault.data_keys, [one.commitment for one in wanted])

    assert [masks[one.commitment] for one in wanted] == [
        "欧***",
        "110105********002X",
        "*******8000",
        "****7890",
        "****",
    ]


async def test_masking_opens_what_another_process_sealed(vault: Vault) -> None:
    person = await vault.person()

    masks = await mask_many(
        vault.connection, DataKeys(vault.data_keys.keyring), [person.name.commitment]
    )

    assert masks == {person.name.commitment: "张*"}


async def test_folds_read_restricted_values_as_json(vault: Vault) -> None:
    person = await vault.person(category="STUDENT", match={"source": "PENSION", "months": 3})
    roster = await vault.sealed(
        Roster, {"attended": [{"enrolment_id": str(ANOTHER), "face_score": 9100}]}
    )
    assert person.category
    assert person.match
    score = roster.attended[0].face_score

    values = await restricted_values(
        vault.connection,
        [person.category.commitment, person.match.commitment, score.commitment],
    )

    assert values == {
        person.category.commitment: "STUDENT",
        person.match.commitment: {"source": "PENSION", "months": 3},
        score.commitment: 9100,
    }


async def test_restricted_values_are_not_opened_as_identity(vault: Vault) -> None:
    person = await vault.person(category="STUDENT")
    assert person.category

    assert await opened(vault, [person.category.commitment]) == {}


TAMPERINGS = {
    "a changed secret": "secret = set_byte(secret, 40, get_byte(secret, 40) # 1)",
    "a secret cut short": "secret = substring(secret from 1 for 20)",
    "another owner": f"owner = '{ANOTHER}'",
    "another kind": "kind = 'phone'",
    "another commitment": "commitment = set_byte(commitment, 31, get_byte(commitment, 31) # 1)",
}


@pytest.mark.parametrize("how", TAMPERINGS)
async def test_a_tampered_value_is_a_fault_and_not_a_value(vault: Vault, how: str) -> None:
    person = await vault.person()
    await vault.data_keys.of(vault.connection, [ANOTHER])
    statement = f"update vault.sealed set {TAMPERINGS[how]}"
    await vault.connection.execute(statement.encode())
    cursor = await vault.connection.execute("select commitment from vault.sealed")
    rows = await cursor.fetchall()
    wanted = [base64url(row[0]) for row in rows]
    assert person.name.commitment in wanted or how == "another commitment"

    log = Log()
    with pytest.raises(SealBroken):
        await opened(vault, wanted, log=log)
    with pytest.raises(SealBroken):
        await mask_many(vault.connection, vault.data_keys, wanted)
    assert not log.facts


async def test_a_changed_restricted_value_is_a_fault(vault: Vault) -> None:
    person = await vault.person(category="STUDENT")
    assert person.category
    await vault.connection.execute("update vault.restricted set value = '\"DISABLED\"'")

    with pytest.raises(SealBroken):
        await restricted_values(vault.connection, [person.category.commitment])


async def test_while_only_storage_is_allowed_all_is_hidden_but_to_audits(vault: Vault) -> None:
    person = await vault.person()
    wanted = [person.name.commitment]
    await restrict(vault.connection, vault.data_keys, [SOMEBODY], until=NOON.date())

    assert await mask_many(vault.connection, vault.data_keys, wanted) == {wanted[0]: "****"}
    with pytest.raises(OpeningRefused):
        await opened(vault, wanted)
    assert await opened(vault, wanted, caller=AUDITOR, purpose=AUDITING)


async def test_an_erased_value_is_absent(vault: Vault) -> None:
    person = await vault.person(category="STUDENT")
    assert person.category
    await erase(vault.connection, vault.data_keys, [SOMEBODY], at=NOON)

    assert await opened(vault, [person.name.commitment]) == {}
    assert await mask_many(vault.connection, vault.data_keys, [person.name.commitment]) == {}
    assert await restricted_values(vault.connection, [person.category.commitment]) == {}


def test_task_roles_are_opening_roles() -> None:
    assert TASK_ROLES <= OPENING_ROLES
