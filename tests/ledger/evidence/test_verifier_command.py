"""``verify.py`` as an auditor meets it: one file, a Python without any library, exit codes."""

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.evidence.cosignature import MlDsa44Cosigner
from ledger.evidence.hashes import SM3
from ledger.evidence.note import Note, line_of
from ledger.evidence.receipt import Receipt
from ledger.evidence.signers import Sm2Signer
from ledger.evidence.tiles import encode_bundle
from ledger.evidence.verifier.assembling import ORDER, single_file
from tests.ledger.evidence.auditing import ENTRIES, Auditor, log_with, proven
from tests.ledger.evidence.logs import (
    LOG,
    NOW,
    POLICY_TEXT,
    WITNESS,
    MemoryLog,
    checkpoint_of,
    entries,
    signed_log,
)


def test_the_file_is_made_of_all_modules_and_names_nothing_twice() -> None:
    names: list[str] = []
    for node in ast.parse(single_file()).body:
        match node:
            case ast.ClassDef(name) | ast.FunctionDef(name):
                names.append(name)
            case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)):
                names.append(name)
            case _:
                pass

    assert len(names) == len(set(names)) > 50
    assert "ledger.evidence" not in single_file()
    assert "noqa" not in single_file()
    folder = Path(__file__).parents[3] / "ledger" / "evidence" / "verifier"
    modules = {one.stem for one in folder.glob("*.py")}
    assert set(ORDER) == modules - {"__init__", "__main__", "assembling"}


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("ledger.evidence.verifier", "离线核验"),
        ("ledger.evidence.verifier.assembling", "def main("),
    ],
)
def test_it_runs_as_a_part_of_the_project_and_is_printed_by_it(module: str, expected: str) -> None:
    asked = ["--help"] if module.endswith("verifier") else []
    ran = subprocess.run(
        [sys.executable, "-m", module, *asked],
        cwd=Path(__file__).parents[3],
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert ran.returncode == 0
    assert expected in ran.stdout
    assert ran.stdout == single_file() or asked


def test_an_honest_log_is_told_fine_in_both_languages(auditor: Auditor) -> None:
    place = log_with(auditor, signed_log(ENTRIES))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert told.code == 0
    assert "302 条逐条重算：叶、各层瓦片与根均相符" in told.out
    assert "302 entries hashed again: leaves, tiles of all levels and the root agree" in told.out
    assert "witnesses: w1" in told.out
    assert "[ 注意 note ]" not in told.out


def test_a_policy_that_came_along_is_used_with_a_warning(auditor: Auditor) -> None:
    place = log_with(auditor, signed_log(ENTRIES))
    auditor.put("log/policy.tlog", POLICY_TEXT.encode())

    told = auditor.run(place)

    assert told.code == 0
    assert f"请与您所持者核对：SHA-256 {sha256(POLICY_TEXT.encode()).hexdigest()}" in told.out


def test_a_changed_entry_is_named_and_the_run_ends_with_3(auditor: Auditor) -> None:
    log = signed_log(ENTRIES)
    bundle = "tile/entries/000"
    log.files[bundle] = encode_bundle([*ENTRIES[:41], b"forged", *ENTRIES[42:256]])

    told = auditor.run(log_with(auditor, log), "--policy", auditor.folder / "mine.tlog")

    assert told.code == 3
    assert f"第 42 位：条目被改动（{bundle}）" in told.out
    assert f"position 42: the entry was changed {bundle}" in told.out
    assert "不可采信" in told.out


def test_an_older_checkpoint_shows_a_log_rewritten_with_its_key(auditor: Auditor) -> None:
    plain = entries(302)
    place = log_with(auditor, signed_log([*plain[:41], b"forged", *plain[42:]]))
    mine = auditor.put("held", signed_log(plain[:100]).files["checkpoint"])
    policy = ("--policy", auditor.folder / "mine.tlog")

    assert auditor.run(place, *policy).code == 0
    told = auditor.run(place, *policy, "--held", mine)
    assert told.code == 3
    assert "第 1 至 100 位之间：日志以真实密钥重写" in told.out
    honest = Auditor(auditor.program, auditor.folder / "other")
    told = honest.run(log_with(honest, signed_log(plain)), *policy, "--held", mine)
    assert (told.code, "延续所持检查点（100 条）" in told.out) == (0, True)


def test_a_log_rewritten_with_its_key_belies_what_it_said_of_its_own_heads(
    auditor: Auditor,
) -> None:
    place = log_with(auditor, signed_log([*ENTRIES[:299], b"forged", *ENTRIES[300:]]))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert told.code == 3
    assert "第 301 位：日志在此载明的流头或树根与其条目不符" in told.out


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{}", b'{"size":-1}', b'{"size":"x"}', b'{"size":300,"streams":3}', b'{"size":1e400}'],
    ids=range(6),
)
def test_a_word_of_the_log_that_is_out_of_form_is_not_so(auditor: Auditor, data: bytes) -> None:
    said = ENTRIES[300]
    start, end = said.index(b'"data":') + 7, said.index(b',"prev"')
    place = log_with(auditor, signed_log([*ENTRIES[:300], said[:start] + data + said[end:]]))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert (told.code, "第 301 位：日志在此载明" in told.out) == (3, True), told.out


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda log: log.files.pop("checkpoint"), "检查点缺失"),
        (lambda log: log.files.update(checkpoint=b"nothing"), "不是签名文书"),
        (
            lambda log: log.files.update(
                checkpoint=log.files["checkpoint"].replace(b"\n302\n", b"\n301\n")
            ),
            "签名不符",
        ),
        (
            lambda log: log.files.update(
                checkpoint=bytes(Note.parse(log.files["checkpoint"]).only([LOG.key]))
            ),
            "见证人不足法定人数",
        ),
        (
            lambda log: log.files.update(
                checkpoint=bytes(Note.parse(log.files["checkpoint"]).only([WITNESS.key]))
            ),
            "没有日志自身的有效签名",
        ),
    ],
    ids=["gone", "none", "changed", "unwitnessed", "unsigned"],
)
def test_a_checkpoint_that_is_not_to_be_believed_ends_with_3(
    auditor: Auditor, change: Callable[[MemoryLog], object], what: str
) -> None:
    log = signed_log(ENTRIES)
    change(log)

    told = auditor.run(log_with(auditor, log), "--policy", auditor.folder / "mine.tlog")

    assert (told.code, what in told.out) == (3, True)


