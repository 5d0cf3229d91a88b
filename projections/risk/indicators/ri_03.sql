-- RI-03 同职业同等级一年内重复 | Same occupation and level subsidised twice in a year
-- version: 1
-- severity: HIGH
-- rules: ELG-08 ELG-16
-- owner: RISK_OFFICER
-- area: 补贴申领 | claims
-- post: 补贴受理审核 | those who accept and review claims
-- subject: person_id
-- param window_months = 12: 两次证书日期相距多少个月以内算重复 | certificates so many months apart repeat

-- Two live training items of one person, of different enrolments. A class under the law before
-- 2022 is not held to this rule (A6).
with item as (
  select person_id, claim_id, item_no, class_id, enrolment_id, county, occupation, level, position,
    coalesce(certified_on, make_date(year, 1, 1)) as counts_on
  from {entitlement}
  where step = 'RESERVED' and kind = 'TRAINING'
), ended as (
  select person_id, claim_id, item_no, max(position) as position
  from {entitlement}
  where step = 'RELEASED'
  group by person_id, claim_id, item_no
), live as (
  select distinct on (item.person_id, item.claim_id, item.item_no) item.*
  from item left join ended using (person_id, claim_id, item_no)
  where ended.position is null or ended.position < item.position
  order by item.person_id, item.claim_id, item.item_no, item.position desc
), regime as (
  select class_id,
    (array_agg(regime order by position desc) filter (where regime is not null))[1] as regime
  from {class_step}
  where class_id in (select class_id from live)
  group by class_id
)
select distinct on (subject, starts_on, ends_on)
  person_id as subject,
  later.county,
  earlier.counts_on as starts_on,
  later.counts_on as ends_on,
  'HIGH' as severity,
  array[earlier.position, later.position] as evidence,
  occupation,
  level,
  later.counts_on - earlier.counts_on as days_apart
from live as earlier
  join live as later using (person_id, occupation, level)
  left join regime on regime.class_id = later.class_id
where (earlier.counts_on, earlier.position) < (later.counts_on, later.position)
  and earlier.enrolment_id is distinct from later.enrolment_id
  and later.counts_on <= earlier.counts_on + make_interval(months => %(window_months)s)
  and coalesce(regime.regime, 'R3') <> 'R0'
order by subject, starts_on, ends_on, later.position
