-- A payment may be known before the reservation is: what only a reservation tells stays empty then.
select
  person_id,
  claim_id,
  item_no,
  (array_agg(class_id order by position desc))[1] as class_id,
  (array_agg(county order by position desc))[1] as county,
  (array_agg(kind order by position desc))[1] as kind,
  (array_agg(occupation order by position desc) filter (where step = 'RESERVED'))[1] as occupation,
  (array_agg(level order by position desc) filter (where step = 'RESERVED'))[1] as level,
  (array_agg(year order by position desc) filter (where step = 'RESERVED'))[1] as year,
  (array_agg(certified_on order by position desc) filter (where step = 'RESERVED'))[1]
    as certified_on,
  (array_agg(amount_fen order by position desc) filter (where step = 'RESERVED'))[1]
    as reserved_fen,
  (array_agg(amount_fen order by position desc) filter (where step = 'USED'))[1] as used_fen,
  max(happened_on) filter (where step = 'USED') as used_on,
  (array_agg(step order by position desc))[1] as state
from {entitlement}
group by person_id, claim_id, item_no
