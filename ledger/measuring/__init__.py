"""Benchmarks: each thing measured beside an anchor, in turn, on the same PostgreSQL.

Machines differ and are shared, so a goal is a ratio: the median over several interleaved
repetitions of (ours / anchor), its spread shown beside it. Anchors are ``pgbench`` inserting one
event-sized row a transaction with 8 clients (P8), and a binary COPY of all entries drained in
Python (A0).
"""
