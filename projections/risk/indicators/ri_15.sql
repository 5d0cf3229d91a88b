-- RI-15 倒签备案 | Back-dated filing
-- version: 1
-- severity: CRITICAL
-- rules: FIL-01 FIL-02 NL-4.1
-- owner: RISK_OFFICER
-- area: 开班备案 | class filing
-- post: 承训机构经办、备案审批 | the institution's clerk, the approver
-- subject: class_id
-- param import_days = 0: 补录件填报日期早于入账日期超过多少天 | late paper dated more than so many days back
-- param bound_from = 2023-07-12: 五个工作日备案自何日起适用 | the day from which filing five working days ahead is law

-- a: filed too late, while the paper bears an earlier date. b: taught before the bureau's consent
-- was recorded. c: scanned after the date on the paper. d: late paper that is dated back.
-- History brought in from before the ledger (channel migration) is outside: all of it comes late.
-- Classes that began before the notice are outside as well (A6).
with class as (
  select class_id,
    (array_agg(regime order by position desc) filter (where regime is not null))[1] as regime,
    min(recorded_at) filter (where step = 'APPROVED') as approved_at,
    min(position) filter (where step = 'APPROVED') as approval,
    bool_or(channel = 'migration') filter (where step in ('FILED', 'APPROVED')) as migrated
  from {class_step}
  group by class_id
), filed as (
  select filing.*
  from {filing} as filing left join class using (class_id)
  where not coalesce(class.migrated, false)
    and coalesce(class.regime in ('R2', 'R3'), filing.planned_start >= %(bound_from)s::date)
), taught as (
  select session.class_id, class.approved_at,
    (session.starts_at at time zone 'Asia/Shanghai')::date as held_on,
    session.position, class.approval
  from {session} as session join class using (class_id)
  where not coalesce(class.migrated, false)
    and session.channel <> 'migration'
    and coalesce(class.regime, 'R3') in ('R2', 'R3')
    and session.starts_at < class.approved_at
), found as (
  select class_id, 'a' as form, declared_on as starts_on, judged_on as ends_on,
    array[position] as evidence
  from filed
  where judged_on > due_on and declared_on < judged_on and not waived
    and due_on >= %(bound_from)s::date
  union all
  select class_id, 'b', min(held_on), (approved_at at time zone 'Asia/Shanghai')::date,
    array_agg(position order by position) || min(approval)
  from taught
  group by class_id, approved_at
  union all
  select class_id, 'c', declared_on, scanned_on, array[position]
  from filed
  where scanned_on > declared_on
  union all
  select class_id, 'd', declared_on, (recorded_at at time zone 'Asia/Shanghai')::date,
    array[position]
  from filed
  where channel = 'import'
    and (recorded_at at time zone 'Asia/Shanghai')::date - declared_on > %(import_days)s
), each_window as (
  select class_id, starts_on, ends_on,
    string_agg(distinct form, '' order by form) as forms
  from found
  group by class_id, starts_on, ends_on
)
select
  class_id as subject,
  (select county from filed where filed.class_id = each_window.class_id limit 1) as county,
  starts_on,
  ends_on,
  'CRITICAL' as severity,
  (
    select array_agg(distinct one order by one)
    from found, unnest(evidence) as one
    where (found.class_id, found.starts_on, found.ends_on)
      = (each_window.class_id, each_window.starts_on, each_window.ends_on)
  ) as evidence,
  forms,
  ends_on - starts_on as days
from each_window
order by class_id, starts_on, ends_on
