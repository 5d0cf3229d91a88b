"""What the pages say, to whom, and what they never say."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx2
import pytest

from tests.ledger.serving import Served
from tests.ledger.small_world import EAST, NORTH

HTML = {"accept": "text/html"}
PATHS = (
    "/",
    "/?columns=all",
    "/?at=100",
    "/classes/{one}",
    "/classes/{one}?at=30",
    "/risk",
    "/duties?state=UNDONE",
    "/archive",
    "/archive/{one}",
    "/trail",
    "/funds",
    "/entries/5",
    "/verify",
    "/docs",
    "/login",
    "/login/role",
)


class Tags(HTMLParser):
    """Gathers the tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page(client: httpx2.Client, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def addresses(text: str) -> Iterator[str]:
    for _, attributes in Tags(text).found:
        for name in ("href", "src", "action", "data-hx-get"):
            if attributes.get(name) is not None:
                yield str(attributes[name])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_has_no_code_and_no_style_of_its_own_and_leads_nowhere_else(
    place: Served, path: str, lang: str
) -> None:
    client = place.as_("AUDITOR")
    client.cookies.set("lang", lang)
    text = page(client, path.format(one=place.told.of(1)))

    for tag, attributes in Tags(text).found:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
    assert not [one for one in addresses(text) if one.startswith(("http", "//", "javascript:"))]


@pytest.mark.parametrize("path", PATHS)
def test_every_link_of_a_page_leads_somewhere(place: Served, path: str) -> None:
    client = place.as_("AUDITOR")
    where = path.format(one=place.told.of(1)).partition("?")[0]
    links = set(addresses(page(client, path.format(one=place.told.of(1)))))

    posted = {link for link in links if link.endswith("/exhibit")}
    for link in links - posted - {"/logout", "#main"}:
        target = where + link if link.startswith("?") else link
        assert client.get(target, headers=HTML).status_code in {200, 303}, link


def test_a_page_says_that_its_world_is_simulated(place: Served) -> None:
    assert "全部由程序模拟生成" in page(place.as_("AUDITOR"), "/")
    assert "everything here is simulated" in page(place.as_("AUDITOR"), "/?lang=en")


def test_a_page_says_who_saw_it_when_and_as_of_which_position(place: Served) -> None:
    text = page(place.as_("AUDITOR"), "/")

    assert re.search(r"审计 [0-9a-f]{8} 查阅于 \d{4}-\d\d-\d\d \d\d:\d\d 账位 #\d", text)


def test_a_page_is_chinese_unless_its_reader_chose_otherwise(place: Served) -> None:
    client = place.as_("AUDITOR")
    first = client.get("/", headers=HTML | {"accept-language": "en-US"}).text
    chosen = client.get("/?lang=en", headers=HTML).text
    later = client.get("/", headers=HTML).text

    assert "一表通班期台账" in first
    assert "<h1>Class ledger</h1>" in chosen
    assert "<h1>Class ledger</h1>" in later


def test_the_sums_of_the_page_are_those_of_the_interface(place: Served) -> None:
    client = place.as_("AUDITOR")
    totals = client.get("/api/v1/class-ledger", params={"county": EAST}).json()["totals"]
    text = page(client, f"/?county={EAST}&columns=all")
    foot = text[text.index("<tfoot>") : text.index("</tfoot>")]

    assert f"{totals['paid_fen'] // 100:,}" in foot
    assert f"合计（{totals['classes']} 个班期）" in foot


def test_the_whole_table_has_every_column_of_the_class_ledger(place: Served) -> None:
    text = page(place.as_("AUDITOR"), "/?columns=all")
    named = re.findall(r'<th scope="col"[^>]*><a [^>]*>([^<]+)</a>', text)

    assert len(named) == 36
    assert {"备案编号", "计划月份", "线上课时", "追回金额", "异议数", "状态"} <= set(named)


def test_every_number_of_a_past_page_is_of_that_moment(place: Served) -> None:
    client, story = place.as_("AUDITOR"), place.told.stories[1]
    now, then = page(client, f"/classes/{story.id}"), page(client, f"/classes/{story.id}?at=5")

    assert "历史视图" not in now
    assert "历史视图" in then
    assert "¥4,800" in now
    figures = then[then.index('class="figures"') : then.index('class="timeline"')]
    assert "¥4,800" not in figures
    assert "尚未发生" in then


@pytest.mark.parametrize("at", ["2099-01-01", "2024-W06-2", "20240206", "2024-2-6"])
def test_a_day_that_has_not_come_or_is_no_day_is_refused_by_the_criterions_name(
    place: Served, at: str
) -> None:
    answer = place.as_("AUDITOR").get("/", params={"at": at}, headers=HTML)

    assert answer.status_code == 400
    assert "<b>截至账位或日期</b>：" in answer.text
    assert at not in answer.text.partition("<main")[2]


def test_a_past_page_says_the_end_of_a_day_of_a_day_alone(place: Served) -> None:
    client = place.as_("AUDITOR")

    assert "终了时账本所知" in page(client, "/?at=2024-02-06")
    for position in ("30", "%2330"):
        text = page(client, f"/?at={position}")
        assert "按账位 #30 重新计算</span>" in text


def test_before_the_first_entry_there_was_nothing(place: Served) -> None:
    text = page(place.as_("AUDITOR"), "/?at=2020-01-01")

    assert "按账位 #0 重新计算" in text
    assert "还没有班期" in text
    assert "没有符合条件的班期" in page(place.as_("AUDITOR"), "/?q=nothing")


def test_the_class_and_its_archive_lead_to_each_other_at_the_same_moment(place: Served) -> None:
    client, one = place.as_("AUDITOR"), place.told.of(1)

    assert f'href="/archive/{one}?at=30"' in page(client, f"/classes/{one}?at=30")
    assert f'href="/classes/{one}?at=30"' in page(client, f"/archive/{one}?at=30")


def test_the_severities_lead_to_their_signals(place: Served) -> None:
    text = page(place.as_("AUDITOR"), "/risk")

    assert 'href="/risk?severity=HIGH"' in text
    assert "封存 1" in text


def test_a_step_of_the_slider_becomes_a_permanent_address(place: Served) -> None:
    client, one = place.as_("AUDITOR"), place.told.of(1)
    first = client.get(f"/classes/{one}?step=1", headers=HTML)
    newest = client.get(f"/classes/{one}?step=57", headers=HTML)

    assert first.headers["location"] == f"/classes/{one}?at=5"
    assert newest.headers["location"] == f"/classes/{one}"
    assert client.get(f"/classes/{one}?step=58", headers=HTML).status_code == 400


def test_the_page_as_of_an_entry_tells_what_that_entry_changed(place: Served) -> None:
    client, story = place.as_("AUDITOR"), place.told.stories[1]
    text = page(client, f"/classes/{story.id}?at=6")
    changed = text[text.index('class="change"') : text.index("</dl>", text.index('class="change"'))]

    assert "<del>已备案</del>" in changed
    assert "<ins>已同意</ins>" in changed


def test_doubts_stand_on_the_page_of_doubts_alone(place: Served) -> None:
    client, one = place.as_("AUDITOR"), place.told.of(1)

    for path in ("/", "/?columns=all", f"/classes/{one}", "/archive", f"/archive/{one}", "/funds"):
        assert "RI-17" not in page(client, path)
    assert "RI-17" in page(client, "/risk")


@pytest.mark.parametrize(("role", "sees"), [("AUDITOR", True), ("RISK_OFFICER", False)])
def test_sealed_doubts_are_shown_to_their_readers_alone(
    place: Served, role: str, sees: bool
) -> None:
    assert ("仅审计与纪检可见" in page(place.as_(role), "/risk")) is sees


def test_nobody_is_ranked_by_heads(place: Served) -> None:
    for path in ("/", "/risk", "/duties?sort=due_on", "/archive", "/funds"):
        assert "排名" not in page(place.as_("CITY_HR"), path)


def test_the_menu_offers_what_a_role_may_ask(place: Served) -> None:
    def menu(client: httpx2.Client) -> list[str]:
        text = page(client, "/")
        side = text[text.index('<nav class="side"') : text.index("</nav>")]
        return list(addresses(side))

    own = place.told.institutions[EAST]
    assert menu(place.as_("INST_CLERK", institution=own)) == [
        "/",
        "/duties",
        "/archive",
        "/verify",
        "/status",
        "/docs",
    ]
    assert "/risk" not in menu(place.as_("COUNTY_HR", county=EAST))
    assert "/trail" in menu(place.as_("DISCIPLINE"))


def test_whoever_asks_for_no_duty_in_particular_sees_what_is_still_to_be_done(
    place: Served,
) -> None:
    client = place.as_("AUDITOR")
    sent = client.get("/duties", headers=HTML)
    assert (sent.status_code, sent.headers["location"]) == (303, "/duties?state=UNDONE")
    text = page(client, "/duties?state=UNDONE")
    rows = text[text.rindex("<tbody>") :]
    assert "未设定，已" in rows
    assert "按期办结" not in rows
    assert "按期办结" in page(client, "/duties?sort=due_on")


def test_an_institutions_page_hides_what_concerns_others(place: Served) -> None:
    own = place.told.institutions[NORTH]
    text = page(place.as_("INST_HEAD", institution=own), f"/classes/{place.told.of(2)}")
    lodged = text[text.index("publicity.objection-lodged.v1") :]

    assert "只显示标题" in lodged[:600]
    assert "孙" not in text


def test_a_person_is_found_by_number_without_the_number_going_anywhere(place: Served) -> None:
    trainee = place.told.stories[1].trainees[0]
    client = place.as_("AUDITOR")
    asked = {"kind": "person", "value": trainee.id_number, "task": "T-1", "purpose": "专项审计"}
    sent = client.post("/trail", data=asked, headers=HTML)

    assert sent.headers["location"] == f"/trail?kind=person&id={trainee.person}"
    assert "httponly" in sent.headers["set-cookie"].lower()
    assert trainee.id_number not in str(sent.headers)
    text = page(client, sent.headers["location"])
    assert trainee.id_number not in text
    assert "379901********" in text


@pytest.mark.parametrize("way", ["another role", "sign out", "another person"])
def test_a_purpose_ends_with_the_role_for_which_it_was_declared(place: Served, way: str) -> None:
    client, one = place.as_("DISCIPLINE"), place.told.of(1)
    asked = {"kind": "class", "value": str(one), "task": "纪2026-3", "purpose": "核查重复享受"}
    address = client.post("/trail", data=asked).headers["location"]
    assert "纪2026-3" in page(client, address)
    if way == "another role":
        client.post("/login/role", data={"role": "AUDITOR"})
    else:
        client.post("/logout") if way == "sign out" else None
        client.get("/login", params={"code": place.sessions.make_link()})
        client.post("/login/role", data={"role": "AUDITOR"})
    text = page(client, address)

    assert "纪2026-3" not in text
    assert 'class="timeline"' not in text


def test_an_entry_leads_to_its_class_as_it_was_then(place: Served) -> None:
    text = page(place.as_("AUDITOR"), "/entries/8")

    assert f'href="/classes/{place.told.of(1)}?at=8"' in text


def test_a_trail_without_a_purpose_asks_for_one_and_shows_nothing(place: Served) -> None:
    person = place.told.stories[1].trainees[0].person
    text = page(place.as_("AUDITOR"), f"/trail?kind=person&id={person}")

    assert 'name="purpose"' in text
    assert "379901" not in text


@pytest.mark.parametrize(
    ("value", "status"), [("379901197001010105", 400), ("", 400), ("no such", 400)]
)
def test_a_number_that_is_none_is_refused_and_not_repeated(
    place: Served, value: str, status: int
) -> None:
    asked = {"kind": "person", "value": value, "task": "T-1", "purpose": "专项审计"}
    answer = place.as_("AUDITOR").post("/trail", data=asked, headers=HTML)

    assert answer.status_code == status
    assert not value or value not in answer.text


def test_what_a_person_was_granted_is_shown_after_the_purpose_alone(place: Served) -> None:
    trainee = place.told.stories[1].trainees[0]
    client = place.as_("AUDITOR")
    first = client.get(f"/entitlements/{trainee.person}", headers=HTML)
    asked = {"kind": "person", "value": str(trainee.person), "task": "T-1", "purpose": "专项审计"}
    client.post("/trail", data=asked, headers=HTML)

    assert first.headers["location"] == f"/trail?kind=person&id={trainee.person}"
    assert "1 / 3" in page(client, f"/entitlements/{trainee.person}")


def test_an_entry_is_hashed_again_in_front_of_its_reader(place: Served) -> None:
    client = place.as_("AUDITOR")
    leaf = client.get("/api/v1/entries/5").headers["mingzhang-leaf"]
    text = page(client, "/entries/5").replace("<wbr>", "")

    assert text.count(leaf) == 2
    assert "一致" in text


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("#12", "/entries/12"),
        ("12", "/entries/12"),
        ("BA-371502-2024-0003", "/classes/"),
        ("惠民", "/?q="),
        ("379901197001010104", "/trail"),
    ],
)
def test_the_search_box_leads_where_its_text_points(place: Served, typed: str, leads: str) -> None:
    answer = place.as_("AUDITOR").get("/find", params={"q": typed})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(leads)
    assert "379901" not in answer.headers["location"]


def test_assets_are_kept_for_ever_under_an_address_that_changes_with_them(place: Served) -> None:
    client = place.as_(None)
    text = page(client, "/login")
    (sheet,) = [one for one in addresses(text) if "frame.css" in one]

    assert "immutable" in client.get(sheet).headers["cache-control"]
    assert client.get("/static/app/frame.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/%2e%2e/pages.py").status_code == 404


def test_a_page_is_kept_by_no_cache(place: Served) -> None:
    assert place.as_("AUDITOR").get("/", headers=HTML).headers["cache-control"] == "no-store"


def test_the_pages_say_how_far_they_are_behind(place: Served) -> None:
    client = place.as_("AUDITOR")
    asked = {"kind": "class", "value": str(place.told.of(1)), "task": "T-1", "purpose": "专项审计"}
    client.get(client.post("/trail", data=asked).headers["location"], headers=HTML)

    assert "，页面落后" in page(client, "/")
