"""The texts of what the service watches: duties that are owed, and how far everything has come."""

from ledger.web.wording import texts

DUTIES = texts(
    duties=("职责期限", "Duties"),
    duties_line=(
        "谁应在何日之前办什么，办了没有。期限按入账时间和现行工作日历计算。",
        "Who owes what by which day, and whether it was done; days are judged on recorded time.",
    ),
    state=("状态", "State"),
    owed_by=("责任方", "Owed by"),
    due_by=("到期不晚于", "Due by"),
    due_hint=("如 2026-01-31", "such as 2026-01-31"),
    overdue_duties=("已逾期", "Overdue"),
    missed_duties=("逾期已记录", "Recorded as missed"),
    late_duties=("逾期办结", "Done late"),
    open_duties=("未办结，未到期", "Open, not due yet"),
    unset_duties=("未设定时限", "No time set"),
    kept_duties=("按期办结", "Done in time"),
    duties_by_rule=("按规则", "By rule"),
    unset_line=(
        "城市尚未设定时限的环节不会逾期，但不等于没有责任（SUP-29）。",
        "Where the city has set no time nothing is missed, and nothing is done either (SUP-29).",
    ),
    unset_for=("未设定，已 {days} 天", "not set, {days} days so far"),
    provisional=("工作日历未发布", "calendar not published"),
    told_before=("原告知 {day}", "told as {day} before"),
    missed_of=("{time} 记录逾期（{day} 到期）", "missed {day}, recorded {time}"),
    held_for=("暂缓 {days} 天顺延", "held up for {days} days"),
    count_of_duties=("共 {count} 项", "{count} duties"),
    no_duties=("没有符合条件的职责。", "No duty meets the criteria."),
    only_class=("仅此班期", "This class only"),
)
STATUS = texts(
    status=("运行状态", "Status"),
    status_line=("日志、读模型、证据与发布各到了哪里。", "How far everything has come."),
    status_copy=("只读副本各部分到了哪里。", "How far this copy has come."),
    copy_note=("只读副本：人员为代号，不受理命令。", "A copy to read: people are pseudonyms."),
    copy_reach=(
        "截至账位 {position}，落后 {count} 条。",
        "It holds position {position}, {count} behind.",
    ),
    copy_fed=("由 Kafka 供给", "Fed from Kafka"),
    published_to=("发布到 Kafka", "Published to Kafka"),
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
    parts=("明细", "Rows that they are made from"),
    read_models=("读模型", "Read models"),
)
