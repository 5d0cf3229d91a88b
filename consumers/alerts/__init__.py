"""Alerts: missed duties and grave doubts, published for other systems; each once in effect.

An alert is the entry itself, byte for byte, with the headers of ``ledger.events.v1``: its position
is its id, its leaf can be recomputed, and a reader that has had a position passes it over. The
topic has one partition, so positions rise; only after a failure some come again, in the same order.

What is not for others never goes out: sealed facts are not even read, and neither are doubts about
an authority or a person in office, however they came into the log.
"""

from consumers.alerts.running import ALERTS, Alerts
from consumers.alerts.selecting import is_for_others

__all__ = ["ALERTS", "Alerts", "is_for_others"]
