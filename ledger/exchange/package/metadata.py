"""What archives want to know of a record: DA/T 46-2009, DA/T 48-2009, PREMIS 3.

DA/T 46 names the elements of metadata, DA/T 48 wraps a record in XML; files are referred to by
digest, and what is signed is the log's head, whose signature lines stand in the wrapper. PREMIS
says what each file is and what has happened to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from ledger.application.naming import code_title, county_title, occupation_title
from ledger.clock import in_shanghai
from ledger.exchange.package.bag import File
from ledger.exchange.package.gathering import Gathered

PREMIS: Final = "http://www.loc.gov/premis/v3"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_FORMATS: Final[Mapping[str, str]] = {
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xml": "application/xml",
    "pdf": "application/pdf; PDF/A-2b",
    "txt": "text/plain; charset=utf-8",
    "py": "text/x-python",
    "tlog": "text/plain; C2SP tlog-policy",
    "tlog-proof": "text/plain; C2SP tlog-proof",
    "vkeys": "text/plain; C2SP verifier keys",
    "vkey": "text/plain; C2SP verifier keys",
    "note": "text/plain; C2SP signed-note",
    "tsr": "application/timestamp-reply",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was done to the files of a package.

    Attributes:
        kind: As PREMIS calls it, such as ``ingestion`` or ``fixity check``.
        at: When, in ISO 8601.
        detail: What was done.
        outcome: What came of it.
        objects: The paths of the files it was done to; none for all.
    """

    kind: str
    at: str
    detail: str
    outcome: str
    objects: tuple[str, ...] = ()


def da46(held: Gathered, origin: str, files: Sequence[File]) -> bytes:
    """Return the metadata of the record, by the names of DA/T 46-2009."""
    row, archive = held.row, held.archive
    root = ET.Element("文书类电子文件元数据", {"标准": "DA/T 46—2009"})
    _told(root, "聚合层次", "案卷（班期）")
    source = ET.SubElement(root, "来源")
    _told(source, "立档单位名称", row.institution or "")
    _told(source, "全宗名称", f"{_county(held)}职业技能培训班期档案")
    _told(root, "电子文件号", str(held.class_id))
    number = ET.SubElement(root, "档号")
    _told(number, "年度", str(held.closed_on.year))
    _told(number, "保管期限", _kept(held))
    _told(number, "室编案卷号", row.filing_no or str(held.class_id))
    content = ET.SubElement(root, "内容描述")
    _told(content, "题名", title(held))
    _told(content, "主题词", "职业技能培训 补贴 班期")
    _told(content, "文件编号", row.filing_no or "")
    _told(content, "责任者", row.institution or "")
    _told(content, "日期", held.closed_on.isoformat())
    _told(content, "密级", "内部")
    form = ET.SubElement(root, "形式特征")
    _told(form, "文件组合类型", "组合文件")
    _told(form, "件数", str(archive.documents))
    _told(form, "页数", str(archive.pages))
    _told(form, "语种", "汉语")
    for one in files:
        electronic = ET.SubElement(root, "电子属性")
        _told(electronic, "格式信息", format_of(one.path))
        _told(electronic, "计算机文件名", one.path.removeprefix("data/"))
        _told(electronic, "计算机文件大小", str(one.octets))
        _told(electronic, "信息系统描述", f"明账 Mingzhang {origin}")
    _told(root, "当前位置", origin)
    rights = ET.SubElement(root, "权限管理")
    _told(rights, "控制标识", "原件与个人信息限权查阅，查阅留痕（DB37/T 4498—2022 7.2.4）")
    for kept in held.kept:
        business = ET.SubElement(root, "业务实体")
        _told(business, "业务状态", "历史行为")
        _told(business, "业务行为", kept.type)
        _told(business, "行为时间", in_shanghai(kept.recorded_at).isoformat())
        _told(business, "行为描述", f"{kept.stream}/{kept.version}")
    return _xml(root)


