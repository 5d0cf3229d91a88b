"""Subsidy claims (补贴申领): submitted outside, accepted inside, reviewed, resolved, paid."""
