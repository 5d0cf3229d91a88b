"""A time-stamping authority for the tests: OpenSSL's, with a chain of its own, behind HTTP."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Lock

import pytest

from tests.ledger.integration.witnessing import answering

CONFIGURATION = """\
[tsa]
default_tsa = ours
[ours]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
{certs}
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
RSA = ("rsa:2048",)
EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
TSA = (
    "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
    "extendedKeyUsage=critical,timeStamping\n"
)


@dataclass
class Authority:
    """A directory with a root, an intermediate and a time-stamping certificate."""

    folder: Path

    def openssl(self, *words: str, data: bytes = b"") -> bytes:
        done = subprocess.run(
            ["openssl", *words], cwd=self.folder, input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    @property
    def chain(self) -> bytes:
        """Root and intermediate."""
        return self.root + (self.folder / "inter.pem").read_bytes()

    def stamp(self, query: bytes, *, with_chain: bool = True) -> bytes:
        """Answer a request as the authority does."""
        configured = CONFIGURATION.format(certs="certs = inter.pem" if with_chain else "")
        (self.folder / "tsa.cnf").write_text(configured)
        (self.folder / "query").write_bytes(query)
        words = ("-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "answer")
        self.openssl("ts", *words)
        return (self.folder / "answer").read_bytes()

    @contextmanager
    def serving(self, change: Callable[[bytes], bytes] = bytes) -> Iterator[str]:
        """Answer over HTTP until the block ends, each answer changed as a test wants it."""
        alone = Lock()

        def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
            assert handler.headers["content-type"] == "application/timestamp-query"
            with alone:
                data = change(self.stamp(body))
            handler.send_response(200)
            handler.send_header("content-type", "application/timestamp-reply")
            handler.send_header("content-length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        with answering(answer) as url:
            yield f"{url}/tsa"

    def holds(self, response: Path, text: Path) -> bool:
        """Let OpenSSL itself verify a stamp."""
        words = ("-verify", "-in", response, "-data", text, "-CAfile", "root.pem")
        ran = subprocess.run(
            ["openssl", "ts", *words], cwd=self.folder, capture_output=True, check=False
        )
        return ran.returncode == 0


def made_in(folder: Path, kind: tuple[str, ...] = EC) -> Authority:
    """Make an authority that signs with a kind of key, or skip aloud without OpenSSL."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    folder.mkdir()
    (folder / "serial").write_text("01\n")
    (folder / "ca.ext").write_text(CA)
    (folder / "tsa.ext").write_text(TSA)
    authority = Authority(folder)
    request = ("-nodes", "-newkey")
    authority.openssl(
        *("req", "-x509", *request, *RSA, "-days", "30", "-subj", "/CN=Root"),
        *("-keyout", "root.key", "-out", "root.pem"),
    )
    for name, signer, key, extensions in (
        ("inter", "root", RSA, "ca.ext"),
        ("tsa", "inter", kind, "tsa.ext"),
    ):
        authority.openssl(
            *("req", *request, *key, "-subj", f"/CN={name}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        authority.openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-days", "30"),
            *("-CAkey", f"{signer}.key", "-CAcreateserial", "-extfile", extensions),
            *("-out", f"{name}.pem"),
        )
    return authority
