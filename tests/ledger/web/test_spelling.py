from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from aggregates.language import Message
from ledger.application.tables import CsvFile, cell, column
from ledger.web import spelling
from projections.funds.queries import FundRow


@pytest.mark.parametrize(
    ("fen", "yuan", "wan"),
    [
        (None, "—", "—"),
        (0, "0", "0.0"),
        (5, "0.05", "0.0"),
        (120_050, "1,200.50", "0.1"),
        (48_000_000, "480,000", "48.0"),
        (49_999, "499.99", "0.0"),
        (50_000, "500", "0.1"),
        (159_920_650_000, "1,599,206,500", "159,920.7"),
        (-120_000, "-1,200", "-0.1"),
    ],
)
def test_money_is_told_in_yuan_and_in_ten_thousands(fen: int | None, yuan: str, wan: str) -> None:
    assert spelling.yuan(fen) == yuan
    assert spelling.wan(fen) == wan


@pytest.mark.parametrize(
    ("points", "text"), [(None, "—"), (0, "0.0%"), (9_650, "96.5%"), (9_999, "100.0%"), (1, "0.0%")]
)
def test_a_share_is_told_in_percent(points: int | None, text: str) -> None:
    assert spelling.percent(points) == text


def test_a_share_of_nothing_is_none() -> None:
    assert spelling.share(1, 0) == "—"
    assert spelling.share(2, 3) == "66.7%"


def test_moments_are_told_in_the_time_of_the_place() -> None:
    late = datetime(2024, 2, 3, 16, 30, tzinfo=UTC)

    assert spelling.minute(late) == "2024-02-04 00:30"
    assert spelling.day(date(2024, 2, 3)) == "2024-02-03"
    assert spelling.minute(None) == spelling.day(None) == "—"


def test_ids_that_begin_alike_are_told_apart() -> None:
    assert spelling.short_id("019abc-1") != spelling.short_id("019abc-2")


@pytest.mark.parametrize("text", ["=1+1", "+861234", "-1", "@sum", "\tx"])
def test_a_cell_that_looks_like_a_formula_is_text(text: str) -> None:
    assert cell("institution", text, "zh") == f"'{text}"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("paid_fen", 480_050, "4800.50"),
        ("paid_fen", 0, "0.00"),
        ("balance_fen", -50, "-0.50"),
        ("balance_fen", -480_050, "-4800.50"),
        ("raised_at", datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), "2025-12-31 23:59:59"),
        ("county", "371502", "东昌府区"),
        ("status", "CLOSED", "已办结"),
        ("fund", "EMPLOYMENT,UI", "就业补助资金、失业保险基金"),
        ("occupation", "4-10-01-05", "养老护理员（4-10-01-05）"),
        ("occupation", "X-1", "X-1"),
        ("missing", ["TRAINING_PLAN", "CLAIM"], "培训计划；申领材料"),
        ("filed_on", date(2024, 2, 3), "2024-02-03"),
        ("heads_paid", None, ""),
    ],
)
def test_a_cell_of_a_file_holds_what_a_clerk_adds_up_and_reads(
    name: str, value: object, text: str
) -> None:
    assert cell(name, value, "zh") == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("level", "5", "Level 5"),
        ("level", "专项", "Special"),
        ("days_apart", "76", "76"),
        ("practice_bp", "6670", "66.7%"),
    ],
)
def test_what_an_indicator_found_is_told_in_words(name: str, value: str, text: str) -> None:
    assert spelling.measure(value, name, "en") == text


def test_the_last_line_of_a_file_is_the_sum_of_its_rows() -> None:
    file: CsvFile[FundRow] = CsvFile((column("county"), column("paid_fen", adds_up=True)), "zh")
    rows = [FundRow(UUID(int=1), "371502", "UI", 2024, 0, 0, 0, fen, 0) for fen in (120_000, 5)]
    told = file.head() + "".join(map(file.row, rows))
    told += file.foot(lambda count: Message(f"合计{count}", ""))

    assert told.splitlines() == [
        "\ufeff县区,拨付金额（元）",
        "东昌府区,1200.00",
        "东昌府区,0.05",
        "合计2,1200.05",
    ]
