-- RI-27 程序倒置、缺失 | Procedure skipped or reversed
-- version: 1
-- severity: CRITICAL
-- rules: CLM-08 CLM-09 CLM-10 CLM-11 CLM-12
-- owner: AUDITOR
-- area: 补贴审核拨付 | review and payment
-- post: 人社、财政经办 | officials of the HR and finance bureaus
-- subject: claim_id
-- param publicity_days = 5: 公示工作日数 | working days of publicity
-- reach class_id: select distinct claim_id from detail.claim where class_id = any(%(ids)s)

-- The steps of 17号 五 in the order in which they were recorded, each after the one before it; two
-- reviews by two people; five whole working days of publicity; no application with an objection
-- open; not more paid than approved. Classes under the law before the notice are outside (A6).
with bound as (
  select claim_id, min(class_id::text)::uuid as class_id, min(county) as county
  from {claim}
  group by claim_id
), regime as (
  select class_id,
    (array_agg(regime order by position desc) filter (where regime is not null))[1] as regime
  from {class_step}
  where class_id in (select class_id from bound)
  group by class_id
), step as (
  select claim_id, position, happened_on, 1 as nth, step as name
  from {claim_step} where step = 'INITIAL_REVIEWED' and result = 'PASS'
  union all
  select claim_id, position, happened_on, 2, step
  from {claim_step} where step = 'SECOND_REVIEWED' and result = 'PASS'
  union all
  select claim_id, position, happened_on, 3, step from {claim_step} where step = 'REPORTED'
  union all
  select claim_id, position, happened_on, 4, step
  from {claim_step} where step = 'RESOLVED' and result = 'APPROVE'
  union all
  select claim_id, position, happened_on, 5, 'PUBLISHED'
  from {publicity_claim} where step = 'STARTED'
  union all
  select claim_id, position, happened_on, 6, 'PUBLICITY_CLOSED'
  from {publicity_claim} where step = 'CLOSED'
  union all
  select claim_id, position, happened_on, 7, 'APPLIED'
  from {application} where step = 'SUBMITTED'
  union all
  select claim_id, position, happened_on, 8, 'FUNDING_APPROVED'
  from {application} where step = 'APPROVED'
  union all
  select claim_id, position, happened_on, 9, step from {payment} where step = 'PAID'
), first_of as (
  select distinct on (claim_id, nth) claim_id, nth, name, position, happened_on
  from step
  order by claim_id, nth, position
), followed as (
  select *,
    lag(nth) over by_order as nth_before,
    lag(position) over by_order as position_before
  from first_of
  window by_order as (partition by claim_id order by nth)
), skipped as (
  -- A step is out of order that the step before it does not precede.
  select claim_id, 'ORDER:' || name as defect, happened_on as starts_on, happened_on as ends_on,
    array_remove(
      array[position, case when nth_before = nth - 1 then position_before end], null
    ) as evidence
  from followed
  where nth > 1 and (nth_before is distinct from nth - 1 or position_before > position)
), review as (
  select claim_id, step, official, position, happened_on,
    count(*) filter (where step = 'INITIAL_REVIEWED') over (
      partition by claim_id order by position
    ) as round
  from {claim_step}
  where step in ('INITIAL_REVIEWED', 'SECOND_REVIEWED')
), reviewed as (
  select *,
    first_value(official) over in_round as first_official,
    first_value(position) over in_round as first_position,
    first_value(happened_on) over in_round as first_on
  from review
  where round > 0
  window in_round as (partition by claim_id, round order by position)
), same_reviewer as (
  select claim_id, 'SAME_REVIEWER' as defect, first_on as starts_on, happened_on as ends_on,
    array[first_position, position] as evidence
  from reviewed
  where step = 'SECOND_REVIEWED' and official = first_official
), run as (
  select publicity_id, claim_id,
    min(step_on) filter (where step = 'STARTED') as published_on,
    min(step_on) filter (where step = 'CLOSED') as closed_on,
    min(position) filter (where step = 'STARTED') as started,
    min(position) filter (where step = 'CLOSED') as closed
  from {publicity_claim}
  group by publicity_id, claim_id
), calendar as (
  select distinct on (day) day, works from {work_calendar} order by day, position desc
), fifth as (
  -- A year without a published calendar counts Monday to Friday, which is never too strict.
  select published_on, (
    select series.day::date
    from generate_series(published_on + 1, published_on + 60, interval '1 day') as series (day)
      left join calendar on calendar.day = series.day::date
    where coalesce(calendar.works, extract(isodow from series.day) < 6)
    order by series.day offset %(publicity_days)s - 1 limit 1
  ) as last_day
  from (select distinct published_on from run where closed is not null) as published
), short as (
  select run.claim_id, 'PUBLICITY_SHORT' as defect, published_on as starts_on,
    closed_on as ends_on, array[started, closed] as evidence
  from run join fifth using (published_on)
  where closed_on <= last_day
), ended as (
  select publicity_id, objection_no, class_id, min(position) as position
  from {objection}
  where step in ('DISMISSED', 'DECIDED')
  group by publicity_id, objection_no, class_id
), open_objection as (
  select stage.claim_id, 'OPEN_OBJECTION' as defect, objection.happened_on as starts_on,
    stage.happened_on as ends_on, array[objection.position, stage.position] as evidence
  from {claim_stage} as stage
    join {objection} as objection
      on objection.publicity_id = stage.publicity_id and objection.class_id = stage.class_id
    left join ended
      on (ended.publicity_id, ended.objection_no, ended.class_id)
        = (objection.publicity_id, objection.objection_no, objection.class_id)
  where stage.stage = 'FUNDING_APPLIED'
    and objection.step = 'LODGED' and objection.in_window
    and objection.position < stage.position
    and (ended.position is null or ended.position > stage.position)
    and (objection.of_claim is null or objection.of_claim = stage.claim_id)
    and (objection.of_items = '{}' or objection.of_items && stage.items)
), approved as (
  select claim_id, sum(amount_fen) as fen
  from {application}
  where step = 'APPROVED'
  group by claim_id
), resolved as (
  select distinct on (claim_id) claim_id, amount_fen as fen
  from {claim_step}
  where step = 'RESOLVED' and result = 'APPROVE'
  order by claim_id, position desc
), running as (
  select claim_id, position, happened_on, amount_fen,
    sum(amount_fen) over (partition by claim_id order by position, n) as paid
  from {payment}
  where step = 'PAID'
), overpaid as (
  select distinct on (running.claim_id) running.claim_id, 'OVERPAID' as defect,
    running.happened_on as starts_on, running.happened_on as ends_on,
    array[running.position] as evidence
  from running
    left join approved using (claim_id)
    left join resolved using (claim_id)
  where running.paid > least(approved.fen, resolved.fen)
  order by running.claim_id, running.position
), found as (
  select * from skipped
  union all select * from same_reviewer
  union all select * from short
  union all select * from open_objection
  union all select * from overpaid
)
select
  found.claim_id as subject,
  min(bound.county) as county,
  starts_on,
  ends_on,
  'CRITICAL' as severity,
  array_agg(distinct one order by one) as evidence,
  string_agg(distinct defect, '+' order by defect) as defects
from found
  left join bound using (claim_id)
  left join regime using (class_id)
  cross join lateral unnest(found.evidence) as one
where coalesce(regime.regime, 'R3') in ('R2', 'R3')
group by found.claim_id, starts_on, ends_on
order by found.claim_id, starts_on, ends_on
