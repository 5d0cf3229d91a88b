"""The relay: publishes every entry to Kafka, in the order of the log; at least once, never a gap.

    entries after the position → send in order → all acknowledged → position saved → again

One relay of a ledger works at a time, others stand by. Batches never overlap. Whatever goes wrong,
the producer is thrown away and everything after the saved position is sent again by a new one.
"""
