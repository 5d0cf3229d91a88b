"""The single-file verifier reads time stamps of a real authority, and tells who signed them."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509

from ledger.clock import SystemClock
from ledger.evidence.time_stamps import asked_for, roots_of
from ledger.evidence.time_stamps import stamped_at as stamped_by_library
from ledger.evidence.verifier.authorities import check_signed, ends_in, is_for_stamps
from ledger.evidence.verifier.stamps import Anchors, look_at
from ledger.evidence.verifier.telling import Bad
from ledger.evidence.verifier.tokens import Unknowable, items, stamped_at
from tests.ledger.integration.authority import EC, RSA, Authority, made_in

TEXT = "ledger.example\n5\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
DATA = TEXT.encode()


@pytest.fixture(scope="module", params=[EC, RSA], ids=["ecdsa", "rsa"])
def authority(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Authority:
    return made_in(tmp_path_factory.mktemp("tsa") / "authority", request.param)


@pytest.fixture(scope="module")
def answer(authority: Authority) -> bytes:
    return authority.stamp(asked_for(TEXT).body)


def test_what_a_stamp_is_over_and_when_is_read_without_any_library(answer: bytes) -> None:
    token = stamped_at(answer, DATA)
    assert (token.hashed, token.imprint) == ("sha256", sha256(DATA).digest())
    assert abs(token.at - SystemClock().now()) < timedelta(minutes=5)
    with pytest.raises(Bad, match="over something else"):
        stamped_at(answer, DATA + b"\n")


@pytest.mark.outsider("OpenSSL, RFC 3161", "rfc3161-client")
def test_both_verifiers_and_openssl_agree_on_whose_it_is(
    authority: Authority, answer: bytes, tmp_path: Path
) -> None:
    assert check_signed(stamped_at(answer, DATA), authority.root) == "CN=tsa"
    at = stamped_by_library(answer, TEXT, roots_of(authority.root))
    assert stamped_at(answer, DATA).at == at
    (tmp_path / "answer").write_bytes(answer)
    (tmp_path / "text").write_bytes(DATA)
    assert authority.holds(tmp_path / "answer", tmp_path / "text")


def test_a_chain_ends_in_what_was_given_or_nowhere(
    authority: Authority, answer: bytes, tmp_path: Path
) -> None:
    other = made_in(tmp_path / "other")
    with pytest.raises(Bad, match="none of the certificates"):
        check_signed(stamped_at(answer, DATA), other.root)
    # Without the intermediate one, whoever checks has to bring it along.
    bare = stamped_at(authority.stamp(asked_for(TEXT).body, with_chain=False), DATA)
    assert check_signed(bare, authority.chain) == "CN=tsa"
    with pytest.raises(Bad, match="none of the certificates"):
        check_signed(bare, authority.root)
    with pytest.raises(Bad, match="out of form"):
        check_signed(bare, b"no certificates")


def test_no_changed_byte_of_an_answer_changes_what_is_believed(
    authority: Authority, answer: bytes
) -> None:
    good = stamped_at(answer, DATA)
    for at in range(0, len(answer), 5):
        bent = answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :]
        try:
            token = stamped_at(bent, DATA)
            check_signed(token, authority.root)
        except (Bad, Unknowable):
            continue
        assert (token.statement, token.at) == (good.statement, good.at), at
    for cut in (0, 1, 40, len(answer) // 2, len(answer) - 1):
        with pytest.raises(Bad):
            stamped_at(answer[:cut], DATA)


def test_another_statement_under_the_same_signature_is_found(answer: bytes) -> None:
    token = stamped_at(answer, DATA)
    (year,) = {f"{token.at:%Y%m%d}".encode()}
    assert token.statement.count(year) == 1
    forged = answer.replace(token.statement, token.statement.replace(year, b"20200101"))
    with pytest.raises(Bad, match="not what it states"):
        stamped_at(forged, DATA)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: folder.joinpath("leaf.ext").write_text("basicConstraints=CA:FALSE\n"),
        lambda folder: folder.joinpath("leaf.ext").write_text("extendedKeyUsage=timeStamping\n"),
    ],
    ids=["no usage", "not critical"],
)
def test_a_certificate_that_is_not_one_for_time_stamps_is_none(
    authority: Authority, change: Callable[[Path], object]
) -> None:
    change(authority.folder)
    (leaf,) = roots_of(issued(authority, "inter"))
    assert not is_for_stamps(leaf)
    assert is_for_stamps(roots_of((authority.folder / "tsa.pem").read_bytes())[0])


def issued(authority: Authority, by: str) -> bytes:
    """A further certificate, with the extensions in ``leaf.ext``."""
    authority.openssl(
        *("req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-subj", "/CN=leaf", "-keyout", "leaf.key", "-out", "leaf.csr"),
    )
    authority.openssl(
        *("x509", "-req", "-in", "leaf.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key"),
        *("-CAcreateserial", "-days", "30", "-extfile", "leaf.ext", "-out", "leaf.pem"),
    )
    return (authority.folder / "leaf.pem").read_bytes()


def test_only_authorities_for_certificates_issue_and_only_while_they_last(
    authority: Authority,
) -> None:
    (authority.folder / "leaf.ext").write_text("basicConstraints=CA:FALSE\n")
    names = ("root", "inter", "tsa")
    root, inter, tsa = (
        x509.load_pem_x509_certificate((authority.folder / f"{one}.pem").read_bytes())
        for one in names
    )
    now = SystemClock().now()
    assert ends_in(tsa, [inter], [root], now)
    assert ends_in(tsa, [], [inter], now)
    assert not ends_in(tsa, [], [root], now)
    assert not ends_in(tsa, [inter], [root], now + timedelta(days=31))
    (below,) = roots_of(issued(authority, "tsa"))
    assert not ends_in(below, [tsa, inter], [root], now)


def test_without_the_library_or_roots_it_says_what_was_not_checked(
    answer: bytes, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_roots = look_at("a.tsr", answer, DATA, Anchors(None, None))
    assert no_roots.who is None
    assert no_roots.at is not None
    assert sha256(DATA).hexdigest() in no_roots.command
    monkeypatch.setitem(sys.modules, "cryptography", None)
    bare = look_at("a.tsr", answer, DATA, Anchors(authority.root, None))
    assert (bare.who, bare.at) == (None, no_roots.at)
    assert "not installed" in bare.en
    with pytest.raises(Bad, match=r"a\.tsr"):
        look_at("a.tsr", answer, b"other", Anchors(None, None))


def test_the_answer_no_is_no_stamp() -> None:
    for refusal in ("30053003020102", "3003020100", "300530030201", ""):
        with pytest.raises(Bad):
            stamped_at(bytes.fromhex(refusal), DATA)


@pytest.mark.parametrize("data", ["0480", "048101ff", "0482000100", "1f0100", "04850000000001ff"])
def test_only_der_is_read(data: str) -> None:
    with pytest.raises(Bad):
        items(bytes.fromhex(data))


@pytest.mark.outsider("OpenSSL, RFC 3161")
def test_openssl_reads_what_is_read_here(answer: bytes, tmp_path: Path) -> None:
    (tmp_path / "answer").write_bytes(answer)
    told = subprocess.run(
        ["openssl", "ts", "-reply", "-in", str(tmp_path / "answer"), "-text"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    at = next(line for line in told.splitlines() if line.startswith("Time stamp:"))
    read = datetime.strptime(at, "Time stamp: %b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    assert stamped_at(answer, DATA).at == read
