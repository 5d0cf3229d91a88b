"""The report of a class for people: PDF/A-2b in Chinese, one font embedded, no personal data in it.

Nothing in it depends on when or where it is made: its date is that of the last entry.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, Final, cast
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn as fonts
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from ledger.application.naming import fact_title, field_title
from ledger.application.tables import cell
from ledger.clock import in_shanghai
from ledger.exchange.package.four_checks import Check, Surroundings
from ledger.exchange.package.gathering import Gathered
from ledger.exchange.package.metadata import title

_FONT: Final = "sans"
_UNKNOWN: Final = "〓"
"""What stands for a character that the font lacks; it is read in the entry."""
_MARGIN: Final = 16
_BODY: Final = 8.5
_HEADING: Final = 12
_INK: Final = (30, 41, 59)
_MUTED: Final = (100, 116, 139)
_SHADE: Final = (241, 245, 249)
_FACTS: Final = (
    *("filing_no", "county", "institution", "training_type", "occupation", "level", "status"),
    *("plan_month", "filed_on", "approved_on", "started_on", "ended_on"),
    *("hours_total", "hours_theory", "hours_practice", "hours_online"),
    *("heads_filed", "heads_trained", "heads_passed", "heads_certified", "heads_claimed"),
    *("heads_approved", "heads_paid", "inspections", "inspections_double", "changes"),
    *("standard_fen", "claimed_fen", "approved_fen", "publicised_fen", "paid_fen", "fund"),
    *("publicised_from", "publicised_to", "objections"),
)
_XMP: Final = """\
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
   xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
  <rdf:Description rdf:about="" xmp:CreateDate="{at}" xmp:ModifyDate="{at}"
    xmp:MetadataDate="{at}" pdf:Producer="{producer}">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
_PRODUCER: Final = "Mingzhang"


