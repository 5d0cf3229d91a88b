"""A world goes through the same door as everything, and is answered as planned."""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

import orjson

from ledger.simulation.building import WATCHED_EVERY, build, clear, connected, stands
from ledger.simulation.judging import judge
from projections.check import check
from tests.projections.oracles import otherwise
from tests.simulation.worlds import Standing


def leaves(conninfo: str) -> str:
    """Return one digest over the leaves of a log."""
    hashed = sha256()
    with connected(conninfo) as connection:
        for (leaf,) in connection.execute("select leaf from ledger.entry order by position"):
            hashed.update(leaf)
    return hashed.hexdigest()


def bodies(conninfo: str) -> list[str]:
    """Return the entries of a log."""
    with connected(conninfo) as connection:
        return [row[0] for row in connection.execute("select body from ledger.entry")]


def test_every_command_is_answered_as_planned(standing: Standing) -> None:
    assert [one.told() for one in standing.built.fed.unforeseen] == []
    assert standing.built.fed.commands == len(standing.world.planned)


def test_every_refusal_that_is_planned_is_on_record(standing: Standing) -> None:
    wanted = sum(bool(one.refused) for one in standing.world.planned)
    types = [orjson.loads(body)["type"] for body in bodies(standing.conninfo)]
    assert types.count("access.command-refused.v1") == wanted == standing.built.fed.refused > 0


def test_the_same_world_gives_the_same_entries_byte_for_byte(
    standing: Standing, database: str
) -> None:
    asyncio.run(build(database, standing.world))
    assert leaves(database) == leaves(standing.conninfo)


def test_every_entry_says_that_it_is_simulated(standing: Standing) -> None:
    sources = {orjson.loads(body)["source"] for body in bodies(standing.conninfo)}
    assert sources == {"//simulation/class:1:7"}


def test_no_entry_bears_what_belongs_to_a_person(standing: Standing) -> None:
    text = "\n".join(bodies(standing.conninfo))
    people = {
        seat.person.id_number: seat.person for p in standing.world.classes for seat in p.seats
    }
    assert people
    for one in people.values():
        for value in (one.id_number, one.phone, one.account, f'"{one.name}"'):
            assert value not in text


def test_paid_items_have_whole_chains_and_the_books_agree(standing: Standing) -> None:
    with connected(standing.conninfo) as connection:
        (position,) = connection.execute("select position from ledger.head").fetchone() or (0,)
        found = check(connection, position)
    assert found.broken == ()
    assert found.sums_agree
    assert found.judged_items > 0


def test_a_payment_that_failed_is_paid_by_another_order(standing: Standing) -> None:
    told = [orjson.loads(body) for body in bodies(standing.conninfo)]
    failed = [one["data"] for one in told if one["type"] == "payment.disbursement-failed.v1"]
    paid = {
        one["data"]["order_no"]: one["data"]
        for one in told
        if one["type"] == "payment.disbursement-paid.v1"
    }
    assert failed
    for one in failed:
        assert one["order_no"] not in paid
        assert paid[f"{one['order_no']}-2"]["lines"] == one["lines"]


def test_a_missed_duty_is_recorded_in_the_week_in_which_it_was_missed(standing: Standing) -> None:
    missed = [
        one
        for body in bodies(standing.conninfo)
        if (one := orjson.loads(body))["type"] == "system.deadline-missed.v2"
    ]
    assert len(missed) == standing.built.missed.total() > 0
    for one in missed:
        late = datetime.fromisoformat(one["time"]) - datetime.fromisoformat(one["data"]["due_at"])
        assert timedelta() < late <= WATCHED_EVERY


def test_every_read_model_of_a_world_says_what_its_oracle_says(standing: Standing) -> None:
    with connected(standing.conninfo) as connection:
        assert list(islice(otherwise(standing.conninfo, connection), 5)) == []


def test_the_indicators_find_what_was_planted_and_nothing_else(standing: Standing) -> None:
    judged = judge(standing.world.labels, standing.built.signals)
    assert judged.keys() == {"RI-03", "RI-15", "RI-17", "RI-18", "RI-27"}
    for rule, one in judged.items():
        assert one.missed == [], rule
        assert one.wrong == [], rule
        assert one.lookalikes > 0, rule


def test_back_dating_is_found_in_the_form_in_which_it_was_planted(standing: Standing) -> None:
    forms = {
        str(one.subject.class_id): {str(m.value) for m in one.values if m.name == "forms"}
        for one in standing.built.signals
        if one.rule_id == "RI-15"
    }
    for label in standing.world.labels:
        if label.planted and label.rule == "RI-15":
            ((_, class_id),) = label.subjects
            found = {
                str(measure.value)
                for one in standing.built.signals
                if str(one.subject.class_id) == class_id
                for measure in one.values
                if measure.name == "forms"
            }
            assert any(label.variant in form for form in found), (label, forms)


def test_signals_that_judge_the_authority_are_sealed(standing: Standing) -> None:
    assert standing.built.raised["RI-27"] > 0
    assert not any("RI-27" in body for body in bodies(standing.conninfo))


def test_a_world_is_whole_once_its_script_is_on_record(standing: Standing, database: str) -> None:
    assert stands(standing.conninfo, standing.world.name)
    assert not stands(standing.conninfo, "class:1:8")
    assert not stands(database, standing.world.name)


def test_what_an_interrupted_building_left_is_thrown_away(
    standing: Standing, database: str
) -> None:
    half = standing.world.planned[:500]
    cut_short = type(standing.world)(
        name=standing.world.name,
        begins_at=standing.world.begins_at,
        ends_at=standing.world.ends_at,
        planned=half,
        labels=(),
        classes=(),
    )
    asyncio.run(build(database, cut_short))
    clear(database)
    assert bodies(database) == []
    asyncio.run(build(database, standing.world))
    assert leaves(database) == leaves(standing.conninfo)
