"""The one place that speaks to Kafka: kafka-python, which has no types, behind a face that has.

What is learnt by trial about the library stands here, so that nobody else need know it:

- A failed send means *unknown*, not *absent*, and after it the same producer may never send again:
  it is thrown away, and whoever sends goes back to what is known to be acknowledged.
- Idempotence is never turned off: without it dropped connections double and reorder.
- ``close`` gives up where something is left, and the producer's thread goes on: it has to be ended.
- A client that finds no broker leaves a thread behind: whether there is one is seen before.
- The end of a partition is known only after a fetch: some brokers tell the start of its last batch.
- Where the group's word comes while nobody polls, the library throws it away and asks again:
  whoever is not in its group yet does nothing but poll.
- A question to be let into a group may be lost in a broker, and the library waits for five
  minutes: a member that is given nothing for long comes anew.
- A header whose name is no text ends the reading of its partition for good: see ``header_names``.
- A consumer belongs to one thread. Where it is to begin is asked on another, the library's own.
"""

from consumers.broker.administering import configured, created, deleted, described, extended
from consumers.broker.header_names import tolerate
from consumers.broker.publishing import DELIVERY_MS, Publisher, producer
from consumers.broker.reading import SESSION_MS, Reader, Subscriber, beginnings, tail
from consumers.broker.values import (
    BrokerFault,
    Cluster,
    Message,
    Place,
    Record,
    RecordsGone,
    Sent,
    Topic,
)

__all__ = [
    "DELIVERY_MS",
    "SESSION_MS",
    "BrokerFault",
    "Cluster",
    "Message",
    "Place",
    "Publisher",
    "Reader",
    "Record",
    "RecordsGone",
    "Sent",
    "Subscriber",
    "Topic",
    "beginnings",
    "configured",
    "created",
    "deleted",
    "described",
    "extended",
    "producer",
    "tail",
]

tolerate()
