-- What was paid stays reserved: the balance is what was allocated less what is reserved, or less
-- what was paid where history knows no reservation.
select
  fund_account_id,
  min(county) as county,
  min(fund) as fund,
  min(year) as year,
  coalesce(sum(amount_fen) filter (where step = 'ALLOCATED'), 0)::bigint as allocated_fen,
  coalesce(sum(amount_fen) filter (where step = 'RESERVED'), 0)::bigint as reserved_fen,
  coalesce(sum(amount_fen) filter (where step = 'RELEASED'), 0)::bigint as released_fen,
  coalesce(sum(amount_fen) filter (where step = 'PAID'), 0)::bigint as paid_fen,
  (
    coalesce(sum(amount_fen) filter (where step = 'ALLOCATED'), 0)
    - greatest(
      coalesce(sum(amount_fen) filter (where step = 'RESERVED'), 0)
        - coalesce(sum(amount_fen) filter (where step = 'RELEASED'), 0),
      coalesce(sum(amount_fen) filter (where step = 'PAID'), 0)
    )
  )::bigint as balance_fen
from {fund_move}
group by fund_account_id
