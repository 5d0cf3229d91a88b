"""The funds of each county and year: allocated, reserved, released, paid, and what is left.

Answers: "how much of this fund is left, and does it agree with what was paid?" (17号 一).
"""

from aggregates.language import Message
from projections.detail.fund_move import FUND_MOVE
from projections.model import ReadModel

FUNDS = ReadModel(
    name="funds",
    title=Message("资金账", "the books of the funds"),
    key="fund_account_id",
    parts=(FUND_MOVE,),
)