def eep(held: Gathered, origin: str, files: Sequence[File]) -> bytes:
    """Return the wrapper of DA/T 48-2009: the record, its files by digest, what was signed."""
    root = ET.Element("电子文件封装包")
    _told(
        root,
        "封装包格式描述",
        "本EEP根据中华人民共和国档案行业标准DA/T 48—2009《基于XML的电子文件封装规范》生成；"
        "文件以摘要引用，随包存放",
    )
    _told(root, "版本", "2009")
    signed = ET.SubElement(root, "被签名对象", {"eep版本": "2009"})
    _told(signed, "封装包类型", "原始型")
    _told(signed, "封装包类型描述", "原始型封装包（首次封装）")
    _told(signed, "封装包创建时间", held.until.isoformat())
    _told(signed, "封装包创建单位", origin)
    block = ET.SubElement(ET.SubElement(signed, "封装内容"), "文件实体块")
    entity = ET.SubElement(block, "文件实体")
    _told(entity, "聚合层次", "案卷（班期）")
    _told(entity, "电子文件号", str(held.class_id))
    _told(entity, "题名", title(held))
    _told(entity, "保管期限", _kept(held))
    _told(entity, "元数据", "metadata/da46.xml")
    data = ET.SubElement(entity, "文件数据")
    for number, one in enumerate(files, 1):
        document = ET.SubElement(data, "文档")
        _told(document, "文档标识符", f"D{number}")
        _told(document, "文档序号", str(number))
        _told(document, "题名", one.path.removeprefix("data/"))
        coded = ET.SubElement(document, "文档数据")
        code = ET.SubElement(coded, "编码")
        _told(code, "格式信息", format_of(one.path))
        _told(code, "计算机文件大小", str(one.octets))
        _told(code, "编码描述", "未内嵌，按摘要引用")
        for name, digest in one.digests.items():
            _told(code, "摘要", digest, 算法=name)
    block = ET.SubElement(root, "电子签名块")
    for number, line in enumerate(held.head.note.decode().rpartition("\n\n")[2].splitlines(), 1):
        _, name, signature = line.split(" ")
        one_signature = ET.SubElement(block, "电子签名")
        _told(one_signature, "签名标识符", f"S{number}")
        _told(one_signature, "签名规则", "C2SP signed-note，签于日志首部 proofs/checkpoint")
        _told(one_signature, "签名人", name)
        _told(one_signature, "签名结果", signature)
        _told(one_signature, "证书引证", "proofs/keys/log.vkeys")
    return _xml(root)


def premis(files: Sequence[File], happenings: Iterable[Happening], origin: str) -> bytes:
    """Return what each file is and what was done to it, as PREMIS 3."""
    ET.register_namespace("premis", PREMIS)
    ET.register_namespace("xsi", _XSI)
    root = ET.Element(f"{{{PREMIS}}}premis", {"version": "3.0"})
    for one in files:
        held = _of(root, "object", {f"{{{_XSI}}}type": "premis:file"})
        _identified(held, "object", "bag path", one.path)
        about = _of(held, "objectCharacteristics")
        for name, digest in one.digests.items():
            fixity = _of(about, "fixity")
            _said(fixity, "messageDigestAlgorithm", {"sha256": "SHA-256", "sm3": "SM3"}[name])
            _said(fixity, "messageDigest", digest)
        _said(about, "size", str(one.octets))
        _said(_of(_of(about, "format"), "formatDesignation"), "formatName", format_of(one.path))
        _said(held, "originalName", one.path.removeprefix("data/"))
    for number, what in enumerate(happenings, 1):
        event = _of(root, "event")
        _identified(event, "event", "local", f"E{number}")
        _said(event, "eventType", what.kind)
        _said(event, "eventDateTime", what.at)
        _said(_of(event, "eventDetailInformation"), "eventDetail", what.detail)
        _said(_of(event, "eventOutcomeInformation"), "eventOutcome", what.outcome)
        _linked(event, "Agent", "log origin", origin)
        for path in what.objects:
            _linked(event, "Object", "bag path", path)
    agent = _of(root, "agent")
    _identified(agent, "agent", "log origin", origin)
    _said(agent, "agentName", "明账 Mingzhang")
    _said(agent, "agentType", "software")
    return _xml(root)


def title(held: Gathered) -> str:
    """Return what the record is called."""
    row = held.row
    level = code_title("level", row.level or "")
    parts = (row.institution, occupation_title(row.occupation or "").zh, level and level.zh)
    return f"{''.join(one for one in parts if one)}班期档案（{row.filing_no or held.class_id}）"


def format_of(path: str) -> str:
    """Return the format of a file by its name; originals are what they are."""
    name = path.rpartition("/")[2]
    if name.startswith("checkpoint"):
        return "text/plain; C2SP checkpoint"
    _, dot, ending = name.rpartition(".")
    return _FORMATS.get(ending, "application/octet-stream") if dot else "application/octet-stream"


def _county(held: Gathered) -> str:
    return county_title(held.row.county or "").zh


def _kept(held: Gathered) -> str:
    until = held.archive.retention_to
    return f"至{until}" if until else "10年"


def _told(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text


def _of(parent: ET.Element, name: str, attributes: Mapping[str, str] | None = None) -> ET.Element:
    return ET.SubElement(parent, f"{{{PREMIS}}}{name}", dict(attributes or {}))


def _said(parent: ET.Element, name: str, text: str) -> None:
    _of(parent, name).text = text


def _identified(parent: ET.Element, what: str, kind: str, value: str) -> None:
    held = _of(parent, f"{what}Identifier")
    _said(held, f"{what}IdentifierType", kind)
    _said(held, f"{what}IdentifierValue", value)


def _linked(parent: ET.Element, what: str, kind: str, value: str) -> None:
    held = _of(parent, f"linking{what}Identifier")
    _said(held, f"linking{what}IdentifierType", kind)
    _said(held, f"linking{what}IdentifierValue", value)


def _xml(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def payload(files: Iterable[File]) -> list[File]:
    """Return files in the order of their paths."""
    return sorted(files, key=lambda one: one.path)
