"""Integration: the trees over the log's entries in PostgreSQL, and the heads that are signed.

trees         which trees there are, and under which names they are known
integrator    extends them by what was appended, each leaf derived again from the entry's bytes
storing       the statements: state, tiles, checkpoints, faults
"""
