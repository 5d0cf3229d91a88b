"""Both kinds of stores: a directory, and a bucket behind a server that others wrote."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from minio import Minio
from urllib3.exceptions import HTTPError

from ledger.documents.directory import DirectoryStore
from ledger.documents.place import store_at
from ledger.documents.store import DocumentStore
from tests.ledger.documents.ports import free_port

READY_SECONDS = 20


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running S3-compatible server; its host and port."""
    data, port = tmp_path_factory.mktemp("buckets"), free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "localbucket", "--port", str(port), str(data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    host, until = f"127.0.0.1:{port}", monotonic() + READY_SECONDS
    client = Minio(host, access_key="key", secret_key="secret", secure=False, region="here")
    while True:
        try:
            client.make_bucket("papers")
            break
        except HTTPError:
            assert monotonic() < until
            sleep(0.05)
    try:
        yield host
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> DocumentStore:
    """An empty store, of each kind."""
    if request.param == "directory":
        return DirectoryStore(tmp_path / "documents")
    host = request.getfixturevalue("s3")
    below = tmp_path.name
    return store_at(f"s3://key:secret@{host}/papers/{below}?region=here&tls=no")
