"""The distributed layout as manifests: of the form that their readers know, and closed by default.

There is no container engine here: what is shown is the form, who may reach whom, and that commands,
settings, secrets and files are those that exist. That images build and start is not shown.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import kubernetes_validate
import orjson
import pytest
import typer
import yaml

from consumers.connecting import options_of
from ledger.cli import build
from ledger.settings import SETTINGS, Settings
from tests.architecture.tree import ROOT

LAYOUT = ROOT / "infra" / "distributed"
SCHEMA = Path(__file__).parent / "compose-spec" / "compose-spec.json"
KUBERNETES = "1.31"
OURS = "mingzhang:"
VARIABLES = {setting.variable for setting in SETTINGS}
PROCESSES = {"serve", "relay", "alerts", "intake", "projector", "init", "kafka"}

Found = dict[str, Any]


def compose() -> Found:
    text = (LAYOUT / "compose.yaml").read_text("utf-8")
    found: Found = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def objects() -> list[Found]:
    return [
        one
        for file in sorted((LAYOUT / "kubernetes").rglob("*.yaml"))
        for one in yaml.load_all(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    ]


def named(one: Found) -> str:
    return f"{one['kind']}/{one['metadata']['name']}"


def pods() -> dict[str, Found]:
    """Return all pods by what makes them; those of a night, and those of the beginning, too."""
    found = {}
    for one in objects():
        if one["kind"] in {"StatefulSet", "Deployment", "Job"}:
            found[one["metadata"]["name"]] = one["spec"]["template"]
        elif one["kind"] == "CronJob":
            found[one["metadata"]["name"]] = one["spec"]["jobTemplate"]["spec"]["template"]
    return found


def containers() -> Iterator[tuple[str, Found]]:
    for name, pod in pods().items():
        for one in pod["spec"]["containers"]:
            yield f"{name}/{one['name']}", one


def services() -> dict[str, Found]:
    found: dict[str, Found] = compose()["services"]
    return found


def commands() -> set[str]:
    group = typer.main.get_command(build())
    return set(group.list_commands(None))  # type: ignore[attr-defined]  # a group of commands


def validate(document: Found) -> None:
    schema = orjson.loads(SCHEMA.read_bytes())
    jsonschema.Draft201909Validator(schema).validate(document)


def test_the_schema_of_compose_is_the_one_that_its_authors_published() -> None:
    digest = sha256(SCHEMA.read_bytes()).hexdigest()

    assert digest in (SCHEMA.parent / "ORIGIN.md").read_text("utf-8")


def test_the_compose_file_has_the_form_of_the_specification() -> None:
    validate(compose())


@pytest.mark.parametrize(
    ("service", "wrong"),
    [("relay", {"comand": ["relay"]}), ("relay", {"deploy": {"replicas": "two"}})],
)
def test_a_compose_file_of_another_form_would_be_refused(service: str, wrong: Found) -> None:
    document = compose()
    document["services"][service] |= wrong

    with pytest.raises(jsonschema.ValidationError):
        validate(document)


@pytest.mark.parametrize("one", objects(), ids=named)
def test_every_object_of_kubernetes_has_its_form(one: Found) -> None:
    kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_an_object_of_another_form_would_be_refused() -> None:
    one = next(one for one in objects() if one["kind"] == "Deployment")
    one["spec"]["replica"] = 2

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_the_layouts_have_all_that_is_meant_to_run() -> None:
    replicas = {
        one["metadata"]["name"]: one["spec"]["replicas"]
        for one in objects()
        if one["kind"] in {"StatefulSet", "Deployment"}
    }
    assert replicas == {
        "postgres": 1,
        "kafka": 3,
        "ledger": 1,
        "relay": 2,
        "alerts": 2,
        "read": 2,
    }
    held = services()
    assert sum(name.startswith("kafka-") for name in held) == 3
    assert held["relay"]["deploy"]["replicas"] == 2
    assert sum(name.endswith("-projector") for name in held) == 2
    assert {"postgres", "ledger", "intake", "alerts"} <= held.keys()


def test_every_process_of_ours_is_a_command_with_settings_that_exist() -> None:
    asked: dict[str, tuple[list[str], set[str]]] = {
        name: (one["command"], set(one["environment"]))
        for name, one in services().items()
        if one["image"].startswith(OURS)
    }
    shared = next(one for one in objects() if named(one) == "ConfigMap/settings")["data"]
    for name, one in containers():
        if one["image"].startswith(OURS):
            asked[name] = (one["args"], {env["name"] for env in one.get("env", [])} | set(shared))

    assert {command[0] for command, _ in asked.values()} == PROCESSES
    for name, (command, variables) in asked.items():
        assert command[0] in commands(), name
        assert variables <= VARIABLES, name


def test_settings_of_the_manifests_are_understood() -> None:
    environments = [
        one["environment"] for one in services().values() if one["image"].startswith(OURS)
    ]
    for _, one in containers():
        if one["image"].startswith(OURS):
            environments.append({env["name"]: env["value"] for env in one.get("env", [])})

    for environment in environments:
        told = {name: value for name, value in environment.items() if not value.startswith("${")}
        settings = Settings.read(told)
        if settings.database_url is not None:
            query = parse_qs(urlsplit(settings.database_url).query)
            assert query["sslmode"] == ["verify-full"]
            assert urlsplit(settings.database_url).password is None


def test_nobody_shows_a_password_to_kafka_or_to_the_ledgers_database(tmp_path: Path) -> None:
    properties = LAYOUT / "kafka.properties"
    told = options_of(properties)

    assert told["security_protocol"] == "SSL"
    assert set(told) == {"security_protocol", "ssl_cafile", "ssl_certfile", "ssl_keyfile"}
    files = next(one for one in objects() if named(one) == "ConfigMap/files")["data"]
    same = tmp_path / "kafka.properties"
    same.write_text(files["kafka.properties"], "utf-8")
    assert options_of(same) == told
    for name in ("pg_hba.conf", "read_hba.conf", "ledger.sql", "backup.sh"):
        lines = (LAYOUT / name).read_text("utf-8").splitlines()
        meant = [line for line in lines if not line.startswith(("#", "--"))]
        assert files[name].splitlines() == meant
    hba = (LAYOUT / "pg_hba.conf").read_text("utf-8") + (LAYOUT / "read_hba.conf").read_text(
        "utf-8"
    )
    methods = {line.split()[-1] for line in hba.splitlines() if line and not line.startswith("#")}
    assert methods == {"peer", "cert"}


def test_secrets_come_by_files_alone() -> None:
    text = (LAYOUT / "compose.yaml").read_text("utf-8")
    held = compose()
    assert all(set(one) == {"file"} for one in held["secrets"].values())
    for name, one in held["services"].items():
        for variable, value in one.get("environment", {}).items():
            told = variable.endswith("_FILE") or not any(
                word in variable for word in ("PASSWORD", "SECRET", "TOKEN")
            )
            assert told, f"{name}: {variable}={value}"
        for secret in one.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in held["secrets"]
    assert "PASSWORD=" not in text
    assert [one for one in objects() if one["kind"] == "Secret"] == []


def test_nothing_listens_for_others_but_the_doors_and_those_on_this_host_alone() -> None:
    for name, one in services().items():
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", [])), name
        if one.get("ports"):
            assert name == "ledger" or name.endswith("-door")
        assert one.get("network_mode") in {None, "none"}, name
    networks = compose()["networks"]
    assert all(one == {"internal": True} for name, one in networks.items() if name != "door")
    kinds = {one["kind"] for one in objects()}
    assert "Ingress" not in kinds
    for one in objects():
        if one["kind"] == "Service":
            assert one["spec"].get("type", "ClusterIP") == "ClusterIP"
    for name, pod in pods().items():
        assert not pod["spec"].get("hostNetwork"), name
    for name, container in containers():
        assert all("hostPort" not in port for port in container.get("ports", [])), name


def test_who_may_reach_whom_is_said_and_nothing_else_is_let_through() -> None:
    policies = {named(one): one["spec"] for one in objects() if one["kind"] == "NetworkPolicy"}
    nothing = policies["NetworkPolicy/nothing"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    labels = {name: pod["metadata"]["labels"] for name, pod in pods().items()}
    clients = {name for name, held in labels.items() if held.get("kafka") == "client"}
    assert clients == {"ledger", "relay", "alerts", "read", "init", "topics"}
    assert {name for name, held in labels.items() if held.get("database") == "ledger"} == {
        "ledger",
        "relay",
        "alerts",
        "backup",
        "init",
        "topics",
    }
    for name, spec in policies.items():
        for way in ("ingress", "egress"):
            for rule in spec.get(way, []):
                peers = rule.get("from" if way == "ingress" else "to", [])
                assert peers, f"{name} lets everybody through"
                assert rule["ports"], f"{name} opens every port"


def test_no_container_has_more_rights_than_it_needs() -> None:
    for name, pod in pods().items():
        told = pod["spec"]["securityContext"]
        assert told["runAsNonRoot"], name
        assert told["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["spec"]["automountServiceAccountToken"] is False, name
    for name, one in containers():
        held = one["securityContext"]
        assert held["allowPrivilegeEscalation"] is False, name
        assert held["capabilities"] == {"drop": ["ALL"]}, name
        assert one["resources"]["limits"]["memory"], name
        assert held.get("readOnlyRootFilesystem") or name == "kafka/kafka", name
    for name, one in services().items():
        assert one["mem_limit"], name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name


def test_the_image_takes_what_is_locked_and_does_not_run_as_root() -> None:
    lines = (LAYOUT / "Dockerfile").read_text("utf-8").splitlines()
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 999:999"]
    kept = (LAYOUT / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    for line in kept:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line
