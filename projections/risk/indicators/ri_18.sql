-- RI-18 课时不足、实操不足、线上超比 | Short hours, too little practice, too much on line
-- version: 2
-- severity: HIGH
-- rules: FIL-10 FIL-13 FIL-14 NL-4.1
-- owner: RISK_OFFICER
-- area: 培训实施 | delivery
-- post: 承训机构教务 | the institution's teaching office
-- subject: class_id
-- param lag_hours = 72: 结课后多少小时内补录考勤录像仍算 | sheets and recordings count so many hours after the end
-- param recording_from = 2023-07-12: 录像自何日起为要求 | the day from which recordings are a duty
-- param min_attendance_bp = 0: 学员到课率下限（万分比，0为未设） | attendance of a trainee at least, 0 for none set

-- Hours count where a session has a sheet and, off line, a recording; on line by the platform's
-- record. What comes later than the lag after the completion counts no more, so that it does not
-- matter when this runs; history from before the ledger comes as it comes.
-- A class that began before the notice is held to the share on line alone (72号): hours, practice
-- and attendance are the notice's (A6).
with class as (
  select class_id,
    (array_agg(regime order by position desc) filter (where regime is not null))[1] as regime,
    min(happened_on) filter (where step = 'RUNNING') as started_on
  from {class_step}
  group by class_id
), completed as (
  select distinct on (class_id) *,
    case when channel = 'migration' then 'infinity'::timestamptz
      else recorded_at + make_interval(hours => %(lag_hours)s) end as counts_until
  from {completion}
  order by class_id, position
), due as (
  select completed.*, class.started_on,
    coalesce(class.regime, 'R3') in ('R2', 'R3') as bound
  from completed left join class using (class_id)
  where (channel = 'migration' or counts_until <= %(now)s)
    and coalesce(class.regime, 'R3') <> 'R0'
), filed as (
  select distinct on (class_id) class_id, county, hours_total, position
  from {filing}
  order by class_id, position desc
), held as (
  select distinct on (class_id, session_no) session.*
  from {session} as session join due using (class_id)
  where session.recorded_at <= due.counts_until
  order by class_id, session_no, session.position desc
), sheets as (
  select distinct class_id, session_no
  from {sheet} as sheet join due using (class_id)
  where sheet.recorded_at <= due.counts_until
), recordings as (
  select distinct class_id, session_no
  from {recording} as recording join due using (class_id)
  where recording.recorded_at <= due.counts_until
), backed as (
  select held.*,
    held.mode = 'ONLINE' or (
      sheets.session_no is not null
      and (recordings.session_no is not null or held.happened_on < %(recording_from)s::date)
    ) as counts
  from held
    left join sheets using (class_id, session_no)
    left join recordings using (class_id, session_no)
), taught as (
  select class_id,
    coalesce(sum(hours) filter (where counts), 0) as total,
    coalesce(sum(hours) filter (where counts and kind = 'PRACTICE'), 0) as practice,
    coalesce(sum(hours) filter (where counts and mode = 'ONLINE'), 0) as online,
    array_agg(position order by position) filter (where not counts) as unbacked,
    array_agg(position order by position) filter (where mode = 'ONLINE') as on_line,
    array_agg(position order by position) filter (where kind = 'PRACTICE') as on_practice
  from backed
  group by class_id
), attended as (
  select class_id, count(*) as heads, array_agg(position order by position) as positions
  from {certificate}
  where attended_bp < %(min_attendance_bp)s
  group by class_id
), measured as (
  select due.class_id, due.bound, filed.county, due.started_on, due.happened_on as ended_on,
    filed.hours_total as filed_hours,
    due.required_total, due.required_practice_bp, due.required_online_bp,
    coalesce(taught.total, 0)::integer as hours,
    coalesce(taught.practice, 0)::integer as practice,
    coalesce(taught.online, 0)::integer as online,
    coalesce(attended.heads, 0)::integer as absent_heads,
    array[due.position] || filed.position as told,
    taught.unbacked, taught.on_line, taught.on_practice, attended.positions as certificates
  from due
    left join filed using (class_id)
    left join taught using (class_id)
    left join attended using (class_id)
), judged as (
  select *,
    bound and coalesce(hours < filed_hours, false) as below_filed,
    bound and hours < required_total as below_required,
    bound and hours > 0 and practice * 10000 < required_practice_bp * hours as little_practice,
    coalesce(hours > 0 and online * 10000 > required_online_bp * hours, false) as much_online,
    bound and absent_heads > 0 as absent
  from measured
)
select
  class_id as subject,
  county,
  started_on as starts_on,
  ended_on as ends_on,
  'HIGH' as severity,
  array_remove(
    told
      || case when below_filed or below_required then unbacked end
      || case when little_practice then on_practice end
      || case when much_online then on_line end
      || case when absent then certificates end,
    null
  ) as evidence,
  array_to_string(array_remove(array[
    case when below_filed then 'FILED' end,
    case when below_required then 'REQUIRED' end,
    case when little_practice then 'PRACTICE' end,
    case when much_online then 'ONLINE' end,
    case when absent then 'ATTENDANCE' end
  ], null), '+') as short_of,
  hours,
  filed_hours,
  required_total,
  case when hours > 0 then practice * 10000 / hours end as practice_bp,
  case when hours > 0 then online * 10000 / hours end as online_bp,
  nullif(absent_heads, 0) as absent_heads
from judged
where below_filed or below_required or little_practice or much_online or absent
order by class_id
