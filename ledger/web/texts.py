"""Every text of the pages, in both languages.

Names of facts, fields and codes stand in ``ledger.application.naming``: files use them as well.
"""

from collections.abc import Mapping

from aggregates.language import Message
from ledger.web.texts_archive import ARCHIVE
from ledger.web.texts_evidence import EVIDENCE


def _texts(**pairs: tuple[str, str]) -> dict[str, Message]:
    return {name.rstrip("_").replace("_", " "): Message(*pair) for name, pair in pairs.items()}


_FRAME = _texts(
    product=("培训补贴审计台账", "Training Subsidy Audit Ledger"),
    product_line=("明账 Mingzhang", "Mingzhang 明账"),
    skip=("跳到正文", "Skip to the content"),
    simulated=(
        "演示数据：全部由程序模拟生成，不含任何真实人员或机构",
        "Demonstration: everything here is simulated; no real person or body is in it",
    ),
    find=("班期编号、机构名称、账位", "Filing number, institution, position"),
    latest_position=("最新账位", "Latest position"),
    position_hint=("账本最后一条记录", "The last entry of the log"),
    behind=("，页面落后{count}条", ", pages {count} behind"),
    theme=("深色或浅色", "Dark or light"),
    keys=("快捷键", "Keys"),
    key_find=("搜索", "Search"),
    key_rows=("下一行、上一行", "Next row, previous row"),
    key_open=("打开所选行", "Open the row"),
    key_steps=("回放：上一条、下一条记录", "Replay: one entry back, one on"),
    key_help=("显示本说明", "Show this"),
    close=("关闭", "Close"),
    change_role=("更换角色", "Change the role"),
    leave=("退出", "Sign out"),
    menu=("主菜单", "Menu"),
    ledger_state=("账本状态", "The log"),
    pages_read_to=("页面已读至", "Pages read to"),
    source=("账本名称", "Origin"),
    mark=("{role} {person} 查阅于 {time}", "{role} {person}, seen {time}"),
    mark_position=("账位 #{position}", "position #{position}"),
    class_ledger=("一表通台账", "Class ledger"),
    risk=("风险疑点", "Risk signals"),
    archive=("一期一档", "Archive"),
    trail=("轨迹查询", "Trails"),
    funds=("资金账", "Funds"),
    api_docs=("接口文档", "API"),
    home=("返回首页", "Home"),
    broken=("页面出错了，请稍后再试", "Something went wrong; try again later"),
    all=("全部", "All"),
    ask=("查询", "Search"),
    clear=("重置", "Reset"),
    colon=("：", ": "),
    to=("至", "to"),
    yes=("是", "yes"),
    no=("否", "no"),
)
_SIGN_IN = _texts(
    enter=("登录", "Sign in"),
    link_used=(
        "链接无效或已使用过。一次性链接只能用一次，请重新启动演示以取得新链接。",
        "The link is not valid or was used. It works once; start the demonstration again.",
    ),
    token_unknown=("令牌无效、已过期或已撤销。", "The token is unknown, expired or revoked."),
    demo_enter=(
        "演示环境通过一次性链接进入。链接显示在启动演示的终端里：",
        "The demonstration is entered by a one-time link, shown in the terminal where it runs:",
    ),
    token_enter=(
        "请输入管理员发给您的访问令牌（mz_ 开头）。",
        "Enter the access token that your administrator gave you (it begins with mz_).",
    ),
    token=("访问令牌", "Access token"),
    choose_a_role=("选择一个角色", "Choose a role"),
    choose_a_role_line=(
        "不同角色看到的内容不同。进入后可随时更换。",
        "Roles see different things. You can change at any time.",
    ),
    whole_city=("全市", "The whole city"),
    county=("县区", "County"),
    institution=("培训机构", "Institution"),
    roles_that_supervise=("监督", "Supervision"),
    roles_of_the_city=("市级", "City"),
    roles_of_a_county=("县区", "County"),
    roles_of_an_institution=("承训机构", "Institution"),
    sees_AUDITOR=("全部内容，含轨迹与封存疑点", "Everything, with trails and sealed signals"),
    sees_DISCIPLINE=("全部内容；查询记录单独封存", "Everything; its look-ups are sealed apart"),
    sees_RISK_OFFICER=("风险疑点与台账，个人信息掩码", "Risk signals and ledger, masked"),
    sees_CITY_HR=("全市台账、档案、资金与疑点", "The city's ledger, archive, funds, signals"),
    sees_CITY_CENTRE=("全市台账、档案与资金", "The city's ledger, archive and funds"),
    sees_COUNTY_HR=("本县区台账、档案与资金", "The county's ledger, archive and funds"),
    sees_COUNTY_CLERK=("本县区台账、档案与资金", "The county's ledger, archive and funds"),
    sees_COUNTY_REVIEWER=("本县区台账、档案与资金", "The county's ledger, archive and funds"),
    sees_INSPECTOR=("本县区台账与档案", "The county's ledger and archive"),
    sees_FINANCE=("本县区台账与资金", "The county's ledger and funds"),
    sees_INST_CLERK=("仅本机构的班期与档案", "Only its own classes and archives"),
    sees_INST_HEAD=("仅本机构的班期与档案", "Only its own classes and archives"),
)
_LISTS = _texts(
    figures=("合计数", "Figures"),
    rows=("明细", "Rows"),
    month=("月份", "Month"),
    as_a_table=("看数据", "As a table"),
    take_away=("去掉此条件", "Take this criterion away"),
    columns=("列", "Columns"),
    columns_usual=("常用列", "Usual columns"),
    columns_all=("全部列", "All columns"),
    csv=("导出 CSV", "Export CSV"),
    pages=("翻页", "Pages"),
    shown_of=("本页 {shown} 条，共 {all} 条", "{shown} on this page, {all} in all"),
    first_page=("首页", "First"),
    page_before=("上一页", "Previous"),
    page_after=("下一页", "Next"),
    bad_cursor=("页码链接已失效，请回到首页", "the link of the page is not valid, start anew"),
    as_of=("截至账位或日期", "As of"),
    as_of_hint=("最新", "now"),
    past_view=("历史视图", "Past view"),
    past_view_of=(
        "本页每个数字都按账位 #{position} 重新计算",
        "every number here is computed anew as of position #{position}",
    ),
    past_view_day=("（{day} 终了时账本所知）", "(what the ledger knew at the end of {day})"),
    past_view_until=("，仅计业务日期至 {day}", ", business dates until {day} only"),
    back_to_now=("回到最新", "Back to now"),
    criterion_q=("关键字", "Text"),
    q_hint=("编号 / 机构", "number / institution"),
    criterion_county=("县区", "County"),
    criterion_institution=("机构", "Institution"),
    criterion_training_type=("培训类型", "Type"),
    criterion_status=("状态", "State"),
    criterion_start=("开班月份起", "From month"),
    criterion_end=("开班月份止", "To month"),
    criterion_until=("业务日期至", "Business dates until"),
    start_months=("开班月份", "Months of start"),
)
_CLASSES = _texts(
    class_ledger_title=("一表通班期台账", "Class ledger"),
    class_ledger_line=(
        "每一个数字都可回溯到记录；查询条件即网址，可直接分享或存档。",
        "Every number leads back to entries; the criteria are the address, to be shared or kept.",
    ),
    classes=("班期数", "Classes"),
    unit_classes=("个班", "classes"),
    unit_heads=("人次", "heads"),
    rate=("取证率 {rate}", "{rate} of trained"),
    wan_yuan=("万元", "10k yuan"),
    of_all_inspections=("次，共检查 {count} 次", "of {count} inspections"),
    chart_months=(
        "按开班月份：申领与拨付（万元）、班期数",
        "By month of start: claimed and paid (10k yuan), classes",
    ),
    chart_statuses=("班期状态", "States"),
    claimed_wan=("申领（万元）", "Claimed (10k yuan)"),
    paid_wan=("拨付（万元）", "Paid (10k yuan)"),
    no_month=("未知", "unknown"),
    count_of_classes=("共 {count} 个班期", "{count} classes"),
    sum_of=("合计（{count} 个班期）", "Sum of {count} classes"),
    no_classes=(
        "没有符合条件的班期。请放宽查询条件。",
        "No class meets the criteria. Widen them.",
    ),
    group_class=("班期", "Class"),
    group_days=("日期", "Dates"),
    group_hours=("课时", "Hours"),
    group_heads=("人数", "Heads"),
    group_supervision=("检查与调课", "Supervision"),
    group_money=("补贴（元）", "Subsidy (yuan)"),
    group_publicity=("资金与公示", "Fund and publicity"),
    group_state=("状态", "State"),
)
_STORY = _texts(
    crumbs=("所在位置", "You are here"),
    replay=("时间回放", "Replay"),
    replay_slider=("回放到第几条记录", "Replay to which entry"),
    newest=("最新", "now"),
    step_of=("第 {step} / {steps} 条　{time}　{title}", "{step} of {steps}, {time}, {title}"),
    step_of_steps=("第 {step} / {steps} 条记录", "entry {step} of {steps}"),
    bad_step=("没有这一条记录", "there is no such entry"),
    earlier=("上一条", "One back"),
    later=("下一条", "One on"),
    show=("显示", "Show"),
    this_entry_changed=("本条记录改变了", "This entry changed"),
    this_entry_changed_nothing=(
        "本条记录没有改变台账中的数字。",
        "This entry changed no number of the ledger.",
    ),
    filed_trained=("备案 / 参训", "Filed / trained"),
    passed_certified=("合格 / 发证", "Passed / certified"),
    changes_of=("调课 {count} 次", "{count} schedule changes"),
    ledger_row=("台账登记", "In the ledger"),
    story=("全部记录", "The whole story"),
    newest_first=("共 {count} 条，最新在前", "{count} entries, newest first"),
    print=("打印", "Print"),
    restricted=("受限，不显示", "restricted"),
    erased=("已删除", "erased"),
    and_more=("另有 {count} 项，见原始记录", "and {count} more, see the entry"),
    quote=("“{text}”", "“{text}”"),
    sealed_entry=("封存", "sealed"),
    shown_moment=("本页时点", "the moment shown"),
    later_entries=("其后 {count} 条记录（此时尚未发生）", "{count} entries that came later"),
    not_yet=("尚未发生", "not yet then"),
    only_the_title=(
        "涉及其他机构或县区，只显示标题。",
        "It concerns others as well; only its title is shown.",
    ),
    more_fields=("其余 {count} 项", "{count} more fields"),
    position_of=("账位 #{position}", "position #{position}"),
    positions_of=("账位 #{first} 至 #{last}", "positions #{first} to #{last}"),
    leaf=("叶哈希", "leaf"),
    replay_to_here=("回放到此", "replay to here"),
    times=("× {count}", "× {count}"),
    with_findings=("其中 {count} 条有发现", "{count} with findings"),
    no_entries=("没有记录", "no entries"),
    class_=("班期", "Class"),
)
_RISK = _texts(
    risk_title=("风险疑点看板", "Risk signals"),
    risk_line=(
        "疑点只是需要人来核查的问题，不是结论；不进入台账，不影响任何办理。",
        "A signal is a question to a person, never a finding; it stands nowhere else.",
    ),
    rule=("规则", "Rule"),
    rules=("监测规则", "Indicators"),
    rules_line=("每条规则的依据、参数与命中数", "Each with its clause, parameters and signals"),
    severity=("严重程度", "Severity"),
    severity_of=("其中：{name}", "{name}"),
    subject=("对象", "Subject"),
    subject_kind=("对象类型", "Kind of subject"),
    clause=("依据", "Clause"),
    post=("领域与岗位", "Field and post"),
    signals=("疑点", "Signals"),
    open_signals=("待核查疑点", "Open signals"),
    count_of_signals=("共 {count} 条", "{count} signals"),
    chart_signals=("按月份与规则", "By month and rule"),
    sealed_signals=("封存疑点", "Sealed signals"),
    sealed_signals_line=("涉及主管部门，仅审计与纪检可见", "They judge the authority itself"),
    days_looked_at=("统计区间", "Days looked at"),
    found_values=("实测值", "Found"),
    evidence=("证据", "Evidence"),
    and_more_evidence=("另 {count} 条", "{count} more"),
    no_signals=("没有符合条件的疑点。", "No signal meets the criteria."),
)
_ARCHIVE = _texts(
    archive_title=("一期一档", "Archive of each class"),
    archive_line=(
        "每个班期一份档案：应有材料、缺少材料、封存与保管期限。",
        "One for each class: what it must hold, what it lacks, until when it is kept.",
    ),
    archive_state=("档案状态", "State"),
    only_lacking=("仅看缺材料", "Only those lacking something"),
    archives=("档案", "Archives"),
    sealed_archives=("已封存", "Sealed"),
    lacking_archives=("缺材料", "Lacking something"),
    documents=("材料", "Documents"),
    pages_of=("{count} 页", "{count} pages"),
    count_of_archives=("共 {count} 份", "{count} archives"),
    sum_of_archives=("合计（{count} 份）", "Sum of {count}"),
    nothing_missing=("齐全", "complete"),
    no_archives=("没有符合条件的档案。", "No archive meets the criteria."),
    checklist=("材料清单", "Checklist"),
    checklist_line=("按 DB37/T 4498—2022 第7.2.3条", "By DB37/T 4498—2022, 7.2.3"),
    missing=("缺", "missing"),
    there=("齐", "there"),
    one_medium_only=("缺纸质或电子件", "one medium only"),
    not_required=("非必备", "not required"),
    documents_line=(
        "条目中只有摘要；电子件入库后可凭用途取用",
        "entries hold digests; files that were stored are taken for a purpose",
    ),
    filed_on=("归档日期", "Filed on"),
    no_documents=("还没有归档材料。", "Nothing has been filed."),
)
_TRAILS = _texts(
    trail_title=("轨迹查询", "Trails"),
    trail_line=(
        "与某人、某机构、某经办人、某账户有关的全部记录。",
        "Every entry about one person, institution, official or account.",
    ),
    another_look_up=("查询其他对象", "Look up something else"),
    look_up=("查询轨迹", "Look up"),
    kind=("类别", "Kind"),
    value=("编号", "Number or id"),
    value_hint=(
        "身份证号、账号、电话、班期编号、机构名称或 UUID",
        "ID number, account, telephone, filing number, name or UUID",
    ),
    task=("任务编号", "Task number"),
    task_hint=("如 审2026-015", "such as A2026-015"),
    purpose=("查询事由", "Purpose"),
    purpose_hint=("如 专项审计抽查", "such as a sample of the special audit"),
    trace_warning=(
        "每次查询都会先写入账本：何人、何时、查了什么、为什么。该记录封存，仅本类监督人员可见。",
        "Each look is written first: who, when, at what, why. It is sealed for your own role.",
    ),
    trace_left=("本次查询已留痕（任务 {task}）", "This look was recorded (task {task})"),
    sealed_count=("含封存记录 {count} 条", "{count} sealed entries"),
    newer=("较新", "Newer"),
    older=("较早", "Older"),
    bad_kind=("不能追踪这一类", "nothing of that kind can be followed"),
    entitlements=("个人享受补贴情况", "What a person was granted"),
    granted_items=("享受明细", "Items"),
    granted_line=("每人每年不超过3次（不区分资金来源）", "at most three a year, whatever the fund"),
    used_of=("已享受 {count} 次，{yuan} 元", "used {count}, {yuan} yuan"),
    reserved=("占用金额", "Reserved"),
    no_items=("没有享受记录。", "Nothing was granted."),
)
_REST = _texts(
    funds_line=(
        "每个县区、每项资金、每个年度一本账：下达、占用、拨付、余额。",
        "A book for each county, fund and year: allocated, reserved, paid, left.",
    ),
    books=("各项资金", "Books"),
    sum=("合计", "Sum"),
    no_books=("没有资金账。", "There are no books."),
    entry=("记录", "Entry"),
    proof=("核验", "What can be checked"),
    raw_bytes=("原始字节", "Raw bytes"),
    leaf_stored=("账本中的叶哈希", "Leaf hash as stored"),
    leaf_computed=("现场重算 SHA-256(0x00‖记录)", "Computed now, SHA-256(0x00‖entry)"),
    leaf_before=("同一流上一条的叶哈希", "Leaf of the entry before in its stream"),
    first_of_its_stream=("无，本条为该流首条", "none: the first of its stream"),
    they_agree=("一致", "they agree"),
    they_differ=("不一致：记录已被改动", "they differ: the entry was changed"),
    size=("长度", "Length"),
    bytes=("{count} 字节", "{count} bytes"),
    recorded=("入账时间", "Recorded"),
    envelope=("信封", "Envelope"),
    data=("内容", "Data"),
    data_line=(
        "个人信息只有承诺值，不含明文",
        "personal values stand here as commitments, never in clear",
    ),
    api_docs_line=("全部命令与查询，离线可用。", "Every command and question, off line."),
    api_docs_no_script=("此页需要 JavaScript；接口描述见 openapi.json。", "See openapi.json."),
)
_STATUS = _texts(
    status=("运行状态", "Status"),
    status_line=("日志、读模型、证据与发布各到了哪里。", "How far everything has come."),
    status_copy=("只读副本各部分到了哪里。", "How far this copy has come."),
    copy_note=("只读副本：人员为代号，不受理命令。", "A copy to read: people are pseudonyms."),
    copy_reach=(
        "截至账位 {position}，落后 {count} 条。",
        "It holds position {position}, {count} behind.",
    ),
    copy_fed=("由Kafka供给", "Fed from Kafka"),
    published_to=("发布到Kafka", "Published to Kafka"),
    topic=("主题", "Topic"),
    position=("账位", "Position"),
    behind_entries=("落后（条）", "Entries behind"),
    entries_behind=("落后 {count} 条", "{count} entries behind"),
    trees_cover=("证据树已含", "The trees cover"),
    seen_in_topic=("主题中已见到", "Seen in the topic"),
    unread_records=("未读消息", "Records not read yet"),
    waiting_entries=("等待前一条的条目", "Entries that wait for one before them"),
    last_arrival=("最近一次收到", "Something last came"),
    seconds_ago=("{count} 秒前", "{count} seconds ago"),
    alarms=("未处理的警报", "Open alarms"),
    read_models=("读模型", "Read models"),
)

TEXTS: Mapping[str, Message] = (
    _FRAME
    | _SIGN_IN
    | _LISTS
    | _CLASSES
    | _STORY
    | _RISK
    | _ARCHIVE
    | _TRAILS
    | _REST
    | EVIDENCE
    | ARCHIVE
    | _STATUS
)
"""Every text by its name."""


def say(name: str, lang: str, /, **values: object) -> str:
    """Return a text in a language, its holes filled; ``_`` in its name stands for a space.

    Raises:
        KeyError: there is no such text.
    """
    return TEXTS[name.replace("_", " ")].text(lang).format(**values)
