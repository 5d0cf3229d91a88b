-- Every paid item, and what its chain lacks (invariant 1): each step after the one before it.
with paid as (
  select payment.claim_id, payment.class_id, payment_id, publicity_id, item_no, payment.position,
    channel in ('migration', 'import') as told
  from {payment} as payment cross join lateral unnest(items) as item_no
  where step = 'PAID'
), times as (
  select claim_id, item_no, count(*) as times from paid group by claim_id, item_no
), item as (
  select distinct on (claim_id, item_no) claim_id, item_no, class_id, enrolment_id, kind
  from {claim_item}
  order by claim_id, item_no, position desc
), class as (
  select class_id,
    min(position) filter (where step = 'APPROVED') as approved,
    min(position) filter (where step = 'RUNNING') as started,
    min(position) filter (where step = 'TAUGHT') as taught,
    bool_or(channel in ('migration', 'import')) as told
  from {class_step}
  group by class_id
), passed as (
  select class_id, enrolment_id, min(position) as position
  from {result} where passed group by class_id, enrolment_id
), certified as (
  select class_id, enrolment_id, min(position) as position
  from {certificate} group by class_id, enrolment_id
), review as (
  select claim_id,
    max(position) filter (where step = 'ACCEPTED') as accepted,
    max(position) filter (where step = 'INITIAL_REVIEWED' and result = 'PASS') as initial,
    max(position) filter (where step = 'SECOND_REVIEWED' and result = 'PASS') as second,
    max(position) filter (where step = 'REPORTED') as reported,
    max(position) filter (where step = 'RESOLVED' and result = 'APPROVE') as resolved,
    bool_or(channel in ('migration', 'import')) as told
  from {claim_step}
  group by claim_id
), reviewer as (
  select claim_id, position, official from {claim_step} where official is not null
), shown as (
  select publicity_id, claim_id,
    min(position) filter (where step = 'STARTED') as started,
    min(position) filter (where step = 'CLOSED') as closed,
    min(step_on) filter (where step = 'STARTED') as started_on,
    min(step_on) filter (where step = 'CLOSED') as closed_on
  from {publicity_claim}
  group by publicity_id, claim_id
), calendar as (
  select distinct on (day) day, works from {work_calendar} order by day, position desc
), fifth as (
  select started_on, (
    select series.day::date
    from generate_series(started_on + 1, started_on + 60, interval '1 day') as series (day)
      left join calendar on calendar.day = series.day::date
    where coalesce(calendar.works, extract(isodow from series.day) < 6)
    order by series.day offset 4 limit 1
  ) as last_day
  from (select distinct started_on from shown where started_on is not null) as published
), funded as (
  select claim_id, payment_id, item_no,
    max(position) filter (where stage = 'FUNDING_APPLIED') as applied,
    max(position) filter (where stage = 'FUNDING_APPROVED') as approved
  from {claim_stage} cross join lateral unnest(items) as item_no
  where payment_id is not null
  group by claim_id, payment_id, item_no
), ended as (
  select publicity_id, objection_no, class_id, min(position) as position
  from {objection} where step in ('DISMISSED', 'DECIDED')
  group by publicity_id, objection_no, class_id
), lodged as (
  select objection.*, ended.position as ended
  from {objection} as objection
    left join ended using (publicity_id, objection_no, class_id)
  where step = 'LODGED' and in_window
), judged as (
  select paid.claim_id, paid.item_no,
    paid.told or coalesce(class.told, false) or coalesce(review.told, false) as told,
    array_remove(array[
      case when times.times > 1 then 'PAID_TWICE' end,
      case when item.claim_id is null then 'ITEM' end,
      case when class.approved is null then 'APPROVED' end,
      case when class.started is null or class.started < class.approved then 'STARTED' end,
      case when class.taught is null or class.taught < class.started then 'TAUGHT' end,
      case when item.kind <> 'LIVING_ALLOWANCE' and passed.position is null then 'PASSED' end,
      case when item.kind <> 'LIVING_ALLOWANCE'
        and (certified.position is null or certified.position < passed.position)
        then 'CERTIFIED' end,
      case when review.accepted is null or review.accepted < certified.position
        then 'ACCEPTED' end,
      case when review.initial is null or review.initial < review.accepted
        then 'INITIAL_REVIEWED' end,
      case when review.second is null or review.second < review.initial
        then 'SECOND_REVIEWED' end,
      case when first.official = second.official then 'TWO_REVIEWERS' end,
      case when review.reported is null or review.reported < review.second then 'REPORTED' end,
      case when review.resolved is null or review.resolved < review.reported
        then 'RESOLVED' end,
      case when shown.started is null or shown.started < review.resolved then 'PUBLISHED' end,
      case when shown.closed is null or shown.closed < shown.started
        or shown.closed_on <= fifth.last_day then 'FIVE_WORKING_DAYS' end,
      case when funded.applied is null or funded.applied < shown.closed then 'APPLIED' end,
      case when exists (
        select from lodged
        where lodged.publicity_id = paid.publicity_id and lodged.class_id = paid.class_id
          and lodged.position < funded.applied
          and (lodged.ended is null or lodged.ended > funded.applied)
          and (lodged.of_claim is null or lodged.of_claim = paid.claim_id)
          and (lodged.of_items = '{}' or paid.item_no = any(lodged.of_items))
      ) then 'NO_OPEN_OBJECTION' end,
      case when funded.approved is null or funded.approved < funded.applied
        then 'FUNDING_APPROVED' end,
      case when paid.position < funded.approved then 'PAID' end
    ], null) as lacking
  from paid
    join times using (claim_id, item_no)
    left join item using (claim_id, item_no)
    left join class on class.class_id = paid.class_id
    left join passed
      on passed.class_id = paid.class_id and passed.enrolment_id = item.enrolment_id
    left join certified
      on certified.class_id = paid.class_id and certified.enrolment_id = item.enrolment_id
    left join review on review.claim_id = paid.claim_id
    left join reviewer as first
      on first.claim_id = paid.claim_id and first.position = review.initial
    left join reviewer as second
      on second.claim_id = paid.claim_id and second.position = review.second
    left join shown
      on shown.claim_id = paid.claim_id and shown.publicity_id = paid.publicity_id
    left join fifth on fifth.started_on = shown.started_on
    left join funded
      on funded.claim_id = paid.claim_id and funded.payment_id = paid.payment_id
        and funded.item_no = paid.item_no
)
select claim_id, item_no, told, lacking from judged
