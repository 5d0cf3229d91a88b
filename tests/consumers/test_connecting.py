"""TLS and SASL from a file of properties; nothing of it is told."""

from pathlib import Path

import pytest

from consumers.connecting import cluster_of, options_of
from ledger.errors import Misconfigured
from ledger.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "kafka.properties"
    made.touch(0o600)
    return made


def test_properties_are_passed_to_the_library_under_its_own_names(file: Path) -> None:
    file.write_text(
        "# of the city\n"
        "security.protocol = sasl_ssl\n"
        "ssl.ca.location=/etc/kafka/ca.pem\n"
        "ssl.endpoint.identification.algorithm=https\n"
        "sasl.mechanism=SCRAM-SHA-512\n"
        "sasl.username=mingzhang\n"
        "sasl.password=a=b c\n"
    )
    settings = Settings.read({"MINGZHANG_KAFKA": "k:9093", "MINGZHANG_KAFKA_PROPERTIES": str(file)})

    assert cluster_of(settings).bootstrap == ("k:9093",)
    told = cluster_of(settings).options
    assert told["security_protocol"] == "SASL_SSL"
    assert told["ssl_cafile"] == "/etc/kafka/ca.pem"
    assert told["ssl_check_hostname"] is True
    assert told["sasl_mechanism"] == "SCRAM-SHA-512"
    assert told["sasl_plain_username"] == "mingzhang"
    assert told["sasl_plain_password"] == "a=b c"
    assert "a=b c" not in repr(cluster_of(settings))


@pytest.mark.parametrize("line", ["sasl.pasword=hunter2", "security.protocol=TLS", "hunter2"])
def test_a_line_that_is_not_understood_is_told_by_its_number_without_its_value(
    file: Path, line: str
) -> None:
    file.write_text(f"client.id=x\n{line}\n")

    with pytest.raises(Misconfigured, match="line 2") as refused:
        options_of(file)
    assert "hunter2" not in str(refused.value)


def test_a_file_with_a_password_that_others_may_read_is_refused(file: Path) -> None:
    file.write_text("sasl.password=hunter2\n")
    file.chmod(0o644)

    with pytest.raises(Misconfigured, match="chmod 600"):
        options_of(file)


def test_a_file_that_is_missing_and_a_broker_that_is_not_named_are_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        options_of(tmp_path / "nothing")
    with pytest.raises(Misconfigured, match="MINGZHANG_KAFKA"):
        cluster_of(Settings.read({}))
