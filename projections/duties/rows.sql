-- A duty is opened once; that of a step of procedure anew each time the step is entered (RENEWED),
-- and of it only counts what came since. Days come from facts, parameters and calendars as they
-- stand: a miss that was recorded stays recorded, also where the day is another one by now.
with told as (
  select *, rule_id in ('ELG-21', 'SUP-24') as renewed from {duty}
), opened as (
  select distinct on (duty_id) *
  from told
  where step = 'OPENED'
  order by duty_id, case when renewed then -position else position end
), since as (
  select told.duty_id, told.position, told.n, told.step, told.starts_on, told.amount_fen, told.hold,
    told.items, told.recorded_at, told.happened_on
  from told join opened on opened.duty_id = told.duty_id
  where not told.renewed or told.position >= opened.position
), paid as (
  select duty_id, recorded_at,
    sum(amount_fen) over (partition by duty_id order by position, n) as fen
  from since
  where step = 'SETTLED'
), kept as (
  select duty_id, min(recorded_at) as kept_at
  from (
    select duty_id, recorded_at from since where step = 'KEPT'
    union all
    select duty_id, paid.recorded_at
    from paid join opened using (duty_id)
    where paid.fen >= opened.amount_fen
  ) as either
  group by duty_id
), ended as (
  select duty_id, min(recorded_at) as ended_at
  from since
  where step = 'ENDED'
  group by duty_id
), begun as (
  select distinct duty_id from since where step = 'BEGUN'
), ends as (
  -- A class ends with its last day as filed last, or as moved since, or when its teaching was over.
  select duty_id,
    least(
      max(starts_on) filter (where step in ('FILED', 'MOVED') and position >= filed),
      min(starts_on) filter (where step = 'OVER')
    ) as day
  from (
    select *,
      coalesce(max(position) filter (where step = 'FILED') over (partition by duty_id), 0) as filed
    from since
  ) as of_class
  group by duty_id
), held_item as (
  select held.duty_id, held.happened_on as from_on, min(freed.happened_on) as to_on
  from (
    select duty_id, position, happened_on, hold, unnest(items) as item
    from since
    where step = 'HELD'
  ) as held
    left join since as freed
      on freed.duty_id = held.duty_id and freed.position > held.position
        and freed.items @> array[held.item]
        and (freed.step = 'SETTLED' or freed.step = 'FREED' and freed.hold = held.hold)
  group by held.duty_id, held.position, held.hold, held.item, held.happened_on
), latest as (
  select year, max(position) as position from {work_calendar} group by year
), calendar as (
  select distinct year, day, works from {work_calendar} join latest using (year, position)
), version as (
  select min(year) || '-' || max(year) || '.' || left(encode(sha256(convert_to(
    string_agg(
      case when works then 'work ' else 'rest ' end || to_char(day, 'YYYY-MM-DD') || e'\n', ''
      order by year, works, day
    ), 'UTF8')), 'hex'), 12) as name
  from calendar
), asked as (
  select duty_id, parameter as name, county,
    case when rule_id = 'PLN-02' then starts_on - 1 else starts_on end as day
  from opened
  where parameter is not null
  union all
  select duty_id, 'plan_deadline_basis', county, starts_on - 1
  from opened
  where rule_id in ('PLN-01', 'PLN-02')
), setting as (
  select name, county, day, found.value
  from (select distinct name, county, day from asked) as each_asked
    left join lateral (
      with standing as (
        select distinct on (policy) *
        from {policy_set} as published
        where effective_from <= each_asked.day
          and (effective_to is null or each_asked.day <= effective_to)
          and published.county in ('', each_asked.county)
        order by policy, effective_from desc, position desc
      )
      select told[array_position(names, each_asked.name)] as value
      from standing
      where names @> array[each_asked.name]
        and not exists (
          select from standing as newer where newer.supersedes @> array[standing.policy]
        )
      order by rank, effective_from desc, position desc
      limit 1
    ) as found on true
), timed as (
  select opened.*,
    setting.value::integer as days,
    basis.value = 'LAST_WORKDAY' as by_workday
  from opened
    left join asked as given
      on given.duty_id = opened.duty_id and given.name = opened.parameter
    left join setting
      on (setting.name, setting.county, setting.day) = (given.name, given.county, given.day)
    left join setting as basis
      on opened.rule_id in ('PLN-01', 'PLN-02')
        and (basis.name, basis.county, basis.day)
          = ('plan_deadline_basis', opened.county, opened.starts_on - 1)
), held as (
  -- What an authority is kept from paying does not count; a hold that began too late is none.
  select duty_id, sum(upper(span) - lower(span))::integer as days
  from (
    select timed.duty_id, unnest(range_agg(daterange(from_on, to_on))) as span
    from timed join held_item using (duty_id)
    where to_on is not null and (timed.days is null or from_on <= timed.starts_on + timed.days)
    group by timed.duty_id
  ) as spans
  group by duty_id
), on_hold as (
  select distinct duty_id from held_item where to_on is null
), reckoned as (
  select timed.*, coalesce(held.days, 0) as held_days,
    case rule_id
      when 'PLN-01' then case when by_workday then before.day else starts_on - 1 end
      when 'PLN-02' then case when by_workday then before.day else starts_on - 1 end + timed.days
      when 'DEL-02' then starts_on
      when 'DEL-05' then ends.day
      when 'CLM-11' then after.day
      when 'ELG-21' then starts_on + timed.days + coalesce(held.days, 0)
      else starts_on + timed.days
    end as day,
    case rule_id
      when 'CLM-11' then timed.days is not null
      else coalesce(by_workday, false)
    end as by_calendar
  from timed
    left join ends on ends.duty_id = timed.duty_id
    left join held on held.duty_id = timed.duty_id
    left join lateral (
      select series.day::date as day
      from generate_series(starts_on - 1, starts_on - 40, interval '-1 day') as series (day)
        left join calendar on calendar.day = series.day::date
      where timed.by_workday and coalesce(calendar.works, extract(isodow from series.day) < 6)
      order by series.day desc limit 1
    ) as before on true
    left join lateral (
      select series.day::date as day
      from generate_series(starts_on + 1, starts_on + 40 + 3 * timed.days, interval '1 day')
          as series (day)
        left join calendar on calendar.day = series.day::date
      where timed.rule_id = 'CLM-11'
        and coalesce(calendar.works, extract(isodow from series.day) < 6)
      order by series.day offset timed.days - 1 limit 1
    ) as after on true
), due as (
  -- A year without a published calendar is not guessed: the day is open until it is.
  select reckoned.duty_id, by_calendar, held_days,
    case when not by_calendar or not exists (
      select from generate_series(
        least(extract(year from starts_on), extract(year from day))::integer,
        greatest(extract(year from starts_on), extract(year from day))::integer
      ) as needed (year)
      where needed.year not in (select year from latest)
    ) then day end as day
  from reckoned
), record as (
  select distinct on (subject_id, rule_id, ref, due_on, new_on) *
  from {missed}
  order by subject_id, rule_id, ref, due_on, new_on, position desc
), latest_miss as (
  select distinct on (subject_id, rule_id, ref) subject_id, rule_id, ref, due_on, position
  from record
  where new_on is null
  order by subject_id, rule_id, ref, position desc
), known as (
  select timed.*, due.day as due_on, due.held_days,
    case when due.by_calendar and due.day is not null then version.name end as calendar_version,
    due.by_calendar,
    coalesce(
      timed.told_on,
      case when not renewed or latest_miss.position > timed.position
        then latest_miss.due_on end
    ) as day_told
  from timed
    join due using (duty_id)
    cross join version
    left join latest_miss
      on (latest_miss.subject_id, latest_miss.rule_id, latest_miss.ref)
        = (timed.subject_id, timed.rule_id, timed.ref)
), heard as (
  -- Its own records, and those of before records told which of several duties they meant.
  select duty_id,
    max(recorded_at) filter (where fresh and due_on = known_on) as now_at,
    max(recorded_at) filter (where fresh and due_on = day_told) as earlier_at,
    max(recorded_at) filter (where due_on = day_told and new_on = known_on) as moved_at
  from (
    select known.duty_id, known.due_on as known_on, known.day_told,
      record.due_on, record.new_on, record.recorded_at,
      record.new_on is null and (not renewed or record.position > known.position) as fresh
    from known
      join record on (record.subject_id, record.rule_id) = (known.subject_id, known.rule_id)
    where record.ref in ('', known.ref)
  ) as each_record
  group by duty_id
), judged as (
  select known.*,
    kept.kept_at,
    ended.ended_at,
    coalesce(now_at, earlier_at) as missed_at,
    case
      when now_at is not null then due_on
      when earlier_at is not null then day_told
    end as missed_due_on,
    moved_at as recomputed_at
  from known
    left join kept on kept.duty_id = known.duty_id
    left join ended on ended.duty_id = known.duty_id
    left join heard on heard.duty_id = known.duty_id
  where known.rule_id <> 'DEL-05' or known.duty_id in (select duty_id from begun)
), named as (
  select distinct on (institution_id) institution_id, uscc
  from {institution}
  order by institution_id, position desc
)
select
  judged.duty_id,
  rule_id,
  subject_kind,
  subject_id,
  ref,
  class_id,
  judged.institution_id,
  county,
  owed_by,
  coalesce(org, named.uscc, judged.institution_id::text, county) as org,
  recorded_at as opened_at,
  days,
  due_on,
  day_told as told_on,
  calendar_version,
  held_days,
  kept_at,
  ended_at,
  missed_at,
  missed_due_on,
  recomputed_at,
  case
    when kept_at < (due_on + 1)::timestamp at time zone 'Asia/Shanghai' then 'KEPT'
    when ended_at is not null and (kept_at is null or ended_at < kept_at) then 'WITHDRAWN'
    when kept_at is not null then case when due_on is null then 'KEPT' else 'LATE' end
    when duty_id in (select duty_id from on_hold) then 'SUSPENDED'
    when missed_due_on = due_on then 'MISSED'
    when due_on is not null then 'OPEN'
    when by_calendar then 'PROVISIONAL'
    else 'UNSET'
  end as state
from judged
  left join named on named.institution_id = judged.institution_id
