"""Exhibits and archive packages, checked by ``verify.py`` alone."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.evidence.exhibit import Exhibit, ProvenEntry, Withheld
from ledger.evidence.hashes import SHA256
from ledger.evidence.stream_heads import Placed
from tests.ledger.evidence.auditing import (
    ENTRIES,
    HEADS,
    Auditor,
    exhibit_of,
    package,
    proven,
)
from tests.ledger.evidence.logs import signed_log


def test_an_exhibit_is_proven_complete_and_its_rows_are_compared(auditor: Auditor) -> None:
    place = auditor.put("exhibit.json", bytes(exhibit_of(signed_log(ENTRIES))))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert told.code == 0
    assert "101 条条目均在日志中" in told.out
    assert "流 class/1 至日志 300 条时共 100 版，无遗漏" in told.out
    assert "读模型 class_ledger（至第 302 位）各行与摘要相符" in told.out
    assert "the trust policy came" in auditor.run(place).out


def with_entries(exhibit: Exhibit, of: Sequence[ProvenEntry]) -> Exhibit:
    """Return an exhibit of other entries, that says of itself what is in it."""
    assert exhibit.about is not None
    return replace(exhibit, entries=of, about=replace(exhibit.about, entries=len(of)))


def changed_exhibits() -> dict[str, tuple[Exhibit, str]]:
    log = signed_log(ENTRIES)
    good = exhibit_of(log)
    heads, model, about, of = good.heads, good.models[0], good.about, good.entries
    assert heads is not None
    assert about is not None
    (placed,) = heads.placed
    other = HEADS.prove("class/2")
    assert isinstance(other, Placed)
    forged = replace(of[0], body=ENTRIES[0])
    swapped = [replace(of[0], body=of[1].body), replace(of[1], body=of[0].body), *of[2:]]
    older = replace(placed, head=placed.head._replace(version=99))
    return {
        "entry": (replace(good, entries=[forged, *of[1:]]), "第 2 位：条目被改动"),
        "swapped": (replace(good, entries=swapped), "第 2 位：条目被改动"),
        "another place": (
            replace(good, entries=[replace(of[0], index=2), *of[1:]]),
            "第 3 位：条目被改动",
        ),
        "left out": (with_entries(good, of[1:]), "流 class/1 在第 1 版处有缺"),
        "left out in the middle": (
            with_entries(good, [*of[:7], *of[8:]]),
            "流 class/1 在第 8 版处有缺",
        ),
        "last left out": (with_entries(good, of[:-2]), "流 class/1 的条目不全"),
        "held back": (replace(good, entries=of[:-1]), "材料自称共 101 条，实有 100 条"),
        "added": (
            replace(good, entries=[*of, proven(0, log)]),
            "材料自称共 101 条，实有 102 条",
        ),
        "twice": (replace(good, entries=[of[0], *of]), "同一条目列出两次"),
        "beyond": (replace(good, about=replace(about, position=300)), "材料自称至第 300 位"),
        "other head": (
            replace(good, heads=replace(heads, placed=[other])),
            "流 class/2 的条目不全",
        ),
        "other version": (
            replace(good, heads=replace(heads, placed=[older])),
            "流 class/1 的末条证明不成立",
        ),
        "another fact": (replace(good, heads=replace(heads, fact=of[0])), "证据材料不成形式"),
        "rows": (replace(good, models=[replace(model, rows="a,b\n1,3\n")]), "各行与摘要不符"),
        "digest": (replace(good, models=[replace(model, digest="0" * 64)]), "各行与摘要不符"),
        "checkpoint": (
            replace(good, checkpoint=signed_log(ENTRIES[:-1]).files["checkpoint"]),
            "条目被改动，或不在日志中",
        ),
        "unsigned": (
            replace(good, checkpoint=good.checkpoint.replace(b"\n302\n", b"\n303\n")),
            "的签名不符",
        ),
        "another log": (
            replace(good, checkpoint=good.checkpoint.replace(b"ledger.example", b"other.example")),
            "是另一日志",
        ),
    }


@pytest.mark.parametrize("how", list(changed_exhibits()))
def test_an_exhibit_that_was_touched_is_not_relied_on(auditor: Auditor, how: str) -> None:
    exhibit, what = changed_exhibits()[how]
    place = auditor.put("exhibit.json", bytes(exhibit))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert (told.code, what in told.out) == (3, True), told.out


def test_what_the_reader_may_not_see_is_counted_and_linked(auditor: Auditor) -> None:
    log = signed_log(ENTRIES)
    good = exhibit_of(log)
    hidden = good.entries[5]
    leaf = SHA256.leaf(hidden.body)
    kept = [one for one in good.entries if one is not hidden]
    exhibit = replace(
        good, entries=kept, withheld=[Withheld(hidden.index, "class/1", 6, leaf, hidden.path)]
    )

    told = auditor.run(
        auditor.put("exhibit.json", bytes(exhibit)), "--policy", auditor.folder / "mine.tlog"
    )

    assert told.code == 0, told.out
    assert "另有 1 条在日志中" in told.out
    assert "流 class/1 至日志 300 条时共 100 版，无遗漏" in told.out
    other = proven(0, log)
    stray = Withheld(0, "class/1", 6, SHA256.leaf(other.body), other.path)
    told = auditor.run(
        auditor.put("exhibit.json", bytes(replace(exhibit, withheld=[stray]))),
        "--policy",
        auditor.folder / "mine.tlog",
    )
    assert (told.code, "流 class/1 在第" in told.out) == (3, True)


def test_what_came_after_the_heads_follows_on_and_is_not_called_complete(auditor: Auditor) -> None:
    place = auditor.put("exhibit.json", bytes(exhibit_of(signed_log(ENTRIES))))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert "其后 1 条前后相连；此后是否还有" in told.out


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":"mingzhang-exhibit/v1"}',
        b'{"format":"mingzhang-exhibit/v1","format":"mingzhang-exhibit/v1"}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=range(7),
)
def test_anything_else_is_not_relied_on_either(auditor: Auditor, data: bytes) -> None:
    place = auditor.put("exhibit.json", data)

    assert auditor.run(place, "--policy", auditor.folder / "mine.tlog").code == 3


def test_a_digest_without_rows_is_told_and_left_to_the_reader(auditor: Auditor) -> None:
    good = exhibit_of(signed_log(ENTRIES))
    exhibit = replace(good, models=[replace(good.models[0], rows=None)])
    place = auditor.put("exhibit.json", bytes(exhibit))

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert (told.code, "请与重算所得比较" in told.out) == (0, True)


def test_a_package_is_checked_file_by_file_and_entry_by_entry(auditor: Auditor) -> None:
    place = package(auditor)
    zipped = auditor.folder / "package.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for one in sorted(place.rglob("*")):
            archive.write(one, one.relative_to(auditor.folder))

    for what in (place, zipped):
        told = auditor.run(what, "--policy", auditor.folder / "mine.tlog")
        assert told.code == 0, told.out
        assert "7 个文件与清单相符（sha256）" in told.out
        assert "7 个文件与清单相符（sm3）" in told.out
        assert "事件列表 101 条均已证明" in told.out
        assert "3 份回执均成立" in told.out


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("data/README.txt", lambda data: data + b"x", "文件被改动：data/README.txt"),
        ("data/README.txt", lambda _: None, "文件缺失：data/README.txt"),
        ("data/more.txt", lambda _: b"x", "文件不在清单中：data/more.txt"),
        ("bagit.txt", lambda data: data + b"x", "文件被改动：bagit.txt"),
        ("manifest-sha256.txt", lambda data: data.replace(b"README", b"../../x"), "文件缺失"),
        ("manifest-sha256.txt", lambda _: None, "文件缺失：manifest-sha256.txt"),
    ],
    ids=["changed", "gone", "more", "tag", "outside", "manifest"],
)
def test_a_package_that_was_touched_is_not_relied_on(
    auditor: Auditor, name: str, change: Callable[[bytes], bytes | None], what: str
) -> None:
    place = package(auditor)
    file = place / name
    data = change(file.read_bytes() if file.exists() else b"")
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert (told.code, what in told.out) == (3, True), told.out


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("representations/events/events.jsonl", b"{}\n", "事件列表不是所证明的条目"),
        ("proofs/receipts/1.tlog-proof", b"nothing", "回执不成形式"),
        ("proofs/receipts/x.tlog-proof", b"nothing", "回执与条目不符"),
        ("proofs/exhibit.json", b"{}", "不是证据材料"),
    ],
    ids=["events", "receipt", "stray receipt", "exhibit"],
)
def test_a_package_sealed_anew_around_other_contents_is_not_relied_on(
    auditor: Auditor, name: str, data: bytes, what: str
) -> None:
    place = package(auditor)
    auditor.put(f"{place.name}/data/{name}", data)
    for manifest in place.glob("*manifest-*.txt"):
        manifest.unlink()
    payload = sorted(one for one in (place / "data").rglob("*") if one.is_file())
    lines = (f"{sha256(one.read_bytes()).hexdigest()}  {one.relative_to(place)}" for one in payload)
    auditor.put(f"{place.name}/manifest-sha256.txt", ("\n".join(lines) + "\n").encode())

    told = auditor.run(place, "--policy", auditor.folder / "mine.tlog")

    assert (told.code, what in told.out) == (3, True), told.out


def test_a_file_that_is_no_archive_is_not_relied_on(auditor: Auditor) -> None:
    told = auditor.run(auditor.put("x.zip", b"nothing"), "--policy", auditor.folder / "mine.tlog")

    assert (told.code, "无法读取" in told.out) == (3, True)
