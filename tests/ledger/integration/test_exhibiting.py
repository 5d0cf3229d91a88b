"""Exhibits out of a database: what they refuse to show, and how far a log can prove."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from psycopg import Connection

from ledger.integration import storing
from ledger.integration.exhibiting import (
    ENTRIES_MAX,
    NotYetSigned,
    Provable,
    Shown,
    TooMuch,
    exhibit,
    provable,
)
from ledger.integration.exporting import published
from ledger.integration.faults import FaultKind, IntegrationFault
from ledger.integration.heads import gather
from ledger.integration.place import SigningPlace
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, place_in, publish
from tests.ledger.serving import served
from tests.ledger.store.making import rows

POLICY = published(KEYS)["policy"]


@pytest.fixture
def place(tmp_path: Path) -> SigningPlace:
    return place_in(tmp_path)


@pytest.fixture
def connection(database: str) -> Iterator[Connection[Any]]:
    with storing.connected(database) as connection:
        yield connection


def test_nothing_is_shown_that_no_checkpoint_covers(
    database: str, connection: Connection[Any], place: SigningPlace
) -> None:
    grow(database, 3)
    for shown in (Shown([1]), Shown([])):
        with pytest.raises(NotYetSigned):
            exhibit(connection, POLICY, shown)
    publish(database, place.signer())
    grow(database, 1)

    told = orjson.loads(exhibit(connection, POLICY, Shown([3, 1, 3], withheld=[2, 3])))
    assert [one["index"] for one in told["entries"]] == [0, 2]
    assert [one["index"] for one in told["withheld"]] == [1]
    assert told["entries"][0]["body"] == rows(database)[0].body
    for shown in (Shown([4]), Shown([1], withheld=[4])):
        with pytest.raises(NotYetSigned):
            exhibit(connection, POLICY, shown)


def test_more_than_an_exhibit_holds_is_refused_before_anything_is_read(
    connection: Connection[Any],
) -> None:
    with pytest.raises(TooMuch):
        exhibit(connection, POLICY, Shown(range(1, ENTRIES_MAX), withheld=[1, 2]))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("delete from ledger.entry where position = 2", FaultKind.MISSING),
        (
            "update ledger.entry set body = replace(body, '371502', '371503') where position = 2",
            FaultKind.LEAF,
        ),
        ("delete from evidence.tile where algorithm = 'sha256'", FaultKind.TREE),
        (
            "update evidence.tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)",
            FaultKind.LEAF,
        ),
    ],
    ids=["gone", "changed", "no tile", "tile"],
)
def test_what_does_not_verify_is_given_to_nobody(
    database: str, connection: Connection[Any], place: SigningPlace, change: str, kind: FaultKind
) -> None:
    grow(database, 5)
    publish(database, place.signer())
    tamper(database, change)

    with pytest.raises(IntegrationFault) as caught:
        exhibit(connection, POLICY, Shown([2]))
    assert (caught.value.row.position, caught.value.row.kind) == (2, kind)


def test_how_far_a_log_can_prove_is_known(
    database: str, connection: Connection[Any], place: SigningPlace
) -> None:
    assert provable(connection, POLICY) == Provable(0, 0, is_settled=True)
    grow(database, 5)
    publish(database, place.signer())
    assert provable(connection, POLICY) == Provable(5, 0, is_settled=True)
    gather(connection)
    assert provable(connection, POLICY) == Provable(
        5, 5, is_settled=False
    )  # it has not been said yet


def test_a_service_that_signs_nothing_hands_out_nothing(shared_database: str) -> None:
    with served(shared_database, classes=1) as server:
        answer = server.as_("CITY_HR").get(f"/api/v1/classes/{server.told.of(1)}/exhibit")
        page = server.as_("CITY_HR").get("/verify", headers={"accept": "text/html"})

    assert "尚无已签的检查点" in page.text
    assert "/log/policy" not in page.text
    assert answer.status_code == 503
    assert "尚未签发检查点" in answer.json()["detail"]
