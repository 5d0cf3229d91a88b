"""凭证核验 in a real Chromium: what is dropped on the page is judged in words, step by step."""

import re
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Page, expect

from ledger.evidence.note import sign
from ledger.evidence.promise import Promise
from ledger.evidence.verifier.assembling import single_file
from ledger.integration.exporting import published
from tests.ledger.api.exhibiting import WHY, offline
from tests.ledger.evidence.logs import entries, signed_log
from tests.ledger.integration.signing import KEYS, note_of
from tests.ledger.serving import Served
from tests.ledger.small_world import EAST
from tests.ledger.store.making import rows
from tests.ledger.web.looking import Eyes

pytestmark = pytest.mark.browser

DROP = """(zone, [name, text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], name));
  const how = {dataTransfer: held, bubbles: true, cancelable: true};
  for (const name of ["dragover", "drop"]) zone.dispatchEvent(new DragEvent(name, how));
}"""


def receipt_of(place: Served, position: int, tree: str = "sha256") -> bytes:
    answer = place.as_("COUNTY_CLERK").get(f"/api/v1/receipts/{position}", params={"tree": tree})
    assert answer.status_code == 200
    return answer.content


def exhibit_of(place: Served) -> bytes:
    address = f"/api/v1/classes/{place.told.of(1)}/exhibit"
    answer = place.as_("COUNTY_CLERK", county=EAST).get(address)
    assert answer.status_code == 200
    return answer.content


def brought(page: Page, folder: Path, data: bytes, name: str = "file", entry: bytes = b"") -> str:
    """Choose a file and have it checked; return the verdict's text."""
    (folder / name).write_bytes(data)
    page.set_input_files("input[name=file]", folder / name)
    if entry:
        (folder / "entry").write_bytes(entry)
        page.set_input_files("input[name=entry]", folder / "entry")
    page.click("form.need button.main")
    expect(page.locator(".verdict")).to_be_visible()
    return page.locator(".verdict").inner_text()


def test_the_page_shows_both_heads_with_their_signatures_and_how_to_check(eyes: Eyes) -> None:
    page = eyes.on("/verify")

    world, twin = page.locator(".card dl.proof").all()[:2]
    assert "ledger.example/county" in world.inner_text()
    for kind in ("Ed25519", "ML-DSA-44", "SM2-SM3"):
        assert f"{kind} ✓" in world.inner_text()
    assert "ledger.example/county/sm3" in twin.inner_text()
    assert "个流；至此的答复可证明无遗漏" in world.inner_text()
    assert "暂无见证人联署" in world.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="核验程序 verify.py").click()
    assert download.value.path().read_text("utf-8") == single_file()


@pytest.mark.parametrize("tree", ["sha256", "sm3"])
def test_a_receipt_that_is_dropped_is_followed_to_the_signed_root(eyes: Eyes, tree: str) -> None:
    page = eyes.on("/verify")
    text = receipt_of(eyes.place, 7, tree).decode()
    page.locator("[data-drop]").evaluate(DROP, ["7.tlog-proof", text])

    expect(page.locator(".verdict.good b")).to_have_text("成立：所验各项相符")
    expect(page.locator(".verdict")).to_be_focused()
    said = page.locator(".steps").inner_text()
    assert "到达已签的根：条目在第 7 位" in said
    assert "检查点是本账本" in said


def test_a_file_is_chosen_and_checked_by_keyboard_alone(eyes: Eyes, tmp_path: Path) -> None:
    page = eyes.on("/verify")
    (tmp_path / "r").write_bytes(receipt_of(eyes.place, 3))
    field = page.locator("input[name=file]")
    field.focus()
    expect(field).to_be_focused()
    with page.expect_file_chooser() as chooser:
        field.press("Enter")
    chooser.value.set_files(tmp_path / "r")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="核验", exact=True)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(".verdict.good")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_exhibit_is_checked_with_scripts_and_without(
    eyes: Eyes, tmp_path: Path, scripts: bool
) -> None:
    page = eyes.on("/verify", scripts=scripts)

    said = brought(page, tmp_path, exhibit_of(eyes.place))

    assert "成立：所验各项相符" in said
    assert "条条目均在日志中" in said
    assert "与按条目重算的一致" in said  # an auditor may follow every trail


def test_the_verdict_is_told_in_english_to_whoever_chose_it(eyes: Eyes, tmp_path: Path) -> None:
    page = eyes.on("/verify?lang=en")

    said = brought(page, tmp_path, receipt_of(eyes.place, 7))

    assert "It holds: everything checked is as it has to be" in said
    assert "it stands at position 7" in said
    assert not re.search("[\u4e00-\u9fff]", said)


def later(receipt: bytes) -> bytes:
    """Return a receipt under a checkpoint that the log signed, but not yet."""
    head, _, note = receipt.partition(b"\n\n")
    size = int(note.split(b"\n")[1])
    text = note.partition(b"\n\n")[0].replace(b"\n%d\n" % size, b"\n%d\n" % (size + 5)) + b"\n"
    (signer, *_) = KEYS.signers
    return head + b"\n\n" + bytes(sign(text.decode(), [signer], 0))


