"""What may be asked of claims, and the rules that answer: one module for each step.

Importing this module registers them all.
"""

from aggregates.subsidy_claim import (
    rules_funds,
    rules_limits,
    rules_modes,
    rules_scope,
    rules_worth,
)
from aggregates.subsidy_claim.accepting import AcceptClaim, RefuseClaim, ReturnClaim
from aggregates.subsidy_claim.catching_up import CatchUpProject
from aggregates.subsidy_claim.cutting import DisallowItem, HoldItems, ReleaseItems
from aggregates.subsidy_claim.funding import AssignFundSource, FundChoice
from aggregates.subsidy_claim.resolving import IssueAuditReport, ResolvedClaim, ResolveMeeting
from aggregates.subsidy_claim.reviewing import InitialReview, SecondReview
from aggregates.subsidy_claim.submitting import ResubmitClaim, SubmitClaim

RULES = (rules_modes, rules_scope, rules_limits, rules_worth, rules_funds)
"""The modules that hold rules alone."""

__all__ = [
    "RULES",
    "AcceptClaim",
    "AssignFundSource",
    "CatchUpProject",
    "DisallowItem",
    "FundChoice",
    "HoldItems",
    "InitialReview",
    "IssueAuditReport",
    "RefuseClaim",
    "ReleaseItems",
    "ResolveMeeting",
    "ResolvedClaim",
    "ResubmitClaim",
    "ReturnClaim",
    "SecondReview",
    "SubmitClaim",
]
