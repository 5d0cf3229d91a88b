"""Every text of the pages, in both languages.

Names of facts, fields and codes stand in ``ledger.application.naming``: files use them as well.
"""

from collections.abc import Mapping

from aggregates.language import Message


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
    all=("全部", "All"),
    ask=("查询", "Search"),
    clear=("重置", "Reset"),
    colon=("：", ": "),
    to=("至", "to"),
    yes=("是", "yes"),
    no=("否", "no"),
    items=("{count}项", "{count} items"),
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

TEXTS: Mapping[str, Message] = _FRAME | _SIGN_IN | _LISTS | _CLASSES | _STORY
"""Every text by its name."""


def say(name: str, lang: str, **values: object) -> str:
    """Return a text in a language, its holes filled; ``_`` in its name stands for a space.

    Raises:
        KeyError: there is no such text.
    """
    return TEXTS[name.replace("_", " ")].text(lang).format(**values)
