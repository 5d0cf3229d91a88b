"""The status page tells what became of messages from outside, and what waits for whom."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.ledger.serving import Served

SEEN = """
insert into intake.progress (topic, partition, next_offset, ends_at, looked_at)
  values ('intake.bank.v1', 0, 40, 43, now()), ('intake.learning.v1', 0, 0, 0, null);
insert into intake.outcome (topic, outcome, count) values
  ('intake.bank.v1', 'granted', 1234), ('intake.bank.v1', 'refused', 56),
  ('intake.bank.v1', 'dropped', 7), ('intake.bank.v1', 'BAD_SIGNATURE', 89),
  ('intake.bank.v1', 'UNEXPECTED:KeyError', 1);
insert into vault.data_key (owner, wrapped)
  values ('00000000-0000-8000-8000-000000000001', ''), ('00000000-0000-8000-8000-000000000002', '');
insert into intake.waiting (message_id, topic, partition, "offset", scope, fault, sealed, digest,
  owner, arrived_at)
select gen_random_uuid(), 'intake.bank.v1', 0, n, sha256(''), fault, '', sha256(''),
  ('00000000-0000-8000-8000-00000000000' || n)::uuid, now() - interval '3 days'
from (values (1, 'BAD_SIGNATURE'), (2, ''), (3, 'BAD_DATA')) as v (n, fault);
"""
GONE = """
delete from intake.progress; delete from intake.outcome; delete from intake.waiting;
delete from vault.data_key where owner::text like '00000000-0000-8000-8000-00000000000%';
"""


@pytest.fixture
def seen(place: Served) -> Iterator[Served]:
    """A ledger to whose intake something has come."""
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        connection.execute(SEEN)
        yield place
        connection.execute(GONE)


def page(place: Served, lang: str) -> str:
    return place.as_("CITY_HR").get("/status", params={"lang": lang}).text


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "zh",
            [
                *("外来件受理", "已入账", "不予办理", "已放弃", "等待人工", "最久等待", "3 天"),
                *("签名不符", "排在他件之后", "所涉人员已删除", "程序缺陷", "累计死信", "尚未"),
            ],
        ),
        (
            "en",
            [
                *("Messages from outside", "Recorded", "Refused", "Given up", "3 days"),
                *("Signature does not hold", "Behind another message", "Its person was erased"),
                *("Defect of the program", "UNEXPECTED:KeyError", "never"),
            ],
        ),
    ],
)
def test_the_page_counts_answers_and_what_waits_by_its_reason(
    seen: Served, lang: str, said: list[str]
) -> None:
    shown = page(seen, lang)

    for text in (*said, "1,234", ">56<", ">7<", ">89<", "intake.learning.v1"):
        assert text in shown, text


def test_where_nothing_came_from_outside_nothing_is_said_of_it(place: Served) -> None:
    assert "外来件受理" not in page(place, "zh")
