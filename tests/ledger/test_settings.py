import dataclasses
from pathlib import Path

import pytest

from ledger.errors import Misconfigured
from ledger.settings import SETTINGS, Settings, unknown

HOME = {"HOME": "/people/clerk"}


def test_everything_has_a_default() -> None:
    settings = Settings.read(HOME)
    assert settings == Settings(
        home=settings.home,
        database_url=None,
        host="127.0.0.1",
        port=8711,
        city="371500",
        lang="zh",
        origin="mingzhang.local/371500",
        key_file=settings.home / "keys" / "vault.keys",
        documents=str(settings.home / "documents"),
        kafka=None,
        kafka_properties=None,
        read_database_url=None,
        ledger_url=None,
        ledger_token_file=None,
        witness_policy=settings.home / "witness.policy",
        witness_seconds=10,
        witness_stale_seconds=300,
        tsa_urls=(),
        tsa_roots=settings.home / "tsa.pem",
        tsa_seconds=3600,
    )


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        ({}, "/people/clerk/.local/share/mingzhang"),
        ({"XDG_DATA_HOME": "/data"}, "/data/mingzhang"),
        ({"XDG_DATA_HOME": "relative"}, "/people/clerk/.local/share/mingzhang"),
        ({"MINGZHANG_HOME": "/srv/ledger"}, "/srv/ledger"),
        ({"MINGZHANG_HOME": ""}, "/people/clerk/.local/share/mingzhang"),
    ],
)
def test_the_home_is_where_the_platform_keeps_data_unless_it_is_set(
    environment: dict[str, str], home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert Settings.read(HOME | environment).home == Path(home)


def test_what_is_set_is_read() -> None:
    settings = Settings.read(
        {
            "MINGZHANG_HOME": "/srv/ledger",
            "MINGZHANG_DATABASE_URL": "postgresql://clerk:p%40ss@db.example:5433/ledger",
            "MINGZHANG_HOST": "::1",
            "MINGZHANG_PORT": "0",
            "MINGZHANG_CITY": "370100",
            "MINGZHANG_LANG": "en",
            "MINGZHANG_ORIGIN": "ledger.example/370100",
            "MINGZHANG_MASTER_KEY_FILE": "/etc/mingzhang/keys",
            "MINGZHANG_DOCUMENTS": "s3://key:se%2Fcret@store.example:9000/papers/371500",
            "MINGZHANG_KAFKA": "k1.example:9092, [::1]:9093",
            "MINGZHANG_KAFKA_PROPERTIES": "/etc/mingzhang/kafka.properties",
            "MINGZHANG_READ_DATABASE_URL": "postgresql://db.example/copy",
            "MINGZHANG_LEDGER_URL": "https://ledger.example",
            "MINGZHANG_LEDGER_TOKEN_FILE": "/etc/mingzhang/token",
            "MINGZHANG_WITNESS_POLICY": "/etc/mingzhang/witnesses",
            "MINGZHANG_WITNESS_SECONDS": "30",
            "MINGZHANG_WITNESS_STALE_SECONDS": "900",
            "MINGZHANG_TSA_URL": "https://a.example/tsa  http://b.example",
            "MINGZHANG_TSA_ROOTS": "/etc/mingzhang/tsa.pem",
            "MINGZHANG_TSA_SECONDS": "60",
        }
    )
    assert settings == Settings(
        home=Path("/srv/ledger"),
        database_url="postgresql://clerk:p%40ss@db.example:5433/ledger",
        host="::1",
        port=0,
        city="370100",
        lang="en",
        origin="ledger.example/370100",
        key_file=Path("/etc/mingzhang/keys"),
        documents="s3://key:se%2Fcret@store.example:9000/papers/371500",
        kafka=("k1.example:9092", "[::1]:9093"),
        kafka_properties=Path("/etc/mingzhang/kafka.properties"),
        read_database_url="postgresql://db.example/copy",
        ledger_url="https://ledger.example",
        ledger_token_file=Path("/etc/mingzhang/token"),
        witness_policy=Path("/etc/mingzhang/witnesses"),
        witness_seconds=30,
        witness_stale_seconds=900,
        tsa_urls=("https://a.example/tsa", "http://b.example"),
        tsa_roots=Path("/etc/mingzhang/tsa.pem"),
        tsa_seconds=60,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MINGZHANG_PORT", "65536"),
        ("MINGZHANG_PORT", "-1"),
        ("MINGZHANG_WITNESS_SECONDS", "-77"),
        ("MINGZHANG_WITNESS_STALE_SECONDS", "soon"),
        ("MINGZHANG_TSA_SECONDS", "86401"),
        ("MINGZHANG_TSA_URL", "ftp://a.example"),
        ("MINGZHANG_TSA_URL", "https://a.example b.example"),
        ("MINGZHANG_PORT", "http"),
        ("MINGZHANG_HOST", "two words"),
        ("MINGZHANG_HOST", "http://host"),
        ("MINGZHANG_CITY", "3715"),
        ("MINGZHANG_CITY", "聊城市"),
        ("MINGZHANG_LANG", "fr"),
        ("MINGZHANG_DOCUMENTS", "s3://store.example/papers"),
        ("MINGZHANG_DOCUMENTS", "s3://key:secret@store.example"),
        ("MINGZHANG_ORIGIN", "ends/with/"),
        ("MINGZHANG_KAFKA", "without-a-port"),
        ("MINGZHANG_KAFKA", "one:9092,"),
        ("MINGZHANG_LEDGER_URL", "ledger.example"),
        ("MINGZHANG_LEDGER_URL", "https://ledger.example/below"),
        ("MINGZHANG_ORIGIN", "a+b"),
        ("MINGZHANG_DATABASE_URL", "nonsense"),
        ("MINGZHANG_DATABASE_URL", "postgresql://clerk:p@ss@db.example/ledger"),
    ],
)
def test_a_value_of_another_form_is_refused_by_the_name_of_its_variable(
    variable: str, value: str
) -> None:
    with pytest.raises(Misconfigured, match=variable) as refused:
        Settings.read(HOME | {variable: value})
    assert value not in str(refused.value)
    assert refused.value.__cause__ is None


