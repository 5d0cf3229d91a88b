import asyncio
from typing import Any
from uuid import UUID

import orjson
import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.application.answers import Ask, Checked, Recorded, Refusal, Superseded
from ledger.application.parsing import BadInput
from ledger.application.running import Ledger
from ledger.security.authority import Denied
from ledger.store.failures import KeyMismatch
from tests.ledger.vault.leaks import Leaks

COUNTY = "371502"
NAME, NUMBER, PHONE = "欧阳明远", "371502199003070035", "13800138000"


def caller(role: str, who: str = "somebody") -> Caller:
    return Caller(person=OfficialId(derived_id("account", who)), role=role)


def instructor(**more: object) -> dict[str, Any]:
    return {"name": NAME, "id_number": NUMBER, "county_code": COUNTY, "qualifications": []} | more


def institution(number: int) -> dict[str, Any]:
    account = {"bank": "聊城银行", "account": "6222020000000000000", "holder": "明账学校"}
    return {
        "institution_id": str(derived_id("body", number)),
        "uscc": "91371500MA3C4D5E6" + check_of("91371500MA3C4D5E6"),
        "name": "明账职业培训学校",
        "kind": "TRAINING_ORG",
        "legal_rep": NAME,
        "licence_no": "371500123",
        "county_code": COUNTY,
        "address": "东昌府区",
        "contact": NAME,
        "phone": PHONE,
        "basic_account": account,
    }


