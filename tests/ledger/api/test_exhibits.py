"""Answers as exhibits: whole, proven, withheld where they must be, recorded, and not to be bent."""

import json  # noqa: TID251 - what is out of form is spelled by anybody
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import orjson
import psycopg
import pytest

from ledger.application.exhibits import Thing, exhibit_about, seen_whole
from ledger.application.judging import judge
from ledger.application.replaying import check_history, replay
from ledger.evidence.verifier.documents import Exhibit
from ledger.evidence.verifier.notes import policy_of
from ledger.evidence.verifier.telling import Bad, Said
from ledger.integration.exporting import published
from ledger.integration.signing import FileSigner
from tests.ledger.api.exhibiting import WHY, offline, positions, respelled, says, settle
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, place_in, publish
from tests.ledger.serving import Served, served
from tests.ledger.small_world import EAST, NORTH
from tests.ledger.store.making import one, rows

TRAIL = """
select distinct position from detail.link join ledger.entry using (position)
where id = %s and not (type like any('{risk-signal.%%,sealed.%%,access.%%}')) order by position
"""

EVERYTHING = "select distinct position from detail.link where id = %s"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    return place_in(tmp_path_factory.mktemp("home")).signer()


@pytest.fixture(scope="module")
def log(shared_database: str, signer: FileSigner) -> Iterator[Served]:
    with served(shared_database, classes=3, keys=KEYS) as server:
        settle(server, signer)
        yield server


def of_class(
    log: Served, role: str = "COUNTY_CLERK", number: int = 1, asked: dict[str, str] | None = None
) -> bytes:
    county = EAST if role.startswith("COUNTY") else ""
    answer = log.as_(role, county=county).get(
        f"/api/v1/classes/{log.told.of(number)}/exhibit", params=asked
    )
    assert answer.status_code == 200, answer.text
    return answer.content


def test_a_class_is_handed_out_whole_and_verified_offline(log: Served, tmp_path: Path) -> None:
    class_id = log.told.of(1)
    data = of_class(log)
    told = says(data)

    stored = {row.position: row.body for row in rows(log.conninfo)}
    shown = {one["index"] + 1: one["body"] for one in told["entries"]}
    assert sorted(shown) == positions(log.conninfo, TRAIL, class_id)
    assert shown == {position: stored[position] for position in shown}
    assert told["about"]["entries"] == len(shown) > 40

    code, said = offline(tmp_path, data)
    assert code == 0, said
    assert "条条目均在日志中" in said
    streams = {one["stream"] for one in told["heads"]["streams"]}
    assert f"training-class/{class_id}" in streams
    assert f"archive/{class_id}" in streams
    assert "均无遗漏" in said
    assert "读模型 class_ledger" in said
    assert "读模型 archive" in said


def test_paths_that_share_hashes_hold_them_once(log: Served) -> None:
    told = says(of_class(log))

    listed = sum(len(one["path"]) for one in told["entries"])
    assert len(set(told["nodes"])) == len(told["nodes"]) < listed / 2


def test_an_answer_as_of_a_position_holds_what_the_read_models_held_then(log: Served) -> None:
    whole, then = says(of_class(log)), says(of_class(log, asked={"at": "30"}))

    assert [one["body"] for one in then["entries"]] == [one["body"] for one in whole["entries"]]
    (was, *_), (now, *_) = then["models"], whole["models"]
    assert (was["name"], was["position"]) == ("class_ledger", 30)
    assert was["rows"] != now["rows"]
    assert "\tTAUGHT\n" in was["rows"]


def test_a_trail_is_handed_out_after_the_look_is_recorded(log: Served, tmp_path: Path) -> None:
    trainee = log.told.stories[1].trainees[0]
    auditor = log.as_("AUDITOR")
    address = f"/api/v1/trail/person/{trainee.person}/exhibit"
    before = one(
        log.conninfo, "select count(*) from ledger.entry where type = 'sealed.recorded.v1'"
    )

    assert auditor.get(address).status_code == 400
    answer = auditor.get(address, params=WHY)

    assert answer.status_code == 200
    after = one(log.conninfo, "select count(*) from ledger.entry where type = 'sealed.recorded.v1'")
    assert after == before + 1
    assert offline(tmp_path, answer.content)[0] == 0
    told = says(answer.content)
    assert told["about"]["kind"] == "person"
    assert [one["name"] for one in told["models"]] == ["entitlements"]
    assert trainee.id_number.encode() not in answer.content


