"""The library's own recorder tests, against our recorder.

A case runs as the library wrote it unless it stands below with the reason why it cannot. What
differs everywhere: ids are names of streams (text, not UUID), and the tests' states (``b"state1"``)
are no JSON, so the recorder under test holds them as text under one key.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ledger.clock import SystemClock
from ledger.entry import Envelope
from ledger.library.application import LedgerFactory
from ledger.store.requests import ENTRIES_MAX
from tests.ledger.store.making import new_stream

ENVELOPE = Envelope(
    stream="",
    version=0,
    type="",
    source="ledger.example/county",
    actor="0190a000-0000-7000-8000-00000000000a",
    actorrole="SYS_ADMIN",
    actororg="",
    county="371502",
    channel="import",
    regime="2021",
    policy="2021-1",
)
EVENT = "eventsourcing.tests.persistence.StoredEvent"


class TextState:
    """Any state that is text, as an entry's data."""

    def data(self, state: bytes) -> dict[str, Any]:
        """Return the data of an entry for a state."""
        return {"text": state.decode()}

    def state(self, data: Mapping[str, Any]) -> bytes:
        """Return the state for the data of an entry."""
        text: str = data["text"]
        return text.encode()


def _one_up(originator_id: UUID | str, originator_version: int, topic: str, state: bytes) -> Any:  # noqa: ANN401 - any value fits here
    """Make an event one version up: the library's case counts from 0, a stream from 1."""
    return StoredEvent(originator_id, originator_version + 1, topic, state)


def _from_one(originator_id: UUID | str, originator_version: int, topic: str, state: bytes) -> Any:  # noqa: ANN401 - any value fits here
    """Make an event, and version 0 version 1: a stream begins at 1."""
    return StoredEvent(originator_id, originator_version or 1, topic, state)


class OnOurLog:
    """Gives a case of the library a recorder on a fresh database."""

    @pytest.fixture(autouse=True)
    def _factory(self, database: str) -> Iterator[None]:
        self.factory = LedgerFactory(None, database, SystemClock(), ENVELOPE, form=TextState())
        yield
        self.factory.close()

    def create_recorder(self) -> Any:  # noqa: ANN401 - each case wants another type
        """Return our recorder."""
        return self.factory.application_recorder()

    def new_originator_id(self) -> UUID | str:
        """Return the name of a stream."""
        return new_stream("library")


class TestApplicationRecorder(OnOurLog, ApplicationRecorderTestCase[ApplicationRecorder]):
    """What an application's recorder must do."""

    def test_concurrent_no_conflicts(self, initial_position: int = 0) -> None:  # noqa: PT028 - on purpose
        """Runs one version up: the case begins its streams at version 0."""
        with patch(EVENT, _one_up):
            super().test_concurrent_no_conflicts(initial_position)

    def test_concurrent_throughput(self) -> None:
        """Runs one version up: the case begins its streams at version 0."""
        with patch(EVENT, _one_up):
            super().test_concurrent_throughput()

    def test_insert_subscribe(self) -> None:
        """Runs the case that the library leaves to recorders with subscriptions."""
        self.optional_test_insert_subscribe()


class _WithoutPositions:
    """Our recorder as one that only keeps aggregates: those tell no positions."""

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder = recorder
        self.select_events = recorder.select_events

    def insert_events(self, stored_events: Sequence[StoredEvent]) -> None:
        """Write events."""
        self._recorder.insert_events(stored_events)


class TestAggregateRecorder(OnOurLog, AggregateRecorderTestCase):
    """What a recorder of aggregates must do; ours is always that of an application as well."""

    def create_recorder(self) -> Any:  # noqa: ANN401 - as above
        """Return our recorder without positions: the case wants none to be returned."""
        return _WithoutPositions(self.factory.application_recorder())

    def test_insert_and_select(self) -> None:
        """Runs with version 1 for the one event of version 0: a stream begins at 1."""
        with patch(EVENT, _from_one):
            super().test_insert_and_select()


class TestNonInterleavingNotificationIDs(OnOurLog, NonInterleavingNotificationIDsBaseCase):
    """Positions of one request are never among those of another."""

    insert_num = ENTRIES_MAX
    """The case writes 1,000 events at once; a request has at most this many."""

    def create_stack(self, originator_id: UUID | str) -> Sequence[StoredEvent]:
        """Runs one version up: the case begins its streams at version 0."""
        with patch(EVENT, _one_up):
            return super().create_stack(originator_id)


NOT_RUN = {
    "TrackingRecorderTestCase": "read models keep their positions beside their rows",
    "ProcessRecorderTestCase": "the log takes no positions of other logs",
    "InfrastructureFactoryTestCase": (
        "it wants every kind of recorder, ciphers and compressors; entries are neither encrypted"
        " nor compressed, and a factory needs more than an environment"
    ),
    "TranscoderTestCase": "data are spelled by ledger.entry, not by a transcoder",
}
"""The cases of ``eventsourcing.tests.persistence`` that do not apply, and why."""


def test_every_case_of_the_library_is_run_or_has_its_reason() -> None:
    from eventsourcing.tests import persistence  # noqa: PLC0415 - its names only

    cases = {
        name
        for name in vars(persistence)
        if name.endswith(("TestCase", "BaseCase")) and name not in ("TestCase", "RecorderTestCase")
    }
    run = {
        base.__name__
        for case in (
            TestApplicationRecorder,
            TestAggregateRecorder,
            TestNonInterleavingNotificationIDs,
        )
        for base in case.__mro__
    }
    assert cases - run == set(NOT_RUN)


# The library's cases were imported for their names; pytest is to collect ours alone.
del AggregateRecorderTestCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
