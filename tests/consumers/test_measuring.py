"""Measuring needs a broker, and says so before anything is made."""

from collections.abc import Callable

import pytest

from consumers.broker import BrokerFault
from consumers.measuring import measure_projector, measure_relay
from infra.kafka.apache import free_ports
from tests.consumers.worlds import head


@pytest.mark.parametrize("measure", [measure_relay, measure_projector])
def test_where_no_broker_answers_no_county_is_filled(
    measure: Callable[..., object], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGZHANG_KAFKA", f"127.0.0.1:{free_ports(1)[0]}")

    with pytest.raises(BrokerFault):
        measure(database, repetitions=1)
    assert head(database) == 0
