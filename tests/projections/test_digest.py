"""The digest of a read model is the same on every machine, and can be had without our code."""

from hashlib import sha256
from random import Random

import psycopg

from projections.catalogue import MODELS, folds
from projections.digest import digest_now
from projections.funds import FUNDS
from projections.run import catch_up, prepare
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror
from tests.projections.entries import insert

LOG = by_chance(Random(13), 100).entries  # noqa: S311 - a world to be told again


def test_two_databases_with_the_same_entries_have_the_same_digests(
    mirror: Mirror, database: str
) -> None:
    mirror.empty()
    mirror.write(LOG)
    mirror.fold(cuts=range(0, len(LOG), 9))
    with psycopg.connect(database, autocommit=True) as other:
        # Another zone and another style of dates, as another machine may have them.
        other.execute("set search_path = ledger, public")
        other.execute("set timezone = 'America/Caracas'; set datestyle = 'German'")
        insert(other, LOG)
        prepare(other, folds())
        catch_up(other, folds())
        for one in MODELS:
            assert digest_now(mirror.connection, one) == digest_now(other, one), one.name


def test_a_digest_is_a_hash_of_the_header_and_the_ordered_rows(mirror: Mirror) -> None:
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    rows = mirror.connection.execute(
        "select fund_account_id::text, county, fund, year::text, allocated_fen::text,"
        " reserved_fen::text, released_fen::text, paid_fen::text, balance_fen::text"
        ' from model.funds order by fund_account_id::text collate "C"'
    ).fetchall()
    told = ",".join(FUNDS.columns) + "\n" + "".join("\t".join(row) + "\n" for row in rows)
    assert digest_now(mirror.connection, FUNDS) == sha256(told.encode()).hexdigest()


def test_one_changed_value_changes_the_digest(mirror: Mirror) -> None:
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    before = digest_now(mirror.connection, FUNDS)
    mirror.connection.execute("update model.funds set paid_fen = paid_fen + 1")
    assert digest_now(mirror.connection, FUNDS) != before