def check_of(first17: str) -> str:
    """Return the check character of GB 32100."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(c) * pow(3, n, 31) for n, c in enumerate(first17))
    return letters[-total % 31]


async def bodies(ledger: Ledger) -> list[dict[str, Any]]:
    async with ledger.pool.connection() as connection:
        rows = await (
            await connection.execute("select body from ledger.entry order by position")
        ).fetchall()
    return [orjson.loads(body) for (body,) in rows]


def aggregate(month: str = "2027-01") -> Ask:
    data = {"level": "CITY", "county_code": "371500", "month": month, "channel": "WEBSITE"}
    data |= {"url": "https://hrss.example.cn/plan", "content_sha256": "0" * 64}
    return Ask("publish-monthly-plan", data)


async def test_a_refused_command_is_recorded_with_its_rules_and_without_its_payload(
    ledger: Ledger,
) -> None:
    data = {"level": "COUNTY", "county_code": COUNTY, "month": "2027-01", "channel": "WEBSITE"}
    data |= {"url": "https://hrss.example.cn/plan", "content_sha256": "0" * 64}

    answer = await ledger.door.act(Ask("publish-monthly-plan", data), caller("COUNTY_HR"))

    assert isinstance(answer, Refusal)
    last = (await bodies(ledger))[-1]
    assert last["type"] == "access.command-refused.v1"
    assert [one["rule_id"] for one in last["data"]["reasons"]] == [
        broken.rule for broken in answer.broken
    ]
    assert "hrss.example.cn" not in orjson.dumps(last).decode()


async def test_asking_beforehand_records_nothing(ledger: Ledger) -> None:
    before = len(await bodies(ledger))

    answer = await ledger.door.check(aggregate(), caller("CITY_HR"))

    assert isinstance(answer, Checked | Refusal)
    assert len(await bodies(ledger)) == before


async def test_the_same_key_and_body_get_the_same_answer_and_one_entry(ledger: Ledger) -> None:
    data = {"instructor_id": str(derived_id("i", 1))} | instructor()
    ask = Ask("register-instructor", data, key="k-1")

    first = await ledger.door.act(ask, caller("COUNTY_CLERK"))
    count = len(await bodies(ledger))
    again = await ledger.door.act(ask, caller("COUNTY_CLERK"))

    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert again.repeated
    assert (again.entries, again.first, again.time) == (first.entries, first.first, first.time)
    assert len(await bodies(ledger)) == count


async def test_the_same_key_with_another_body_is_refused_clearly(ledger: Ledger) -> None:
    one = {"instructor_id": str(derived_id("i", 1))} | instructor()
    other = {"instructor_id": str(derived_id("i", 2))} | instructor()
    await ledger.door.act(Ask("register-instructor", one, key="k"), caller("COUNTY_CLERK"))

    with pytest.raises(KeyMismatch):
        await ledger.door.act(Ask("register-instructor", other, key="k"), caller("COUNTY_CLERK"))


async def test_a_batch_sees_its_own_effects_in_order(ledger: Ledger) -> None:
    register = Ask("register-institution", institution(1))

    answers = await ledger.door.act_all([register, register], caller("COUNTY_CLERK"))

    assert isinstance(answers[0], Recorded)
    assert isinstance(answers[1], Refusal)


async def test_a_refusal_keeps_its_place_in_a_batch(ledger: Ledger) -> None:
    one, other = Ask("register-institution", institution(1)), institution(2)
    other["uscc"] = institution(1)["uscc"]

    answers = await ledger.door.act_all(
        [one, one, Ask("register-institution", other)], caller("COUNTY_CLERK")
    )

    granted, refused, after = answers
    assert isinstance(granted, Recorded)
    assert isinstance(refused, Refusal)
    assert isinstance(after, Recorded)
    assert granted.last < refused.position < after.first


async def test_one_bad_command_does_not_stop_the_batch(ledger: Ledger) -> None:
    good = Ask("register-instructor", {"instructor_id": str(derived_id("i", 1))} | instructor())
    bad = Ask("register-instructor", {"unknown": 1})

    answers = await ledger.door.act_all([bad, good], caller("COUNTY_CLERK"))

    assert isinstance(answers[0], BadInput)
    assert isinstance(answers[1], Recorded)


async def test_of_many_who_begin_the_same_stream_one_is_granted(ledger: Ledger) -> None:
    ask = Ask("register-institution", institution(9))

    answers = await asyncio.gather(
        *(ledger.door.act(ask, caller("COUNTY_CLERK", str(n))) for n in range(12))
    )

    assert sum(isinstance(one, Recorded) for one in answers) == 1
    assert sum(isinstance(one, Refusal) for one in answers) == 11


async def test_a_version_that_has_moved_on_is_told(ledger: Ledger) -> None:
    one = UUID(str(derived_id("i", 3)))
    data = {"instructor_id": str(one)} | instructor()
    ask = Ask("register-instructor", data, if_match={f"instructor/{one}": 4})

    with pytest.raises(Superseded):
        await ledger.door.act(ask, caller("COUNTY_CLERK"))


async def test_who_may_not_is_told_so_and_nothing_is_recorded(ledger: Ledger) -> None:
    before = len(await bodies(ledger))

    with pytest.raises(Denied):
        await ledger.door.act(aggregate(), caller("TRAINEE"))

    assert len(await bodies(ledger)) == before


async def test_nothing_personal_stands_in_the_log(ledger: Ledger) -> None:
    ask = Ask("register-institution", institution(1))
    assert isinstance(await ledger.door.act(ask, caller("COUNTY_CLERK")), Recorded)
    assert isinstance(await ledger.door.act(ask, caller("COUNTY_CLERK")), Refusal)

    async with ledger.pool.connection() as connection:
        assert await Leaks((NAME, NUMBER, PHONE)).in_database(connection) == []


@pytest.mark.parametrize(
    "wrong",
    [
        instructor(id_number="371502199003070036"),
        instructor(id_number="371502199003079999"),
        instructor(name=NAME * 200),
        instructor(id_number=NUMBER, surplus=NUMBER),
        instructor(qualifications=NUMBER),
    ],
)
async def test_an_answer_to_bad_input_repeats_nothing_of_it(
    ledger: Ledger, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as caught:
        await ledger.door.act(Ask("register-instructor", wrong), caller("COUNTY_CLERK"))

    leaks = Leaks((NAME, NUMBER, "371502199003070036", "371502199003079999"))
    assert leaks.in_error(caught.value) == []
    assert leaks.in_text(repr([p.what for p in caught.value.problems])) == []


async def test_a_refused_command_about_a_sealed_matter_is_sealed_too(ledger: Ledger) -> None:
    data = {"class_id": str(derived_id("c", 1)), "county_code": COUNTY, "due_on": "2027-12-01"}
    data["institution_id"] = str(derived_id("body", 1))
    data |= {"inspection_type": "REGULAR", "mode": "ONSITE"}

    answer = await ledger.door.act(Ask("plan-inspection", data), caller("INSPECTOR"))

    assert isinstance(answer, Refusal)
    last = (await bodies(ledger))[-1]
    assert last["type"] == "sealed.recorded.v1"
    assert data["class_id"] not in orjson.dumps(last).decode()
    assert last["actor"] == last["county"] == ""