def test_all_values_that_cannot_be_read_are_named_at_once() -> None:
    with pytest.raises(Misconfigured) as refused:
        Settings.read(HOME | {"MINGZHANG_PORT": "x", "MINGZHANG_LANG": "x"})
    assert "MINGZHANG_PORT, MINGZHANG_LANG" in refused.value.message.en


def test_a_password_is_not_shown_with_the_settings() -> None:
    settings = Settings.read(HOME | {"MINGZHANG_DATABASE_URL": "postgresql://c:hunter2@db/l"})
    assert "hunter2" not in repr(settings)


def test_every_field_has_one_line_in_the_table_and_every_line_a_field() -> None:
    fields = [field.name for field in dataclasses.fields(Settings)]
    assert [setting.field for setting in SETTINGS] == fields
    assert len({setting.variable for setting in SETTINGS}) == len(fields)


def test_a_demonstration_has_a_home_below_and_never_another_server() -> None:
    settings = Settings.read(
        HOME
        | {
            "MINGZHANG_HOME": "/srv/ledger",
            "MINGZHANG_DATABASE_URL": "postgresql://c@db/l",
            "MINGZHANG_MASTER_KEY_FILE": "/etc/mingzhang/keys",
            "MINGZHANG_DOCUMENTS": "s3://key:se%2Fcret@store.example:9000/papers/371500",
            "MINGZHANG_WITNESS_POLICY": "/etc/mingzhang/witnesses",
            "MINGZHANG_WITNESS_SECONDS": "30",
            "MINGZHANG_WITNESS_STALE_SECONDS": "900",
            "MINGZHANG_TSA_URL": "https://a.example/tsa  http://b.example",
            "MINGZHANG_TSA_ROOTS": "/etc/mingzhang/tsa.pem",
            "MINGZHANG_TSA_SECONDS": "60",
        }
    )
    demo = settings.for_demo()
    assert demo.home == Path("/srv/ledger/demo")
    assert demo.database_url is None
    assert demo.key_file == Path("/srv/ledger/demo/keys/vault.keys")


def test_a_misspelt_variable_is_found() -> None:
    environment = {"MINGZHANG_HOM": "/x", "MINGZHANG_HOME": "/x", "PATH": "/bin"}
    assert unknown(environment) == ["MINGZHANG_HOM"]
