import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.integration.exporting import export_log, published
from ledger.integration.trees import TWIN, WORLD, TreeKind
from tests.ledger.integration.logs import grow, tamper
from tests.ledger.integration.signing import KEYS, note_of, place_in, publish
from tests.ledger.store.making import rows

Run = Callable[..., tuple[int, dict[str, object]]]
FORGE = "update ledger.entry set body = replace(body, '371502', '371503') where position = 30"

ONE_ROW_MORE = """
insert into model.funds select * from json_populate_record(null::model.funds, (
  select json_object_agg(attname, case format_type(atttypid, null)
    when 'uuid' then to_json('00000000-0000-0000-0000-000000000001'::text)
    when 'text' then to_json('371502'::text)
    when 'date' then to_json('2024-01-01'::text)
    when 'boolean' then to_json(true)
    else to_json(1) end)
  from pg_attribute where attrelid = 'model.funds'::regclass and attnum > 0 and not attisdropped))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    place_in(home)
    return home


@pytest.fixture
def log(database: str, home: Path) -> str:
    grow(database, 300)
    publish(database, place_in(home).signer())
    return database


@pytest.fixture
def run(database: str, home: Path) -> Run:
    """Run the program as an operator or an auditor does; exit code and what it printed."""
    named = conninfo_to_dict(database)
    url = f"postgresql://{named['user']}@/{named['dbname']}?host={named['host']}"
    url += f"&port={named.get('port', 5432)}"
    environment = {"MINGZHANG_HOME": str(home), "MINGZHANG_DATABASE_URL": url, "PATH": "/usr/bin"}

    def run(*told: object) -> tuple[int, dict[str, object]]:
        ended = subprocess.run(
            [sys.executable, "-m", "ledger.cli", *map(str, told)],
            env=environment,
            capture_output=True,
            check=False,
        )
        return ended.returncode, orjson.loads(ended.stdout) if ended.stdout else {}

    return run


def test_the_living_log_is_verified_up_to_what_the_auditor_holds(
    log: str, run: Run, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.write_bytes(note_of(log))
    code, told = run("verify", "--checkpoint", held)
    assert (code, told["ok"], told["checkpoint"], told["entries"]) == (0, True, 300, 300)
    tamper(log, FORGE)
    code, told = run("verify", "--checkpoint", held)
    assert (code, told["position"], told["kind"]) == (3, 30, "ENTRY_CHANGED")
    code, told = run("verify", "--sm3")
    assert (code, told["position"], told["kind"]) == (3, 30, "ENTRY_CHANGED")
    code, told = run("verify", "--since", held)
    assert code == 0  # what the auditor has audited is not read again


@pytest.mark.parametrize("tree", [WORLD, TWIN], ids=lambda tree: tree.name)
def test_an_export_is_verified_offline(log: str, run: Run, tmp_path: Path, tree: TreeKind) -> None:
    folder, policy = tmp_path / "log", tmp_path / "policy"
    with psycopg.connect(log, autocommit=True) as connection:
        export_log(connection, folder, published(KEYS))
    policy.write_bytes(published(KEYS)[f"{tree.suffix.removeprefix('/')}/policy".lstrip("/")])
    twin = ["--sm3"] if tree is TWIN else []
    code, told = run("verify", "--export", folder, "--policy", policy, *twin)
    assert (code, told["ok"], told["entries"]) == (0, True, 300)
    bundle = folder / tree.suffix.removeprefix("/") / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"371502", b"371503", 1))
    code, told = run("verify", "--export", folder, "--policy", policy, *twin)
    assert (code, told["position"], told["kind"]) == (3, 1, "ENTRY_CHANGED")


@pytest.mark.outsider("tlog-scales")
def test_a_receipt_is_checked_against_its_entry_and_against_the_database(
    log: str, run: Run, tmp_path: Path
) -> None:
    folder, receipt, entry = tmp_path / "log", tmp_path / "r.tlog-proof", tmp_path / "entry"
    with psycopg.connect(log, autocommit=True) as connection:
        export_log(connection, folder, published(KEYS))
    program = Path(sys.executable).with_name("tlog-tiles")
    made = subprocess.run([program, "gen-proof", folder, "29"], capture_output=True, check=True)
    receipt.write_bytes(made.stdout)
    entry.write_bytes(rows(log)[29].body.encode())
    assert run("verify", "--receipt", receipt, "--entry", entry)[0] == 0
    code, told = run("verify", "--receipt", receipt)
    assert (code, told["ok"], told["position"], told["checkpoint"]) == (0, True, 30, 300)
    tamper(log, FORGE)
    code, told = run("verify", "--receipt", receipt)
    assert (code, told["ok"]) == (3, False)


def test_a_read_model_that_was_changed_is_named_and_only_mended_when_asked(
    database: str, run: Run
) -> None:
    assert run("init")[0] == 0
    code, told = run("verify", "--models")
    assert (code, told["ok"], told["wrong"]) == (0, True, [])
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ONE_ROW_MORE)
    code, told = run("verify", "--models")
    assert (code, told["wrong"], told["mended"]) == (3, ["funds"], False)
    assert run("verify", "--models")[0] == 3
    code, told = run("verify", "--models", "--mend")
    assert (code, told["wrong"], told["mended"]) == (3, ["funds"], True)
    assert run("verify", "--models")[0] == 0


@pytest.mark.parametrize(
    "given", [b"", b"no checkpoint", b"a\n1\nAA==\n\n\xe2\x80\x94 a AAAAAAA=\n"]
)
def test_what_is_no_evidence_is_said_to_be_none(
    log: str, run: Run, tmp_path: Path, given: bytes
) -> None:
    assert log
    wrong = tmp_path / "wrong"
    wrong.write_bytes(given)
    for mode in ("--checkpoint", "--since", "--receipt"):
        assert run("verify", mode, wrong)[0] == 65
    assert run("verify", "--checkpoint", tmp_path / "nowhere")[0] == 65
