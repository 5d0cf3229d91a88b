"""What each person has been granted: items reserved, used and released, by year and occupation.

Answers: "how often was this person subsidised this year, and for what?" (72号 一: at most three
a year, none twice for the same occupation and level, once for each employer).
"""

from aggregates.language import Message
from projections.detail.entitlement import ENTITLEMENT
from projections.model import ReadModel

ENTITLEMENTS = ReadModel(
    name="entitlements",
    title=Message("个人享受补贴情况", "what each person has been granted"),
    key="person_id",
    parts=(ENTITLEMENT,),
)
