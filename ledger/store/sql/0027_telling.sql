-- The caller says whether an append wakes those who listen: told of every single commit, they would
-- take the processor from it. Whoever appends tells them soon after (ledger.store.session).

drop function ledger.append;

create function ledger.append(
  expected bigint, count integer,
  times timestamptz[], versions integer[], streams text[], types text[], bodies text[], leaves bytea[],
  key_scopes text[], keys text[], key_digests bytea[], key_answers bytea[],
  key_firsts bigint[], key_lasts bigint[], key_times timestamptz[],
  sealed_commitments bytea[], sealed_owners uuid[], sealed_kinds text[], sealed_secrets bytea[],
  restricted_commitments bytea[], restricted_owners uuid[], restricted_kinds text[],
  restricted_salts bytea[], restricted_values text[],
  fact_streams text[], fact_readers text[], fact_commitments bytea[], fact_secrets bytea[],
  link_kinds text[], link_ids uuid[], link_streams text[],
  tell boolean
) returns boolean language plpgsql as $$
begin
  update ledger.head set position = expected + count, recorded_at = times[count]
    where position = expected;
  if not found then
    return false;
  end if;
  insert into ledger.entry (position, recorded_at, version, stream, type, body, leaf)
    select expected + e.n, e.recorded_at, e.version, e.stream, e.type, e.body, e.leaf
    from unnest(times, versions, streams, types, bodies, leaves)
      with ordinality as e (recorded_at, version, stream, type, body, leaf, n);
  if cardinality(keys) > 0 then
    insert into ledger.idempotency (scope, key, digest, answer, first, last, recorded_at)
      select * from unnest(key_scopes, keys, key_digests, key_answers, key_firsts, key_lasts, key_times);
  end if;
  -- A fact may restate a value that an earlier one committed to: the row is then there already.
  if cardinality(sealed_commitments) > 0 then
    insert into vault.sealed (commitment, owner, kind, secret)
      select * from unnest(sealed_commitments, sealed_owners, sealed_kinds, sealed_secrets)
      on conflict do nothing;
  end if;
  if cardinality(restricted_commitments) > 0 then
    insert into vault.restricted (commitment, owner, kind, salt, value)
      select * from unnest(restricted_commitments, restricted_owners, restricted_kinds,
                           restricted_salts, restricted_values)
      on conflict do nothing;
  end if;
  if cardinality(fact_streams) > 0 then
    insert into vault.sealed_fact (stream, reader, commitment, secret)
      select * from unnest(fact_streams, fact_readers, fact_commitments, fact_secrets);
  end if;
  if cardinality(link_streams) > 0 then
    insert into vault.sealed_link (kind, id, stream)
      select * from unnest(link_kinds, link_ids, link_streams)
      on conflict do nothing;
  end if;
  if tell then
    perform pg_notify('ledger_entry', (expected + count)::text);
  end if;
  return true;
end
$$;

revoke all on function ledger.append from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'mingzhang_writer') then
    grant execute on function ledger.append to mingzhang_writer;
  end if;
end
$$;
