"""Intake: what devices, platforms, assessment bodies and banks send becomes commands.

    records → whose? signed? a message? → one command at a time for each key → answers
                     ↓ what cannot be decided waits for a person, and its key behind it

Only the law's own answers are final: granted or refused. They go to the answer topic, a refusal
with every broken rule, a grant with the positions of its entries. Everything else is kept, sealed,
in the ledger's database, told in the dead-letter topic and tried again, or given up, by a person.

The message's id is the idempotency key of its command, and refusals are kept with their keys too.
So records may come as often as they like: what was answered is answered the same.
"""
