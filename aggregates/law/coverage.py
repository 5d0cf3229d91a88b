"""Where each rule of the law is kept: by which commands, by what else, or not yet and why.

Commands say themselves which rules they bear. What is kept otherwise (a choice of regime, a
read model, the reach of a role) and what is open stands in ``coverage.csv``; a test fails where
a rule is in neither place, or in both. The page LAW.md is ``law_page()``.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from aggregates.catalogue import load
from aggregates.decisions import COMMANDS
from aggregates.language import Message
from aggregates.law.clauses import CLAUSES, DOCUMENTS, Clause

SECTIONS: Mapping[str, Message] = {
    "A1.1": Message("人员范围、资金、频次", "Who is eligible, which fund pays, how often"),
    "A1.2": Message("培训实施主体", "Training bodies"),
    "A1.3": Message("信息发布", "Plans, publication, recruitment"),
    "A1.4": Message("开班备案", "Class filing"),
    "A1.5": Message("培训实施、检查", "Delivery and inspection"),
    "A1.6": Message("结业考核、证书、跟踪回访", "Assessment, certificates, follow-up"),
    "A1.7": Message("补贴申报和审核拨付", "Claim, review, publicity, payment"),
    "A1.8": Message("档案资料保存", "Archives"),
    "A1.9": Message("补贴资金监管", "Supervision, statistics, transparency"),
    "A1.10": Message("效力、过渡", "Effective dates and hierarchy"),
    "A2": Message("承训机构负面问题清单", "Negative list"),
}
"""The parts of the rule table, in order, by ``Clause.group``."""


@dataclass(frozen=True, slots=True)
class Borne:
    """That a command bears a rule, and what a breach does there: ``HARD`` or ``FLAG``."""

    command: str
    kind: str


def _listed(status: str) -> Mapping[str, Message]:
    text = files("aggregates.law").joinpath("coverage.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["id"]: Message(row["zh"], row["en"]) for row in rows if row["status"] == status}


HELD: Mapping[str, Message] = _listed("HELD")
"""Rules that are kept otherwise than by a command, and how."""
OPEN: Mapping[str, Message] = _listed("OPEN")
"""Rules that are not kept yet, and what they wait for."""

PARTLY: Mapping[str, Message] = _listed("PARTLY")
"""What is still open of rules that commands bear."""


def borne() -> Mapping[str, tuple[Borne, ...]]:
    """Return, for each rule that commands bear, the commands by name and what a breach does."""
    load()
    found: dict[str, list[Borne]] = {}
    for name in sorted(COMMANDS):
        for rule in COMMANDS[name].rules:
            one = Borne(name, rule.kind)
            if rule.id in CLAUSES and one not in found.setdefault(rule.id, []):
                found[rule.id].append(one)
    return {rule: tuple(commands) for rule, commands in found.items()}


def unsettled() -> Iterator[str]:
    """Yield, in words, each rule that stands in no place or in two."""
    enforced = borne()
    for rule in CLAUSES:
        places = [rule in enforced, rule in HELD, rule in OPEN]
        if not any(places):
            yield f"{rule} is neither kept nor listed in coverage.csv"
        elif sum(places) > 1:
            yield f"{rule} is listed in coverage.csv, but kept by commands or listed twice"
    for rule in sorted((HELD.keys() | OPEN.keys()) - CLAUSES.keys()):
        yield f"{rule} is listed in coverage.csv, but is no rule"
    for rule in sorted(PARTLY.keys() - enforced.keys()):
        yield f"{rule} is listed as open in part, but no command bears it"


def law_page() -> str:
    """Return the text of LAW.md: every rule with its words, and where it is kept."""
    enforced = borne()
    kept = sum(rule in enforced for rule in CLAUSES)
    documents = "\n".join(f"- **{short}** {one.zh} · {one.en}" for short, one in DOCUMENTS.items())
    zh = (
        f"本页由程序生成（`aggregates.law.coverage.law_page`）。共{len(CLAUSES)}条："
        f"由命令执行{kept}条（其中{len(PARTLY)}条尚有部分待建），以其他方式落实{len(HELD)}条，"
        f"待建{len(OPEN)}条。"
        "HARD：命令被拒绝；FLAG：照实记录并附发现。\n"
    )
    en = (
        f"This page is generated (`aggregates.law.coverage.law_page`). {len(CLAUSES)} rules: "
        f"{kept} borne by commands, {len(PARTLY)} of them open in part, {len(HELD)} kept "
        f"otherwise, {len(OPEN)} open. "
        "HARD: the command is refused; FLAG: the fact is recorded with a finding.\n"
    )
    sections = (_section(group, title, enforced) for group, title in SECTIONS.items())
    return "\n".join(
        ("# 法规与规则 · The law and its rules\n", zh, en, documents + "\n", *sections)
    )


def _section(group: str, title: Message, enforced: Mapping[str, tuple[Borne, ...]]) -> str:
    rows = [_row(one, enforced) for one in CLAUSES.values() if one.group == group]
    head = (
        f"## {title.zh} · {title.en}\n\n"
        "| 编号 rule | 出处与原文 clause and its words | 类别 kind | 落实 where it is kept |\n"
        "|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _row(one: Clause, enforced: Mapping[str, tuple[Borne, ...]]) -> str:
    if one.id in enforced:
        where = "<br>".join(f"`{held.command}` {held.kind}" for held in enforced[one.id])
        if one.id in PARTLY:
            where += "<br>" + _open(PARTLY[one.id])
    elif one.id in HELD:
        where = f"{HELD[one.id].zh}<br>{HELD[one.id].en}"
    else:
        where = _open(OPEN.get(one.id, Message("未说明", "not said")))
    words = f"{one.citation}：“{one.quote}”<br>{one.gist.en}"
    cells = (f"**{one.id}**", words, one.kind, where)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _open(reason: Message) -> str:
    return f"**待建**：{reason.zh}<br>**open**: {reason.en}"
