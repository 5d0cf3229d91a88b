"""A witness of our own: what another body runs beside its own key, on its own machine.

keeping     the durable memory: keys, logs that are known, the largest tree seen of each
answering   the protocol over HTTP (C2SP tlog-witness)

It needs no database and reads no entry: it remembers, and cosigns what continues what it saw.
"""
