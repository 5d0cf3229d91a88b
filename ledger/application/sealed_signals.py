"""Sealed risk signals: doubts about the authority itself, for the roles that may read them."""

from collections.abc import Sequence

import orjson

from aggregates.facts import decode
from aggregates.risk_signal.facts import RiskSignalRaised
from ledger.application.asking import Asked
from ledger.application.entries import entries_of_streams
from ledger.application.running import Ledger
from ledger.vault.sealed_facts import read_sealed
from projections.risk.queries import SignalRow

SIGNALS_MAX = 500
"""How many sealed signals are read at once, the newest first."""
_STREAMS = """
select fact.stream
from vault.sealed_link as link join vault.sealed_fact as fact using (stream)
where link.kind = 'signal' and fact.reader = %s
order by fact.stream desc
limit %s
"""


async def sealed_signals(ledger: Ledger, asked: Asked) -> list[SignalRow]:
    """Return the sealed signals that the caller may read, the newest first.

    Raises:
        SealBroken: a signal is not the one that was committed to.
    """
    found: list[SignalRow] = []
    for reader in asked.reach.sealed:
        cursor = await asked.connection.execute(_STREAMS, (reader, SIGNALS_MAX))
        streams = [stream for (stream,) in await cursor.fetchall()]
        found += await _opened(ledger, asked, reader, streams)
    return sorted(found, key=lambda one: (one.raised_at, one.signal_id), reverse=True)


async def _opened(
    ledger: Ledger, asked: Asked, reader: str, streams: Sequence[str]
) -> list[SignalRow]:
    if not streams:
        return []
    facts = await read_sealed(
        asked.connection, ledger.data_keys, reader=reader, streams=list(streams)
    )
    rows = []
    for kept in await entries_of_streams(asked.connection, list(facts)):
        whole = orjson.loads(facts[kept.stream].body)
        fact = decode(whole["type"], whole["data"])
        if not isinstance(fact, RiskSignalRaised):
            continue
        (kind, subject), *_ = fact.subject.given
        rows.append(
            SignalRow(
                signal_id=fact.signal_id,
                rule_id=fact.rule_id,
                rule_version=fact.rule_version,
                severity=fact.severity,
                subject_kind=kind,
                subject_id=subject,
                county=fact.county_code,
                starts_on=fact.window.starts_on,
                ends_on=fact.window.ends_on,
                read_to=fact.position,
                evidence=list(fact.evidence),
                params=[f"{one.name}={one.value}" for one in fact.params],
                found=[f"{one.name}={one.value}" for one in fact.values],
                raised_at=kept.recorded_at,
                state="OPEN",
            )
        )
    return rows
