-- Every class that was filed has an archive to be kept, even if nobody has put anything into it.
with filed as (
  select distinct on (class_id) class_id, filing_no, institution_id, county
  from {filing}
  order by class_id, position desc
), media as (
  select class_id, kind, count(*) as documents, sum(pages) as pages,
    bool_or(medium in ('PAPER', 'BOTH')) and bool_or(medium in ('ELECTRONIC', 'BOTH')) as both_media,
    min(institution_id::text)::uuid as institution_id, min(county) as county
  from {document}
  group by class_id, kind
), held as (
  select class_id, sum(documents) as documents, sum(pages) as pages,
    array_agg(kind order by kind) as present,
    coalesce(array_agg(kind order by kind) filter (where both_media), array[]::text[]) as whole,
    min(institution_id::text)::uuid as institution_id, min(county) as county
  from media
  group by class_id
), steps as (
  select class_id,
    (array_agg(institution_id order by position desc))[1] as institution_id,
    (array_agg(county order by position desc))[1] as county,
    max(happened_on) filter (where step = 'TRAINING' and complete) as training_checked_on,
    max(happened_on) filter (where step = 'FINAL' and complete) as final_checked_on,
    max(happened_on) filter (where step = 'SEALED') as sealed_on
  from {archive_step}
  group by class_id
), checked as (
  select distinct on (class_id) class_id, required
  from {archive_step}
  order by class_id, position desc
), sealed as (
  select distinct on (class_id) class_id, manifest_sha256, retention_from,
    (extract(year from retention_to) - extract(year from retention_from))::integer as years
  from {archive_step}
  where step = 'SEALED'
  order by class_id, position desc
), closed as (
  select class_id, max(happened_on) as ended_on
  from {class_step}
  where step = 'CLOSED'
  group by class_id
), paid as (
  select class_id, max(happened_on) as ended_on
  from {payment}
  where step = 'PAID'
  group by class_id
), lacking as (
  -- What has an electronic form lies in the store once somebody has brought its file.
  select class_id, count(distinct sha256) as unstored
  from {document} as filed
  where medium <> 'PAPER' and not exists (
    select from {stored_document} as stored
    where stored.class_id = filed.class_id and stored.sha256 = filed.sha256
  )
  group by class_id
), hold as (
  select distinct on (class_id, hold_no) class_id, hold_no, released, held_until
  from {archive_hold}
  order by class_id, hold_no, position desc
), holding as (
  select class_id, array_agg(hold_no order by hold_no) as holds,
    case when bool_and(held_until is not null) then max(held_until) end as held_until
  from hold
  where not released
  group by class_id
), produced as (
  select class_id, count(*) as times
  from {archive_production}
  group by class_id
), ended as (
  select class_id,
    (array_agg(approvers order by position desc))[1] as approvers,
    max(happened_on) filter (where step = 'DESTROYED') as destroyed_on
  from {archive_end}
  group by class_id
), known as (
  select
    class_id,
    filed.filing_no,
    coalesce(filed.institution_id, held.institution_id, steps.institution_id) as institution_id,
    coalesce(filed.county, held.county, steps.county) as county,
    coalesce(held.documents, 0)::integer as documents,
    coalesce(held.pages, 0)::integer as pages,
    coalesce(held.present, array[]::text[]) as present,
    coalesce(held.whole, array[]::text[]) as whole,
    -- Until an archive is checked, what DB37 7.2.3 asks of each (C-13 leaves the rest to the check).
    coalesce(
      checked.required,
      array['LECTURER_FORM', 'SATISFACTION_SURVEY', 'TRAINEE_FORMS', 'TRAINING_PLAN']
    ) as required,
    steps.training_checked_on,
    steps.final_checked_on,
    steps.sealed_on,
    sealed.manifest_sha256,
    -- The years run from the later of closure and last payment, also where that comes afterwards.
    greatest(sealed.retention_from, closed.ended_on, paid.ended_on) as ended_on,
    sealed.years,
    coalesce(lacking.unstored, 0)::integer as unstored,
    coalesce(holding.holds, array[]::text[]) as holds,
    holding.held_until,
    coalesce(produced.times, 0)::integer as produced,
    coalesce(ended.approvers, 0)::integer as approvers,
    ended.destroyed_on
  from filed
    full join held using (class_id)
    full join steps using (class_id)
    left join checked using (class_id)
    left join sealed using (class_id)
    left join closed using (class_id)
    left join paid using (class_id)
    left join lacking using (class_id)
    left join holding using (class_id)
    left join produced using (class_id)
    left join ended using (class_id)
)
select
  class_id,
  filing_no,
  institution_id,
  county,
  documents,
  pages,
  present,
  array(select unnest(required) as kind order by kind) as required,
  array(
    select unnest(required) as kind except select unnest(whole) order by kind
  ) as missing,
  training_checked_on,
  final_checked_on,
  sealed_on,
  manifest_sha256,
  case when years is not null then ended_on end as retention_from,
  case when years is not null then (ended_on + make_interval(years => years))::date end
    as retention_to,
  unstored,
  holds,
  held_until,
  produced,
  approvers,
  destroyed_on,
  case
    when destroyed_on is not null then 'DESTROYED'
    when sealed_on is not null then 'SEALED'
    when final_checked_on is not null then 'FINAL_CHECKED'
    when training_checked_on is not null then 'TRAINING_CHECKED'
    else 'COLLECTING'
  end as state
from known