class Page(FPDF):
    """A page that says at its foot of which class and under which head it is."""

    def __init__(self, foot: str) -> None:
        super().__init__(enforce_compliance="PDF/A-2B")
        self._foot = foot
        self.add_font(_FONT, fname=str(fonts.sans_path()))
        self._known = cast(TTFFont, self.fonts[_FONT]).cmap
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN + 4)
        self.alias_nb_pages("{pages}")

    def footer(self) -> None:
        """Write the foot of a page."""
        self.set_y(-_MARGIN)
        self.write_small(f"{self._foot}    第 {self.page_no()} / {{pages}} 页")

    def write_small(self, text: str) -> None:
        """Write a line of small print."""
        self.set_font(_FONT, size=7)
        self.set_text_color(*_MUTED)
        self.cell(0, 5, self.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def shown(self, text: str) -> str:
        """Return a text as the font can show it."""
        return "".join(one if ord(one) in self._known else _UNKNOWN for one in text)

    def heading(self, text: str, about: str = "") -> None:
        """Begin a part."""
        self.ln(3)
        self.set_font(_FONT, size=_HEADING)
        self.set_text_color(*_INK)
        self.cell(0, 8, self.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if about:
            self.write_small(about)

    def rows(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
    ) -> None:
        """Write a table; its head stands on each page."""
        self.set_font(_FONT, size=_BODY)
        self.set_text_color(*_INK)
        self.set_draw_color(*_MUTED)
        with self.table(
            col_widths=tuple(widths),
            line_height=4.6,
            padding=0.8,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(fill_color=_SHADE, emphasis=""),
            text_align="LEFT",
        ) as table:
            for one in (head, *rows):
                table.row([self.shown(text) for text in one])


def report(held: Gathered, around: Surroundings, done: Sequence[Check]) -> bytes:
    """Return the report as the bytes of a PDF.

    Args:
        held: What there is of the class.
        around: Which documents lie in the package.
        done: What was checked of it.
    """
    number = held.row.filing_no or str(held.class_id)
    page = Page(f"{number}    日志 {held.head.size} 条检查点下")
    page.set_lang("zh-CN")
    page.set_title(title(held))
    page.set_producer(_PRODUCER)
    page.set_creation_date(held.until)
    at = held.until.astimezone(UTC).isoformat(timespec="seconds")
    page.set_xmp_metadata(_XMP.format(at=at, title=escape(title(held)), producer=_PRODUCER))
    page.add_page()
    page.set_font(_FONT, size=15)
    page.set_text_color(*_INK)
    page.multi_cell(0, 9, page.shown(title(held)), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    until = held.archive.retention_to
    page.write_small(
        f"结班 {held.closed_on}    封存 {held.archive.sealed_on}    保存至 {until or '—'}    "
        "依据 聊人社字〔2023〕17号第六条、DB37/T 4498—2022 第7.2条"
    )
    _facts(page, held)
    _checklist(page, held)
    _documents(page, held, around)
    _four(page, done)
    _evidence(page, held)
    _story(page, held)
    return bytes(page.output())


def _facts(page: Page, held: Gathered) -> None:
    page.heading("一、基本情况", "班期台账“一表通”，由条目折算")
    told = [(field_title(name).zh, _value(name, getattr(held.row, name))) for name in _FACTS]
    pairs = [told[at : at + 2] for at in range(0, len(told), 2)]
    rows = [[text for pair in two for text in pair] + [""] * (4 - 2 * len(two)) for two in pairs]
    page.rows(("项目", "内容", "项目", "内容"), rows, (22, 34, 22, 34))


def _checklist(page: Page, held: Gathered) -> None:
    page.heading("二、应归档材料", "DB37/T 4498—2022 第7.2.3条；纸质、电子两种形式")
    archive = held.archive
    rows = [
        [_value("kind", kind), "缺" if kind in archive.missing else "齐"]
        for kind in archive.required
    ]
    page.rows(("材料", "结果"), rows, (60, 40))


def _documents(page: Page, held: Gathered, around: Surroundings) -> None:
    page.heading("三、档案目录", "原件按摘要存放于 representations/media")
    rows = [
        [
            _value("kind", one.kind),
            _value("medium", one.medium),
            str(one.pages),
            one.paper_location or "—",
            f"{one.filed_on}",
            one.sha256,
            _where(one.sha256, around),
        ]
        for one in held.documents
    ]
    head = ("材料", "介质", "页数", "纸质存放", "归档", "SHA-256", "原件")
    page.rows(head, rows, (26, 16, 10, 18, 18, 46, 14))


def _where(digest: str, around: Surroundings) -> str:
    if digest in around.damaged:
        return "受损"
    return "在包内" if digest in around.stored else "未入库"


def _four(page: Page, done: Sequence[Check]) -> None:
    page.heading("四、四性检测", "DA/T 70—2018，归档环节；“未检测”者由接收单位检测")
    rows = [[one.of, one.what, one.outcome, one.found] for one in done]
    page.rows(("特性", "检测项", "结果", "情况"), rows, (14, 40, 12, 50))


def _evidence(page: Page, held: Gathered) -> None:
    page.heading("五、证据", "如何核验见 README.zh.txt；本报告只供阅读，以条目为准")
    head, twin = held.head, held.twin
    rows = [
        ["日志大小", f"{head.size} 条"],
        ["SHA-256 树根", head.root.hex()],
        ["SM3 树根", twin.root.hex() if twin else "—"],
        [
            "本班期条目",
            f"{len(held.kept)} 条，账位 {held.kept[0].position} 至 {held.kept[-1].position}",
        ],
        ["封存清单摘要", held.archive.manifest_sha256 or "—"],
    ]
    page.rows(("项目", "内容"), rows, (26, 86))


def _story(page: Page, held: Gathered) -> None:
    page.heading("六、全过程记录", "个人信息只有承诺值，本表不含")
    rows = [
        [
            str(one.position),
            f"{in_shanghai(one.recorded_at):%Y-%m-%d %H:%M}",
            fact_title(one.type).zh,
            f"{one.stream.partition('/')[0]} {one.version}",
        ]
        for one in held.kept
    ]
    page.rows(("账位", "入账时间", "事项", "流与版本"), rows, (14, 26, 44, 36))


def _value(name: str, value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    text = cell(name, value, "zh") or "—"
    return f"{text} 元" if name.endswith("_fen") and value is not None else text
