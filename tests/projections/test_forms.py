"""What is defined otherwise than it was is made anew; what is not is left alone."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from psycopg.errors import UndefinedTable

from projections.catalogue import MODELS, folds
from projections.class_ledger import CLASS_LEDGER
from projections.detail.claim import CLAIM
from projections.digest import digest_now
from projections.funds import FUNDS
from projections.run import Folds, catch_up, position_of, prepare
from tests.projections.chance import by_chance
from tests.projections.conftest import Mirror

LOG = by_chance(Random(5), 60).entries  # noqa: S311 - a world to be told again


@pytest.fixture
def whole(mirror: Mirror) -> Iterator[Mirror]:
    """A mirror that is folded to its end, and left as the program defines it."""
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    yield mirror
    prepare(mirror.connection, folds())


def _made(mirror: Mirror, table: str) -> int:
    """Return the number that PostgreSQL gave a table when it was made."""
    row = mirror.connection.execute("select %s::regclass::oid::bigint", (table,)).fetchone()
    return int(row[0]) if row else 0


def test_preparing_again_leaves_every_table(whole: Mirror) -> None:
    tables = [f"model.{one.name}" for one in MODELS if one.kept]
    tables += [f"detail.{one.name}" for one in folds().parts]
    before = [_made(whole, one) for one in tables]
    prepare(whole.connection, folds())
    assert [_made(whole, one) for one in tables] == before


def test_a_new_model_is_filled_up_to_where_the_others_stand(whole: Mirror) -> None:
    digest = digest_now(whole.connection, FUNDS)
    whole.connection.execute("drop table model.funds")
    whole.connection.execute("delete from model.progress where name = 'funds'")
    whole.connection.execute("delete from model.form where name = 'model.funds'")
    with pytest.raises(UndefinedTable):
        digest_now(whole.connection, FUNDS)
    prepare(whole.connection, folds())
    assert digest_now(whole.connection, FUNDS) == digest
    assert position_of(whole.connection, "funds") == len(LOG)


def test_a_part_defined_otherwise_is_read_again_and_its_models_follow(whole: Mirror) -> None:
    changed = replace(CLAIM, indexes=(*CLAIM.indexes, "amount_fen"))
    follower = replace(
        CLASS_LEDGER,
        parts=tuple(changed if one is CLAIM else one for one in CLASS_LEDGER.parts),
    )
    digest = digest_now(whole.connection, CLASS_LEDGER)
    whole.connection.execute("update detail.claim set amount_fen = amount_fen + 1")
    before = _made(whole, "detail.claim"), _made(whole, "detail.filing")

    prepare(whole.connection, Folds((changed, *folds().parts[:3]), (follower,)))

    after = _made(whole, "detail.claim"), _made(whole, "detail.filing")
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert digest_now(whole.connection, CLASS_LEDGER) == digest


def test_folding_goes_on_where_a_part_was_made_anew(mirror: Mirror) -> None:
    middle = len(LOG) // 2
    mirror.empty()
    mirror.write(LOG)
    catch_up(mirror.connection, folds(), until=middle)
    mirror.connection.execute("delete from model.form where name = 'payment'")
    prepare(mirror.connection, folds())
    mirror.fold()
    made_anew = digest_now(mirror.connection, CLASS_LEDGER)
    mirror.empty()
    mirror.write(LOG)
    mirror.fold()
    assert made_anew == digest_now(mirror.connection, CLASS_LEDGER)