def test_who_may_not_ask_gets_none(log: Served) -> None:
    address = f"/api/v1/classes/{log.told.of(1)}/exhibit"

    assert log.as_(None).get(address).status_code == 401
    assert log.as_("SYS_ADMIN").get(address).status_code == 403
    assert log.as_("COUNTY_CLERK", county=NORTH).get(address).status_code == 404
    assert log.as_("AUDITOR").get(address).status_code == 400  # says for what
    trail = f"/api/v1/trail/person/{log.told.stories[1].trainees[0].person}/exhibit"
    assert log.as_("COUNTY_CLERK", county=EAST).get(trail, params=WHY).status_code == 403
    assert log.as_("AUDITOR").get("/api/v1/trail/nothing/x/exhibit", params=WHY).status_code == 400


def test_an_institution_gets_the_place_of_what_concerns_others(log: Served, tmp_path: Path) -> None:
    institution = log.told.institutions[EAST]
    client = log.as_("INST_CLERK", institution=institution)
    data = client.get(f"/api/v1/classes/{log.told.of(1)}/exhibit").content
    told, whole = says(data), says(of_class(log))

    withheld = {one["index"] for one in told["withheld"]}
    assert withheld
    assert withheld | {one["index"] for one in told["entries"]} == {
        one["index"] for one in whole["entries"]
    }
    bodies = {one["index"]: one["body"] for one in whole["entries"]}
    for index in withheld:
        data_of = orjson.loads(bodies[index])["data"]
        assert str(institution) not in {
            data_of.get("institution_id"),
            data_of.get("payee_institution_id"),
        }
        assert bodies[index].encode() not in data
    code, said = offline(tmp_path, data)
    assert code == 0, said
    assert f"另有 {len(withheld)} 条在日志中" in said


def test_doubts_and_who_looked_are_in_nobodys_exhibit(log: Served) -> None:
    told = says(of_class(log, "AUDITOR", asked=WHY))

    types = {orjson.loads(one["body"])["type"].partition(".")[0] for one in told["entries"]}
    assert not types & {"risk-signal", "sealed", "access"}
    everything = positions(log.conninfo, EVERYTHING, log.told.of(1))
    assert len(everything) > len(told["entries"])


def judged(log: Served, data: bytes) -> str:
    """Check an exhibit against the log and a replay of it; return what is wrong, or nothing."""
    said = Said(aloud=False)
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        connection.execute("set search_path = ledger, public")
        try:
            exhibit = Exhibit(data)
            exhibit.check(policy_of(published(KEYS)["policy"]), said)
            check_history(connection, exhibit.tree, said)
            replay(connection, exhibit, said)
        except Bad as bad:
            return bad.zh
        left = connection.execute("select count(*) from pg_namespace where nspname = 'replay'")
        assert left.fetchone() == (0,)
    return ""


def test_a_replay_agrees_with_an_honest_exhibit_and_leaves_nothing_behind(log: Served) -> None:
    for data in (
        of_class(log),
        of_class(log, asked={"at": "30"}),
        of_class(log, "AUDITOR", asked=WHY),
    ):
        assert judged(log, data) == ""


def test_an_entry_held_back_with_its_whole_stream_is_found_by_a_replay(
    log: Served, tmp_path: Path
) -> None:
    told = says(of_class(log))
    whole = {one["stream"] for one in told["heads"]["streams"]}
    gone = next(one for one in sorted(whole) if one.startswith("enrolment/"))
    hidden = [one for one in told["entries"] if f'"subject":"{gone}"' in one["body"]]
    told["entries"] = [one for one in told["entries"] if one not in hidden]
    told["heads"]["streams"] = [one for one in told["heads"]["streams"] if one["stream"] != gone]
    told["about"]["entries"] -= len(hidden)

    data = respelled(told)
    assert offline(tmp_path, data)[0] == 0  # sound in itself: nothing in it can tell
    assert judged(log, data) == f"第 {hidden[0]['index'] + 1} 位：条目被隐去"


def test_a_true_entry_of_another_class_is_found_by_a_replay(log: Served) -> None:
    told, other = says(of_class(log)), says(of_class(log, "CITY_HR", 2))
    own = {one["index"] for one in told["entries"]}
    stray = next(one for one in other["entries"] if one["index"] not in own)
    path = [other["nodes"][number] for number in stray["path"]]
    told["entries"].append(stray | {"path": [len(told["nodes"]) + at for at in range(len(path))]})
    told["nodes"] += path
    told["about"]["entries"] += 1

    assert judged(log, respelled(told)) == f"第 {stray['index'] + 1} 位：条目与所述对象无关"


