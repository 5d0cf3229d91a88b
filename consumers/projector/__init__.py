"""The projector: keeps a copy of the log in a database of its own and folds the read models there.

    records → leaf hashed again → kept in the order of the log, without a gap → folded as at home

Entries and offsets move in one transaction. What has come too early waits beside; the mark, up to
which everything is there, is the head of the copy. So all that reads a ledger reads a copy too.
People are pseudonyms there: values of the vault never travel.
"""
