"""Messages from outside by the command line: registered, taken, listed, given up; as its role."""

from pathlib import Path
from uuid import UUID

import orjson
import pytest

from ledger.settings import Settings
from ledger.vault.keyfile import create_keyring
from ledger.vault.keys import SeededKeyring
from tests.acceptance.serving import Installation
from tests.consumers.brokers import Wheel
from tests.consumers.intake.sending import SCHOOL, Sender, answers, class_of, recording, send
from tests.consumers.worlds import connected, write_small_world
from tests.ledger.small_world import EAST

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
NUMBER = "371502199001011234"


def test_an_operator_registers_a_sender_takes_what_it_sends_and_gives_up_what_cannot_be_decided(
    database: str, tmp_path: Path
) -> None:
    kafka = Wheel()
    home = Installation(tmp_path, database)
    create_keyring(Settings.read(home.environment).key_file, SeededKeyring("test"))
    home.run("init")
    write_small_world(database, classes=6)
    kafka.start()
    try:
        home.more = {"MINGZHANG_KAFKA": kafka.cluster.bootstrap[0]}
        home.run("kafka", "apply", "--replicas", "1")
        device = Sender()
        key = tmp_path / "gate.pub"
        key.write_bytes(device.pem)
        place = ("--role", "CLASS_HEAD", "--institution", str(SCHOOL), "--county", EAST)
        made = home.run("intake", "sender", "add", "attendance", "gate", "--key", str(key), *place)
        device.id = UUID(made.stdout.strip())
        sent = [
            device.message("a", "m-1", recording(class_of(5))),
            device.signed(b"b", f"{NUMBER} is no message".encode()),
            device.message("b", "m-2", recording(class_of(5), ends="09:00")),
        ]
        send(kafka.cluster, "attendance", sent)

        taken = home.run("intake", "run", "--once")
        assert "1 decided, 2 wait for a person" in taken.stderr
        assert "cannot be taken" not in taken.stderr
        assert NUMBER not in taken.stdout + taken.stderr
        (first, behind) = orjson.loads(home.run("intake", "list", "--format", "json").stdout)
        assert (first["fault"], behind["fault"]) == ("NO_MESSAGE", "")

        refused = home.run("intake", "drop", str(behind["number"]), *_WHY, ok=False)
        assert refused.returncode == 75
        assert f"behind {first['number']}" in refused.stderr
        dropped = home.run("intake", "drop", str(first["number"]), *_WHY)
        assert "1 decided, 0 still wait" in dropped.stderr

        told = orjson.loads(home.run("status").stdout)["intake"]["intake.attendance.v1"]
        assert told["answers"] == {"granted": 1, "refused": 1, "dropped": 1}
        assert told["dead_letters"] == {"NO_MESSAGE": 1}
        assert (told["waiting"], told["unread"]) == ({}, 0)
        said = {
            one: [value["status"] for value in many] for one, many in answers(kafka.cluster).items()
        }
        assert said == {"m-1": ["granted"], "m-2": ["refused"]}
        _reason_can_be_opened(database)
    finally:
        kafka.stop()


_WHY = ("--account", "operator", "--reason", "was sent by mistake")


def _reason_can_be_opened(database: str) -> None:
    """See that the key of the reason outlives the message that was given up."""
    with connected(database) as connection:
        row = connection.execute(
            "select count(*) from vault.sealed join vault.data_key using (owner)"
            " where kind = 'free-text' and wrapped is not null and exists (select from ledger.entry"
            " where type = 'system.intake-dropped.v1' and stream like '%' || owner)"
        ).fetchone()
    assert row is not None
    assert row[0] == 1
