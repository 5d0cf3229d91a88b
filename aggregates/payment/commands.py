"""What may be asked of payments, and the rules that answer.

Importing this module registers them all.
"""

from aggregates.payment import rules_paying
from aggregates.payment.applying import DecideFundingApplication, SubmitFundingApplication
from aggregates.payment.paying import ConfirmPayment, OrderDisbursement, RecordPaymentFailure

RULES = (rules_paying,)
"""The modules that hold rules alone."""

__all__ = [
    "RULES",
    "ConfirmPayment",
    "DecideFundingApplication",
    "OrderDisbursement",
    "RecordPaymentFailure",
    "SubmitFundingApplication",
]
