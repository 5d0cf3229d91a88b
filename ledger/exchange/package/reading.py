"""How to read and verify a package, in both languages, for somebody who never saw this program."""

from ledger.exchange.package.gathering import Gathered

_ZH = """\
班期档案包
==========

班期编号  {filing}
班期标识  {class_id}
账本名称  {origin}
结班日期  {closed_on}    保存至  {kept_until}
条目      {entries} 条，均在检查点（{size} 条）所签的日志中

一、如何核验（只需 Python 3.11，无需联网，无需本系统）

    在包的顶层目录：   python3 -I data/verify/verify.py . --policy 您所持的信任策略
    或在 data 目录：   python3 -I verify/verify.py .

  不带 --policy 时使用包内的 proofs/policy.tlog，并显示其 SHA-256，请与您所持者核对：包内的公钥
  不能证明自己。退出码 0 为相符，3 为不符。先用 verify/testvectors 检查校验程序本身（见其中说明）。
  BagIt 清单也可用 sha256sum -c manifest-sha256.txt 或任何 BagIt 程序核对；
  SM3 清单与 SM2 签名可用 openssl（dgst -sm3）核对。

二、目录

  representations/events/events.jsonl   条目，每行一条，逐字节为入账原文；叶 = SHA-256(0x00 || 行)
  representations/events/events.csv     同上，供阅读
  representations/documents.csv         档案目录：类别、摘要、介质、纸质存放位置
  representations/media/<SHA-256>       材料原件，文件名即其摘要（与纸质件一样含个人信息，限权查阅）
  representations/report/class.pdf      报告（PDF/A-2b）
  proofs/exhibit.json                   条目、通往检查点的哈希路径、日志所载明的流头（证明无遗漏）
  proofs/exhibit.sm3.json               同一批条目在 SM3 树中的路径
  proofs/checkpoint、checkpoint.sm3     已签的日志首部（C2SP checkpoint）
  proofs/receipts/                      封存与结班两条的回执（C2SP tlog-proof）
  proofs/policy.tlog、policy.sm3.tlog、keys/   信任策略与公钥
  proofs/anchors/                       检查点的时间戳（RFC 3161），用 openssl ts -verify 核验
  proofs/renewals/<日期>/               时间戳与摘要算法的续期（RFC 4998 的方法）
  metadata/da46.xml                     DA/T 46—2009 元数据
  metadata/eep.xml                      DA/T 48—2009 封装（按摘要引用文件）
  metadata/premis.xml                   PREMIS 3
  metadata/sixing-report.json           DA/T 70—2018 四性检测
  schemas/                              条目各类内容的 JSON Schema

  有证明效力的是条目、证明和原件：校验程序逐一核对它们与日志的关系。报告、表格和元数据供阅读，
  由清单保护；与移交记录（archive.produced 所载摘要）相比即知是否换过。

三、个人信息

  条目中没有姓名、证件号、电话、账号，只有加盐承诺值 HMAC-SHA256(盐, 值)。明文与盐在另一个包
  （{name}_PII）中，本包不含其摘要，删除该包或在系统中删除个人信息后，本包的全部核验仍然成立。

四、依据

  聊人社字〔2023〕17号第六条；DB37/T 4498—2022 第7.2条；DA/T 97—2023《电子档案证据效力维护规范》。
  da46.xml、eep.xml 按标准的要素名称编制，接收前请与本馆的接收规范核对。
"""
_EN = """\
Archive package of a class
==========================

Filing number  {filing}
Class          {class_id}
Log            {origin}
Closed on      {closed_on}    kept until  {kept_until}
Entries        {entries}, all in the log that the checkpoint ({size} entries) signs

1. How to verify (Python 3.11 and nothing else; no network, not this system)

    in the top directory:    python3 -I data/verify/verify.py . --policy THE-POLICY-YOU-HOLD
    in the directory data:   python3 -I verify/verify.py .

  Without --policy the one in proofs/policy.tlog is used and its SHA-256 is shown: compare it with
  the one that you hold, since keys in a package cannot vouch for themselves. Exit code 0: as it has
  to be; 3: not. Try the verifier itself first, with verify/testvectors (see there).
  The manifests can be checked with sha256sum -c manifest-sha256.txt or any BagIt program;
  SM3 digests and SM2 signatures with openssl (dgst -sm3).

2. What lies where

  representations/events/events.jsonl   entries, one a line, byte for byte;
                                        leaf = SHA-256(0x00 || line)
  representations/events/events.csv     the same for reading
  representations/documents.csv         the archive's list: kinds, digests, media, places of paper
  representations/media/<SHA-256>       documents, named by their digests; like the paper they show
                                        people, and are read by few
  representations/report/class.pdf      the report (PDF/A-2b)
  proofs/exhibit.json                   entries, paths to the checkpoint, heads of whole streams
  proofs/exhibit.sm3.json               the same entries in the tree of SM3
  proofs/checkpoint, checkpoint.sm3     signed heads of the log (C2SP checkpoint)
  proofs/receipts/                      of the sealing and the closing (C2SP tlog-proof)
  proofs/policy.tlog, policy.sm3.tlog, keys/   whose signatures count
  proofs/anchors/                       time stamps over checkpoints (RFC 3161), for openssl ts
  proofs/renewals/<date>/               renewals of time stamps and hashes, on the model of RFC 4998
  metadata/da46.xml                     metadata of DA/T 46-2009
  metadata/eep.xml                      wrapper of DA/T 48-2009, referring to files by digest
  metadata/premis.xml                   PREMIS 3
  metadata/sixing-report.json           four properties of DA/T 70-2018
  schemas/                              JSON Schema of the entries

  What proves something are entries, proofs and documents: the verifier checks each against the log.
  Report, tables and metadata are for reading, and are guarded by the manifests; whether they were
  exchanged shows where the digest is compared with the record of the hand-over (archive.produced).

3. Personal data

  No entry holds a name, an ID number, a telephone or an account, only salted commitments
  HMAC-SHA256(salt, value). Values and salts lie in another bag ({name}_PII), whose digest
  is not in this one: once it is deleted, or the people are erased, everything here still verifies.

4. By which rules

  聊人社字〔2023〕17号, 6; DB37/T 4498-2022, 7.2; DA/T 97-2023. da46.xml and eep.xml use the names
  of the standards' elements; compare them with the archive's own rules before they are taken in.
"""


def readme(held: Gathered, name: str, origin: str) -> tuple[bytes, bytes]:
    """Return the page in Chinese and in English."""
    told = {
        "filing": held.row.filing_no or "—",
        "class_id": held.class_id,
        "origin": origin,
        "closed_on": held.closed_on,
        "kept_until": held.archive.retention_to or "—",
        "entries": len(held.kept),
        "size": held.head.size,
        "name": name,
    }
    return _ZH.format(**told).encode(), _EN.format(**told).encode()