def test_the_twin_tree_is_checked_with_sm3_and_its_sm2_signature(auditor: Auditor) -> None:
    origin = "ledger.example/audit/sm3"
    signer = Sm2Signer.generate(origin)
    log = signed_log(ENTRIES, hashing=SM3, signers=[LOG, WITNESS])
    twin = replace(checkpoint_of(log), origin=origin)
    log.files["checkpoint"] = bytes(Note(twin.text, (line_of(signer, twin.text, NOW),)))
    policy = auditor.put("twin.tlog", f"log {signer.key}\nquorum none\n".encode())

    told = auditor.run(log_with(auditor, log), "--policy", policy)

    assert (told.code, "302 entries hashed again" in told.out) == (0, True)
    forged = Note(twin.text, (line_of(signer, twin.text + "x\n", NOW),))
    auditor.put("log/checkpoint", bytes(forged))
    assert auditor.run(auditor.folder / "log", "--policy", policy).code == 3


def test_what_cannot_be_checked_without_a_library_is_said(auditor: Auditor) -> None:
    post_quantum = MlDsa44Cosigner("ledger.example/audit", sha256(b"pq").digest())
    log = signed_log(ENTRIES, signers=[LOG, post_quantum, WITNESS])
    policy = auditor.put("pq.tlog", f"{POLICY_TEXT}log {post_quantum.key}\n".encode())

    told = auditor.run(log_with(auditor, log), "--policy", policy)

    assert told.code == 0
    assert "[ 未验 unchecked ] ledger.example/audit 的抗量子签名" in told.out
    alone = auditor.put("alone.tlog", f"log {post_quantum.key}\nquorum none\n".encode())
    assert auditor.run(auditor.folder / "log", "--policy", alone).code == 3


def test_a_receipt_proves_its_entry_and_no_other(auditor: Auditor) -> None:
    log = signed_log(ENTRIES)
    one = proven(41, log)
    receipt = Receipt(41, tuple(one.path), log.files["checkpoint"], b"extra")
    place = auditor.put("41.tlog-proof", bytes(receipt))
    policy = ("--policy", auditor.folder / "mine.tlog")

    told = auditor.run(place, *policy, "--entry", auditor.put("41.json", ENTRIES[41]))
    assert (told.code, "the entry stands at position 42" in told.out) == (0, True)
    assert "回执附带内容未经验证" in told.out
    told = auditor.run(place, *policy, "--entry", auditor.put("42.json", ENTRIES[42]))
    assert (told.code, "条目不在日志第 42 位" in told.out) == (3, True)


@pytest.mark.parametrize(
    "asked",
    [[], ["missing"], ["--held", "held"], ["receipt.tlog-proof"], ["log"], ["log", "--what"]],
    ids=range(6),
)
def test_a_question_that_cannot_be_asked_so_ends_with_2(auditor: Auditor, asked: list[str]) -> None:
    log = signed_log(ENTRIES)
    log_with(auditor, log)
    auditor.put("receipt.tlog-proof", b"c2sp.org/tlog-proof@v1\nindex 0\n\n")

    told = auditor.run(*(one if one[0] == "-" else auditor.folder / one for one in asked))

    assert told.code == 2
    assert told.out