def test_rows_made_up_with_their_digest_are_found_by_a_replay(log: Served) -> None:
    told = says(of_class(log))
    model = told["models"][0]
    model["rows"] = model["rows"].replace("CLOSED", "RUNNING").replace("TAUGHT", "RUNNING")
    model["rows"] += "\n"
    model["digest"] = sha256(model["rows"].encode()).hexdigest()

    assert judged(log, respelled(told)).startswith("读模型 class_ledger（至第")


def test_rows_changed_in_the_read_model_behind_an_exhibit_are_found_by_a_replay(
    log: Served,
) -> None:
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        connection.execute("update detail.payment set amount_fen = amount_fen + 1")
        try:
            data = of_class(log)
        finally:
            connection.execute("update detail.payment set amount_fen = amount_fen - 1")

    assert "按条目重算的摘要为" in judged(log, data)


def test_an_exhibit_of_another_history_or_from_the_future_is_told(
    log: Served, signer: FileSigner
) -> None:
    data = of_class(log)
    grow(log.conninfo, 3)
    publish(log.conninfo, signer)
    assert judged(log, data) == ""

    def shorter(size: int) -> list[str]:
        return [f"update evidence.tree set size = {size}"]

    size = one(log.conninfo, "select size from evidence.tree limit 1")
    tamper(log.conninfo, *shorter(10))
    try:
        assert "来自未来" in judged(log, data)
    finally:
        tamper(log.conninfo, *shorter(size))


def test_nothing_is_handed_out_that_the_tree_does_not_hold(log: Served) -> None:
    index = positions(log.conninfo, TRAIL, log.told.of(1))[4]
    forge = "update ledger.entry set body = replace(body, '371502', '371503') where position = {}"
    back = "update ledger.entry set body = replace(body, '371503', '371502') where position = {}"
    tamper(log.conninfo, forge.format(index))
    try:
        answer = log.as_("COUNTY_CLERK", county=EAST).get(
            f"/api/v1/classes/{log.told.of(1)}/exhibit"
        )
    finally:
        tamper(log.conninfo, back.format(index))

    assert answer.status_code == 503
    assert str(index) in answer.json()["detail"]


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("position", 2**70),
        ("position", 1e400),
        ("position", -1),
        ("position", "x"),
        ("kind", "nothing"),
        ("kind", []),
        ("id", "x"),
        ("id", 1),
        ("entries", None),
    ],
    ids=str,
)
def test_what_is_out_of_form_is_told_and_breaks_nothing(
    log: Served, where: str, value: object
) -> None:
    told = says(of_class(log))
    told["about"][where] = value
    data = json.dumps(told).encode()

    found = judge(log.conninfo, published(KEYS), data, compares=True)
    assert not found.is_good
    assert judged(log, data) != ""
    model = says(of_class(log))
    model["models"][0] |= {"position": value, "of": value, "day": value}
    found = judge(log.conninfo, published(KEYS), json.dumps(model).encode(), compares=True)
    assert not found.is_good


def test_a_long_trail_comes_in_parts_that_leave_nothing_out(log: Served, tmp_path: Path) -> None:
    thing = Thing("class", log.told.of(1))
    policy = published(KEYS)["policy"]
    after: int | None = 0
    parts = []
    while after is not None:
        made = exhibit_about(
            log.conninfo, policy, thing, seen=seen_whole, models=(), after=after, at_most=20
        )
        assert judged(log, made.data) == ""
        assert offline(tmp_path, made.data)[0] == 0
        parts.append(says(made.data))
        after = made.more_after

    assert len(parts) == 3
    listed = [one["index"] + 1 for part in parts for one in part["entries"]]
    assert listed == positions(log.conninfo, TRAIL, log.told.of(1))
    borders = [(part["about"].get("after", 0), part["about"]["position"]) for part in parts]
    assert [end for _, end in borders][:-1] == [begin for begin, _ in borders][1:]
    told = parts[1]
    told["about"]["after"] = told["about"]["position"] - 1
    assert "材料自称至第" in judged(log, respelled(told))
    del parts[2]["about"]["after"]
    assert "被隐去" in judged(log, respelled(parts[2]))


def test_a_part_is_asked_for_by_where_it_begins(log: Served) -> None:
    whole = says(of_class(log))
    places = [one["index"] + 1 for one in whole["entries"]]
    part = says(of_class(log, asked={"after": str(places[30])}))

    assert part["about"]["after"] == places[30]
    assert [one["index"] + 1 for one in part["entries"]] == places[31:]
    address = f"/api/v1/classes/{log.told.of(1)}/exhibit"
    beyond = log.as_("COUNTY_CLERK", county=EAST).get(address, params={"after": 10**9})
    assert beyond.status_code == 404
