select distinct on (signal_id)
  signal_id, rule_id, rule_version, severity, subject_kind, subject_id, county, starts_on, ends_on,
  read_to, evidence, params, found, raised_at,
  'OPEN' as state -- no fact tells of a triage yet
from {signal}
order by signal_id, position desc
