"""Doubts that the risk indicators raised (docs: indicators), with rule, parameters and evidence.

Answers: a risk officer's "what should somebody look at?". Signals that judge the authority or
name an official are sealed facts, so they are never among these rows.
"""

from aggregates.language import Message
from projections.detail.signal import SIGNAL
from projections.model import ReadModel

RISK = ReadModel(
    name="risk",
    title=Message("风险疑点", "open risk signals"),
    key="signal_id",
    parts=(SIGNAL,),
)
