"""The texts of the page that verifies, and of what leads to exhibits."""

from aggregates.language import Message

EVIDENCE: dict[str, Message] = {
    "verify": Message("凭证核验", "Verify"),
    "verify line": Message(
        "回执、证据材料、检查点是否属实，在此一看便知；不信本系统者，可用自己的工具核验。",
        "Whether a receipt, an exhibit or a checkpoint is true; whoever trusts nobody can check "
        "with tools of their own.",
    ),
    "check a file": Message("核验一份凭证", "Check a file"),
    "drop here": Message(
        "把回执（.tlog-proof）、证据材料（.json）、检查点或承诺文件拖到这里，或选择文件",
        "Drop a receipt (.tlog-proof), an exhibit (.json), a checkpoint or a promise here, or "
        "choose a file",
    ),
    "proof file": Message("凭证文件", "File"),
    "choose": Message("选择文件", "Choose a file"),
    "entry file": Message(
        "回执所属的条目（可不选，缺省用账本所存）",
        "The receipt's entry (this log's own by default)",
    ),
    "check": Message("核验", "Check"),
    "result": Message("核验结果", "Result"),
    "holds": Message("成立：所验各项相符", "It holds: everything checked is as it has to be"),
    "does not hold": Message("不成立：不可采信", "It does not hold: not to be relied on"),
    "unreachable": Message("数据库暂时无法访问", "the database cannot be reached now"),
    "no file": Message("没有文件，或文件是空的", "there is no file, or it is empty"),
    "file too long": Message(
        "文件过大，请用 verify.py 核验", "the file is too long: use verify.py"
    ),
    "step ok": Message("通过", "ok"),
    "step bad": Message("不符", "wrong"),
    "step note": Message("注意", "note"),
    "step unchecked": Message("未验", "not checked"),
    "what receipt": Message("回执", "receipt"),
    "what exhibit": Message("证据材料", "exhibit"),
    "what checkpoint": Message("检查点", "checkpoint"),
    "what promise": Message("承诺", "promise"),
    "what package": Message("档案包", "package"),
    "what unknown": Message("无法识别的文件", "unknown file"),
    "log head": Message("日志的当前树头", "The head of the log"),
    "log head line": Message(
        "谁保存了它，日后就能发现此前的记录是否被改写",
        "Whoever keeps it can tell whether anything before it was rewritten",
    ),
    "tree sha256": Message("SHA-256 树", "Tree of SHA-256"),
    "tree sm3": Message("SM3 树（国密）", "Tree of SM3"),
    "log origin": Message("日志名称", "Origin"),
    "log size": Message("条目数", "Entries"),
    "log root": Message("树根", "Root"),
    "signatures": Message("签名", "Signatures"),
    "witnesses": Message("见证", "Witnesses"),
    "no witnesses": Message("暂无见证人联署", "no witness has cosigned yet"),
    "signature good": Message("验签通过", "verifies"),
    "cosigned at": Message("联署于 {time}", "cosigned {time}"),
    "not signed": Message(
        "尚无已签的检查点：没有签名密钥，或服务刚刚启动。",
        "Nothing is signed yet: there are no keys, or the service has just begun.",
    ),
    "heads gathered": Message("流头", "Heads of streams"),
    "heads gathered at": Message(
        "日志 {size} 条时有 {streams} 个流；至此的答复可证明无遗漏",
        "{streams} streams at size {size}; up to there answers are provably complete",
    ),
    "heads never": Message("尚未载明", "not named yet"),
    "by yourself": Message("自己核验", "Check for yourself"),
    "by yourself line": Message(
        "只需 Python 3.11，无需联网，无需本系统",
        "Python 3.11 is enough; no network, nothing of ours",
    ),
    "step one": Message(
        "第一次：下载核验程序与信任策略，妥善保存；策略的摘要宜另行核对。",
        "Once: download the program and the policy, keep both, and compare the policy's digest by "
        "another way.",
    ),
    "step two": Message(
        "每次：核验证据材料，或回执与其条目。",
        "Each time: check an exhibit, or a receipt with its entry.",
    ),
    "step three": Message(
        "定期：保存检查点；下次以它核验整个日志没有被改写。",
        "Now and then: keep a checkpoint, and check next time that nothing was rewritten.",
    ),
    "downloads": Message("下载", "Downloads"),
    "policy digest": Message("信任策略的 SHA-256", "SHA-256 of the policy"),
    "get program": Message("核验程序 verify.py", "verify.py"),
    "get policy": Message("信任策略 policy", "policy"),
    "get keys": Message("验签公钥 log.vkeys", "log.vkeys"),
    "get checkpoint": Message("检查点 checkpoint", "checkpoint"),
    "get sm3 policy": Message("SM3 信任策略 sm3/policy", "sm3/policy"),
    "get sm3 checkpoint": Message("SM3 检查点 sm3/checkpoint", "sm3/checkpoint"),
    "exhibit": Message("证据材料", "Exhibit"),
    "part after": Message(
        "条目较多，分份下载：从此账位之后开始", "In parts: those after this position"
    ),
    "get exhibit": Message("下载证据材料", "Download the exhibit"),
    "exhibit line": Message(
        "全部条目与其证明、读模型摘要在一个文件里，可用 verify.py 离线核验。",
        "All entries with their proofs and the digests of read models in one file, to be checked "
        "offline.",
    ),
}
