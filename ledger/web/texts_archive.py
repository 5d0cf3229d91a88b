"""The texts of the archive's pages: what is due, what is kept, and what is handed out."""

from aggregates.language import Message

ARCHIVE: dict[str, Message] = {
    "due": Message("待办与到期", "What is due"),
    "due unstored": Message("原件未入库", "Files not stored"),
    "due damaged": Message("原件受损", "Files damaged"),
    "due held": Message("延长保存", "Held"),
    "due over": Message("保存期满", "Retention over"),
    "document check": Message("原件季度核对", "Quarterly check of files"),
    "check done": Message("{day} 已核对", "done {day}"),
    "check wanted": Message("本季度尚未核对", "not done this quarter"),
    "check none": Message("尚无入库原件", "no file was stored"),
    "checked files": Message(
        "{count} 份原件，{damaged} 份受损", "{count} files, {damaged} damaged"
    ),
    "file": Message("原件", "File"),
    "file stored": Message("已入库", "stored"),
    "file unstored": Message("未入库", "not stored"),
    "file on paper": Message("纸质", "on paper"),
    "file damaged": Message("受损：{what}", "damaged: {what}"),
    "bytes of": Message("{count} 字节", "{count} bytes"),
    "take a file": Message("取原件", "Take a file"),
    "package": Message("档案包", "Package"),
    "package line": Message(
        "条目、证明、原件、报告和元数据装在一个包里，只需 Python 即可离线核验；"
        "个人信息明文不在其中。",
        "Entries, proofs, documents, report and metadata in one bag, verified offline with Python "
        "alone; personal values are not in it.",
    ),
    "package not yet": Message(
        "档案封存、班期办结后即可打包。现在：{state}。",
        "It can be packed once the archive is sealed and the class closed. Now: {state}.",
    ),
    "package not yours": Message(
        "档案包由主管部门和监督部门取用。",
        "Authorities and those who supervise them take packages.",
    ),
    "package gone": Message("档案已销毁，条目与证明仍在账本中。", "Destroyed; the entries remain."),
    "take the package": Message("下载档案包", "Download the package"),
    "take trace": Message(
        "每次下载都会先写入账本：何人、何时、取了什么、为什么。用途封存保存。",
        "Each download is written first: who, when, what, why. The purpose is kept sealed.",
    ),
    "keeping": Message("保存与处置", "Keeping and ending"),
    "keeping line": Message(
        "自结班与最后拨付较晚者起十年；另有要求的延长；销毁须两人批准、两人执行",
        "ten years from the later of closure and last payment, longer under a hold; two approve an "
        "end, two others carry it out",
    ),
    "no holds": Message("没有", "none"),
    "no end": Message("未定", "no end"),
    "approvals": Message("销毁批准", "Destruction approved by"),
    "approvals of": Message("{count} / 2 人", "{count} of 2"),
    "productions": Message("提供记录", "Produced to"),
    "whole package": Message("整包", "the whole"),
    "items of": Message("{count} 份", "{count} documents"),
    "no due day": Message("未设定", "not set"),
    "no productions": Message("没有提供过。", "It was never produced."),
}
