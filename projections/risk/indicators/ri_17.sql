-- RI-17 擅自调课 | Held otherwise than the timetable
-- version: 1
-- severity: MEDIUM
-- rules: DEL-01 DEL-02 DEL-08 NL-4.2
-- owner: RISK_OFFICER
-- area: 培训实施 | delivery
-- post: 承训机构教务 | the institution's teaching office
-- subject: class_id
-- param shift_minutes = 15: 起止时间相差多少分钟以内不算 | a shift of so many minutes is none
-- param high_from = 3: 多少次起为高 | from how many sessions on it is grave

-- A session is compared with the timetable after the changes that were reported in time; what the
-- plan leaves open cannot be deviated from. One signal at the first deviation, one more at the
-- number that makes it grave, so that it does not matter how often this runs in between.
with class as (
  select class_id,
    (array_agg(regime order by position desc) filter (where regime is not null))[1] as regime
  from {class_step}
  group by class_id
), newest as (
  select distinct on (class_id) class_id, county, position
  from {filing}
  order by class_id, position desc
), change as (
  select timetable.class_id, session_no, position,
    '{TIME,PLACE,ROOM,INSTRUCTOR,HOURS,COURSE,KIND,MODE}'::text[] as fields, false as cancelled,
    starts_at, ends_at, hours, kind, mode, course, instructor_id, site_id, room_id
  from {timetable} as timetable join newest using (class_id, position)
  union all
  select class_id, session_no, position,
    case change
      when 'ALTER' then fields
      when 'ADD' then '{TIME,PLACE,ROOM,INSTRUCTOR,HOURS,COURSE,KIND,MODE}'::text[]
      else '{}'::text[]
    end,
    change = 'CANCEL',
    starts_at, ends_at, hours, kind, mode, course, instructor_id, site_id, room_id
  from {schedule_change}
  where in_time
), planned as (
  select class_id, session_no,
    (array_agg(cancelled order by position desc))[1] as cancelled,
    (array_agg(starts_at order by position desc) filter (where 'TIME' = any(fields)))[1]
      as starts_at,
    (array_agg(ends_at order by position desc) filter (where 'TIME' = any(fields)))[1] as ends_at,
    (array_agg(site_id order by position desc) filter (where 'PLACE' = any(fields)))[1] as site_id,
    (array_agg(room_id order by position desc) filter (where 'ROOM' = any(fields)))[1] as room_id,
    (array_agg(instructor_id order by position desc) filter (where 'INSTRUCTOR' = any(fields)))[1]
      as instructor_id,
    (array_agg(hours order by position desc) filter (where 'HOURS' = any(fields)))[1] as hours,
    (array_agg(course order by position desc) filter (where 'COURSE' = any(fields)))[1] as course,
    (array_agg(kind order by position desc) filter (where 'KIND' = any(fields)))[1] as kind,
    (array_agg(mode order by position desc) filter (where 'MODE' = any(fields)))[1] as mode
  from change
  group by class_id, session_no
), held as (
  select distinct on (class_id, session_no) *
  from {session}
  order by class_id, session_no, position desc
), compared as (
  select held.class_id, held.session_no, held.position, held.happened_on,
    array_remove(array[
      case when planned.session_no is null or planned.cancelled then 'UNPLANNED' end,
      case when abs(extract(epoch from held.starts_at - planned.starts_at))
            > 60 * %(shift_minutes)s
          or abs(extract(epoch from held.ends_at - planned.ends_at)) > 60 * %(shift_minutes)s
        then 'TIME' end,
      case when planned.site_id is distinct from held.site_id and planned.site_id is not null
        then 'PLACE' end,
      case when planned.room_id is distinct from held.room_id and planned.room_id is not null
        then 'ROOM' end,
      case when planned.instructor_id <> held.instructor_id then 'INSTRUCTOR' end,
      case when planned.hours <> held.hours then 'HOURS' end,
      case when planned.course <> held.course then 'COURSE' end,
      case when planned.kind <> held.kind then 'KIND' end,
      case when planned.mode <> held.mode then 'MODE' end
    ], null) as fields
  from held
    left join planned using (class_id, session_no)
  where held.class_id in (select class_id from planned)
), deviating as (
  select class_id, position, happened_on, fields,
    row_number() over (partition by class_id order by position) as nth
  from compared join class using (class_id)
  where cardinality(fields) > 0 and coalesce(class.regime, 'R3') in ('R2', 'R3')
), reached as (
  select class_id, nth as sessions
  from deviating
  where nth in (1, %(high_from)s)
)
select
  class_id as subject,
  min(newest.county) as county,
  min(deviating.happened_on) as starts_on,
  max(deviating.happened_on) as ends_on,
  case when sessions >= %(high_from)s then 'HIGH' else 'MEDIUM' end as severity,
  array_agg(distinct deviating.position order by deviating.position) as evidence,
  sessions::integer as sessions,
  string_agg(distinct field, '+' order by field) as fields
from reached
  join deviating using (class_id)
  join newest using (class_id)
  cross join lateral unnest(deviating.fields) as field
where deviating.nth <= reached.sessions
group by class_id, sessions
order by class_id, sessions
