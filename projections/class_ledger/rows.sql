-- A class may have payments before its filing is known, so no part leads: all meet in FULL JOINs.
with filed as (
  select distinct on (class_id)
    class_id, institution_id, county, filing_no, training_type, occupation, level, plan_month,
    min(filed_on) over (partition by class_id) as filed_on,
    hours_total, hours_theory, hours_practice, hours_online, heads
  from {filing}
  order by class_id, position desc
), steps as (
  select class_id,
    max(recorded_on) filter (where step = 'APPROVED') as approved_on,
    max(happened_on) filter (where step = 'RUNNING') as started_on,
    max(happened_on) filter (where step = 'TAUGHT') as ended_on,
    (array_agg(step order by position desc))[1] as last
  from {class_step}
  group by class_id
), approved as (
  select distinct on (class_id) class_id, standard_fen
  from {approval}
  order by class_id, position desc
), trained as (
  select class_id, count(*) filter (where joined) - count(*) filter (where not joined) as heads
  from {enrolment}
  group by class_id
), passed as (
  select class_id, count(distinct enrolment_id) filter (where passed) as heads
  from {result}
  group by class_id
), examined as (
  -- Assessed is a class of which every assessment has a result for every candidate.
  select class_id, bool_and(coalesce(found >= candidates, false)) as whole
  from (
    select class_id, assessment_id, max(candidates) as candidates,
      count(distinct enrolment_id) as found
    from (
      select class_id, assessment_id, candidates, null::uuid as enrolment_id from {assessment}
      union all
      select class_id, assessment_id, null, enrolment_id from {result}
    ) as told
    group by class_id, assessment_id
  ) as each_assessment
  group by class_id
), certified as (
  select class_id, count(distinct enrolment_id) as heads
  from {certificate}
  group by class_id
), visited as (
  select class_id, count(*) as times, count(*) filter (where inspectors >= 2) as by_two
  from {inspection}
  group by class_id
), moved as (
  select class_id, count(distinct position) as times
  from {schedule_change}
  group by class_id
), claimed as (
  select class_id, sum(heads) as heads, sum(amount_fen) as fen
  from (
    select distinct on (claim_id) class_id, heads, amount_fen
    from {claim}
    order by claim_id, position desc
  ) as last_submission
  group by class_id
), resolved as (
  select class_id,
    sum(heads) filter (where result = 'APPROVE') as heads,
    sum(amount_fen) filter (where result = 'APPROVE') as fen
  from (
    select distinct on (claim_id) class_id, result, heads, amount_fen
    from {claim_step}
    where step = 'RESOLVED' and result <> 'DEFER'
    order by claim_id, position desc
  ) as last_resolution
  group by class_id
), funded as (
  select class_id, string_agg(distinct fund, ',' order by fund) as fund
  from (
    select class_id, fund, position, max(position) over (partition by claim_id) as latest
    from {fund_share}
  ) as share
  where position = latest
  group by class_id
), listed as (
  select class_id, min(step_on) as from_on, max(last_day) as to_on
  from {publicity_claim}
  where step = 'STARTED'
  group by class_id
), shown as (
  select class_id, claim_id, position, items, amount_fen
  from {claim_stage}
  where stage = 'IN_PUBLICITY'
), publicised as (
  -- What is published again after an objection counts once, with its first publication.
  select class_id, sum(amount_fen) as fen
  from shown
  where not exists (
    select from shown as earlier
    where earlier.claim_id = shown.claim_id
      and earlier.position < shown.position
      and earlier.items @> shown.items
  )
  group by class_id
), disputed as (
  select class_id, count(*) as times
  from {objection}
  where step = 'LODGED'
  group by class_id
), paid as (
  select class_id, sum(heads) as heads, sum(amount_fen) as fen
  from {payment}
  where step = 'PAID'
  group by class_id
), named as (
  select distinct on (institution_id) institution_id, name
  from {institution}
  order by institution_id, position desc
)
select
  class_id,
  filed.filing_no,
  filed.county,
  institution_id,
  named.name as institution,
  filed.training_type,
  filed.occupation,
  filed.level,
  filed.plan_month,
  filed.filed_on,
  steps.approved_on,
  steps.started_on,
  steps.ended_on,
  filed.hours_total,
  filed.hours_theory,
  filed.hours_practice,
  filed.hours_online,
  filed.heads as heads_filed,
  greatest(coalesce(trained.heads, 0), 0)::integer as heads_trained,
  coalesce(passed.heads, 0)::integer as heads_passed,
  coalesce(certified.heads, 0)::integer as heads_certified,
  coalesce(claimed.heads, 0)::integer as heads_claimed,
  coalesce(resolved.heads, 0)::integer as heads_approved,
  coalesce(paid.heads, 0)::integer as heads_paid,
  coalesce(visited.times, 0)::integer as inspections,
  coalesce(visited.by_two, 0)::integer as inspections_double,
  coalesce(moved.times, 0)::integer as changes,
  approved.standard_fen,
  coalesce(claimed.fen, 0)::bigint as claimed_fen,
  coalesce(resolved.fen, 0)::bigint as approved_fen,
  coalesce(publicised.fen, 0)::bigint as publicised_fen,
  coalesce(paid.fen, 0)::bigint as paid_fen,
  0::bigint as recovered_fen, -- no fact tells of a recovery yet
  funded.fund,
  listed.from_on as publicised_from,
  listed.to_on as publicised_to,
  coalesce(disputed.times, 0)::integer as objections,
  case
    when steps.last = 'TAUGHT' and examined.whole then 'ASSESSED'
    else coalesce(steps.last, 'UNKNOWN')
  end as status
from filed
  full join steps using (class_id)
  full join approved using (class_id)
  full join trained using (class_id)
  full join passed using (class_id)
  full join examined using (class_id)
  full join certified using (class_id)
  full join visited using (class_id)
  full join moved using (class_id)
  full join claimed using (class_id)
  full join resolved using (class_id)
  full join funded using (class_id)
  full join listed using (class_id)
  full join publicised using (class_id)
  full join disputed using (class_id)
  full join paid using (class_id)
  left join named using (institution_id)
