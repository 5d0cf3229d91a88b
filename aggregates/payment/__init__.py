"""Payments: funding applications (资金申请) with their orders and what was paid."""
