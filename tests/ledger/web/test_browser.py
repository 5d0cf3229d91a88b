"""The pages in a real Chromium: quiet, self-contained, usable with and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ledger.embedded.harness import wait_until
from tests.ledger.small_world import EAST
from tests.ledger.web.looking import TELEPHONE, UNSOUND, Eyes

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/?columns=all&at=200",
    "/classes/{one}",
    "/classes/{one}?at=30",
    "/risk",
    "/duties?sort=due_on",
    "/status",
    "/archive",
    "/archive/{one}",
    "/trail",
    "/funds",
    "/entries/5",
    "/verify",
    "/docs",
)
UNLABELLED = """() => [...document.querySelectorAll('input, select, textarea, button, a')]
  .filter((one) => one.type !== 'hidden' && one.offsetParent !== null)
  .filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim() || one.title))
  .map((one) => one.outerHTML)"""
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
FAINT = """() => {
  const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('main *, header *, nav *')]
    .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .filter((one) => one.offsetParent !== null)
    .filter((one) => !one.closest('[aria-disabled], .later, .hidden-text'))
    .map((one) => {
      const pair = [light(rgb(getComputedStyle(one).color)), light(ground(one))];
      const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      return [ratio, one.outerHTML.slice(0, 120)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


ROWS = "table.ledger tbody th a"


def rows(page: Page) -> list[str]:
    return page.locator(ROWS).all_inner_texts()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_quiet_labelled_legible_by_day_and_night_and_fits_a_telephone(
    eyes: Eyes, path: str
) -> None:
    page = eyes.on(path.format(one=eyes.place.told.of(1)))
    page.wait_for_load_state("networkidle")

    expect(page.locator("h1").first).to_be_visible()
    if path != "/docs":
        assert page.evaluate(UNLABELLED) == []
        assert page.evaluate(UNSOUND) == []
        assert page.evaluate(FAINT) == []
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(FAINT) == []
    width, height = TELEPHONE
    page.set_viewport_size({"width": width, "height": height})
    # not `wait_for_function`: what it asks a second time the page's own policy forbids
    wait_until(lambda: not page.evaluate(OVERFLOWS), seconds=5)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_filters_work_with_scripts_and_without(eyes: Eyes, scripts: bool) -> None:
    page = eyes.on("/", scripts=scripts)
    everything = rows(page)
    page.select_option("select[name=county]", EAST)
    page.select_option("select[name=status]", "TAUGHT")
    page.click("form.filters button.main")
    page.wait_for_url(re.compile("county"))
    expect(page.locator("table.ledger tbody tr")).to_have_count(2)

    assert set(rows(page)) < set(everything)
    assert all(EAST in one for one in rows(page))
    expect(page.locator(".chip")).to_have_count(2)


def test_the_way_back_leads_to_the_page_as_it_was(eyes: Eyes) -> None:
    page = eyes.on("/")
    everything = rows(page)
    page.select_option("select[name=county]", EAST)
    page.click("form.filters button.main")
    page.wait_for_url(re.compile("county"))
    page.go_back()

    # The page is put back, or loaded anew, after the address has changed.
    expect(page.locator(ROWS)).to_have_text(everything)
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    expect(page.locator("[data-theme-switch]")).to_be_visible()


def test_whoever_works_by_keys_stays_where_they_were(eyes: Eyes) -> None:
    page = eyes.on("/")
    page.locator("#by-q").fill("2024-000")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q="))
    expect(page.locator("#by-q")).to_be_focused()
    page.locator("#sort-paid_fen").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sort"))
    expect(page.locator("#sort-paid_fen")).to_be_focused()
    page.locator(".chip").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?sort"))

    expect(page.locator("#answer")).to_be_focused()


def test_how_many_were_found_is_told_to_a_screen_reader(eyes: Eyes) -> None:
    page = eyes.on("/")
    page.select_option("select[name=county]", EAST)
    page.click("form.filters button.main")
    page.wait_for_url(re.compile("county"))

    expect(page.locator("#told[role=status]")).to_have_text("共 6 个班期")


def test_on_a_telephone_the_menu_shows_where_one_is(eyes: Eyes) -> None:
    page = eyes.on("/funds", size=TELEPHONE)
    here = page.locator("nav.side [aria-current]")

    expect(here).to_have_text("资金账")
    expect(here).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_failure_is_legible_and_leads_back(eyes: Eyes, dark: bool) -> None:
    page = eyes.on("/", dark=dark)
    page.goto(eyes.place.base + "/?start=2025-13")
    faint = page.evaluate(FAINT)
    page.click("[data-back]")
    expect(page.locator("h1")).to_have_text("一表通班期台账")
    eyes.complaints.clear()  # the browser's own word that a page answered 400

    assert faint == []


def test_an_address_shows_the_same_to_whoever_gets_it(eyes: Eyes) -> None:
    first = eyes.on("/")
    first.select_option("select[name=county]", EAST)
    first.click("form.filters button.main")
    first.wait_for_url(re.compile("county"))
    first.locator("th[aria-sort] a", has_text="拨付金额").click()
    first.wait_for_url(re.compile("sort"))
    shared = first.url.removeprefix(eyes.place.base)
    second = eyes.on(shared, scripts=False)

    assert "q=" not in shared
    assert rows(second) == rows(first)
    assert second.locator("th[aria-sort=descending]").inner_text() == "拨付金额"


def test_charts_are_drawn_and_follow_the_criteria(eyes: Eyes) -> None:
    page = eyes.on("/")
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    page.select_option("select[name=county]", EAST)
    page.click("form.filters button.main")
    page.wait_for_url(re.compile("county"))

    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    page.locator("[data-chart]").first.hover()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_slider_folds_every_number_of_the_page_again(eyes: Eyes, scripts: bool) -> None:
    page = eyes.on(f"/classes/{eyes.place.told.of(1)}", scripts=scripts)
    expect(page.locator(".figure.good b")).to_have_text("¥4,800")
    page.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    if scripts:
        page.locator("input[type=range]").dispatch_event("change")
    else:
        page.click(".replay form button")
    page.wait_for_url(re.compile(r"\?at="))

    expect(page.locator(".past")).to_contain_text("历史视图")
    expect(page.locator(".figure.good b")).to_have_text("—")
    expect(page.locator(".title .tag")).to_have_text("已备案")
    assert page.locator(".timeline li.later").count() > 0


def test_one_steps_through_a_story_by_keys(eyes: Eyes) -> None:
    page = eyes.on(f"/classes/{eyes.place.told.of(1)}")
    page.keyboard.press("[")
    page.wait_for_url(re.compile(r"\?at="))
    expect(page.locator(".replay.old output")).to_have_text(re.compile(r"第 56 / 57 条"))
    page.keyboard.press("]")

    expect(page.locator(".replay.old output")).to_have_text(re.compile(r"第 57 / 57 条"))
    assert page.locator("[data-later]").count() == 0


def test_keys_search_walk_the_rows_and_explain_themselves(eyes: Eyes) -> None:
    page = eyes.on("/")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("/")

    assert focused == rows(page)[1]
    expect(page.locator(".find input")).to_be_focused()
    page.keyboard.type("2024-0003")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/classes/"))


def test_an_open_menu_is_closed_by_a_key_and_gives_the_place_back(eyes: Eyes) -> None:
    page = eyes.on(f"/classes/{eyes.place.told.of(1)}")
    page.click(".exhibit summary")
    page.locator(".exhibit input[name=task]").focus()
    page.keyboard.press("Escape")

    expect(page.locator(".exhibit form")).to_be_hidden()
    expect(page.locator(".exhibit summary")).to_be_focused()


def test_the_theme_is_kept(eyes: Eyes) -> None:
    page = eyes.on("/")
    page.click("[data-theme-switch]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto(eyes.place.base + "/archive")

    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_switch_of_languages_keeps_the_criteria(eyes: Eyes) -> None:
    page = eyes.on("/")
    page.select_option("select[name=county]", EAST)
    page.click("form.filters button.main")
    page.wait_for_url(re.compile("county"))
    page.click("[data-lang-switch]")
    page.wait_for_url(re.compile("lang=en"))

    expect(page.locator("h1")).to_have_text("Class ledger")
    assert f"county={EAST}" in page.url
    page.goto(eyes.place.base + "/archive")
    expect(page.locator("h1")).to_have_text("Archive of each class")


def test_a_finding_opens_the_words_of_the_law(eyes: Eyes) -> None:
    page = eyes.on(f"/classes/{eyes.place.told.of(1)}")
    finding = page.locator(".finding").first
    finding.locator("summary").click()

    expect(finding.locator("blockquote")).to_contain_text("应提前1个工作日书面报备")


def test_a_login_link_leads_in_once(eyes: Eyes) -> None:
    code = eyes.place.sessions.make_link()
    page = eyes.on(f"/login?code={code}", role=None)
    page.click("button[value=AUDITOR]")
    expect(page.locator("h1")).to_have_text("一表通班期台账")
    page.click(".who summary")
    page.click(".menu form button")
    page.wait_for_url(re.compile("/login$"))

    assert eyes.place.as_(None).get("/login", params={"code": code}).status_code == 401


def test_an_institution_finds_no_way_to_doubts(eyes: Eyes) -> None:
    own = eyes.place.told.institutions[EAST]
    page = eyes.on("/", "INST_CLERK", institution=own)

    shown = page.locator("nav.side a").all_inner_texts()
    assert shown == [*("一表通台账", "职责期限", "一期一档", "凭证核验", "运行状态", "接口文档")]
    assert len(rows(page)) == 6


def test_a_trail_is_followed_from_an_id_number_that_appears_nowhere(eyes: Eyes) -> None:
    trainee = eyes.place.told.stories[1].trainees[0]
    page = eyes.on("/trail")
    page.select_option("select[name=kind]", "person")
    page.fill("input[name=value]", trainee.id_number)
    page.fill("input[name=task]", "审2026-015")
    page.fill("input[name=purpose]", "专项审计抽查")
    page.click("form.need button")
    page.wait_for_url(re.compile("kind=person"))

    expect(page.locator(".title .tag.mask").first).to_have_text(trainee.name[0] + "**")
    assert page.locator(".timeline > li").count() > 3
    assert trainee.id_number not in page.content()
    assert trainee.id_number not in page.url


def test_the_interface_is_described_off_line(eyes: Eyes) -> None:
    page = eyes.on("/docs")
    page.locator(".opblock-tag", has_text="questions").click()

    expect(page.locator(".opblock-summary-path", has_text="class-ledger")).to_be_visible()


def test_the_usual_columns_fit_a_screen(eyes: Eyes) -> None:
    page = eyes.on("/")
    table = page.locator(".scroll.tall")

    assert table.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_a_story_prints_from_its_first_sheet_on(eyes: Eyes) -> None:
    page = eyes.on(f"/classes/{eyes.place.told.of(1)}")
    page.emulate_media(media="print")
    style = "one => getComputedStyle(one).breakInside"

    assert page.locator(".card:has(.timeline)").evaluate(style) == "auto"


def test_a_page_prints_black_on_white_without_its_controls(eyes: Eyes) -> None:
    page = eyes.on(f"/?county={EAST}", dark=True)
    page.emulate_media(media="print")

    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator("form.filters")).to_be_hidden()
    expect(page.locator(".simulated")).to_be_visible()
    expect(page.locator(".chip")).to_be_visible()
    expect(page.locator("tfoot th")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 32, 44)"