def bent_receipts(place: Served) -> dict[str, tuple[bytes, bytes, str]]:
    good = receipt_of(place, 7)
    other = signed_log(entries(9)).files["checkpoint"]
    head = good.partition(b"\n\n")[0]
    second = good.split(b"\n")[2]
    return {
        "another entry": (good, rows(place.conninfo)[7].body.encode(), "条目不在日志第 7 位"),
        "another place": (good.replace(b"index 6", b"index 7"), b"", "条目不在日志第 8 位"),
        "altered path": (good.replace(second, b"A" * 43 + b"="), b"", "条目不在日志第 7 位"),
        "altered checkpoint": (good.replace(b"/county\n", b"/county\n1"), b"", "的签名不符"),
        "truncated": (good[: good.index(b"\n\n")], b"", "已被截断"),
        "another log": (head + b"\n\n" + other, b"", "是另一日志"),
        "from the future": (later(good), b"", "来自未来"),
        "nothing known": (b"hello", b"", "不是回执、证据材料、检查点或承诺"),
    }


def test_what_is_wrong_is_named(eyes: Eyes, tmp_path: Path) -> None:
    page = eyes.on("/verify")

    for how, (data, entry, what) in bent_receipts(eyes.place).items():
        said = brought(page, tmp_path, data, entry=entry)
        assert "不成立：不可采信" in said, how
        assert what in said, how
        page.goto(eyes.place.base + "/verify")


def test_a_bent_exhibit_is_named(eyes: Eyes, tmp_path: Path) -> None:
    page, good = eyes.on("/verify"), exhibit_of(eyes.place)
    told = orjson.loads(good)
    told["entries"][3]["body"] = told["entries"][3]["body"].replace("3", "4", 1)
    index = told["entries"][3]["index"]

    for data, what in (
        (orjson.dumps(told), f"第 {index + 1} 位：条目被改动"),
        (good[:-500], "不是证据材料，或已被截断"),
    ):
        assert what in brought(page, tmp_path, data)


def test_a_checkpoint_that_somebody_kept_and_a_promise_are_checked(
    eyes: Eyes, tmp_path: Path
) -> None:
    page, place = eyes.on("/verify"), eyes.place
    row = rows(place.conninfo)[6]
    word = Promise("ledger.example/county", 6, row.leaf, 1).signed(*KEYS.promising)
    broken = Promise("ledger.example/county", 5, row.leaf, 1).signed(*KEYS.promising)

    assert "成立" in brought(page, tmp_path, note_of(place.conninfo))
    assert "第 7 位正是所承诺的条目" in brought(page, tmp_path, word)
    assert "第 6 位是另一条目：承诺未兑现" in brought(page, tmp_path, broken)


def test_nothing_can_be_learnt_about_anybody_by_bringing_a_made_up_exhibit(
    eyes: Eyes, tmp_path: Path
) -> None:
    told = orjson.loads(exhibit_of(eyes.place))
    person = str(eyes.place.told.stories[1].trainees[0].person)
    told |= {"entries": [], "models": []}
    told["about"] |= {"kind": "person", "id": person, "entries": 0}
    del told["heads"]

    clerk = eyes.on("/verify", "INST_CLERK", institution=eyes.place.told.institutions[EAST])
    said = brought(clerk, tmp_path, orjson.dumps(told))
    assert "被隐去" not in said
    auditor = eyes.on("/verify")
    assert "被隐去" in brought(auditor, tmp_path, orjson.dumps(told))


def test_a_clerk_downloads_the_exhibit_of_what_the_page_shows(eyes: Eyes, tmp_path: Path) -> None:
    for path in (f"/classes/{eyes.place.told.of(1)}?at=30", f"/archive/{eyes.place.told.of(1)}"):
        page = eyes.on(path, "CITY_HR")
        page.locator(".exhibit summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="下载证据材料").click()
        data = download.value.path().read_bytes()
        assert offline(tmp_path, data)[0] == 0
        assert (orjson.loads(data)["models"][0]["position"] == 30) == ("at=30" in path)


def test_an_auditor_says_why_and_downloads_a_trail(eyes: Eyes, tmp_path: Path) -> None:
    page = eyes.on("/trail")
    page.select_option("select[name=kind]", "person")
    page.fill("input[name=value]", eyes.place.told.stories[1].trainees[0].id_number)
    page.fill("input[name=task]", WHY["task"])
    page.fill("input[name=purpose]", WHY["purpose"])
    page.click("form.need button")
    page.wait_for_url(re.compile("kind=person"))
    page.locator(".exhibit summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载证据材料").click()

    code, said = offline(tmp_path, download.value.path().read_bytes())
    assert code == 0, said
    assert published(KEYS)["policy"].decode().startswith("log ledger.example/county")
