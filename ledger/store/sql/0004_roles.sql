-- Group roles, where this server lets us make them; a login role is made a member by the operator.
--   mingzhang_reader  reads the log                 mingzhang_fold   also reads restricted values
--   mingzhang_writer  appends, and nothing else     mingzhang_vault  seals, opens and erases

create function pg_temp.role_made(name text) returns boolean language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = name) then
    return true;
  end if;
  execute format('create role %I nologin', name);
  return true;
exception
  when duplicate_object or unique_violation then
    return true;  -- another database of the same server was migrated at the same moment
  when insufficient_privilege then
    return false; -- the operator makes the roles and grants by hand
end
$$;

revoke all on schema ledger, vault from public;
revoke all on function ledger.append from public;

do $$
begin
  if not (pg_temp.role_made('mingzhang_reader') and pg_temp.role_made('mingzhang_writer')
      and pg_temp.role_made('mingzhang_fold') and pg_temp.role_made('mingzhang_vault')) then
    raise notice 'roles were not made: the connecting role may not create roles';
    return;
  end if;
  grant usage on schema ledger to mingzhang_reader, mingzhang_writer, mingzhang_fold, mingzhang_vault;
  grant select on ledger.entry, ledger.entry_json, ledger.head to mingzhang_reader, mingzhang_fold;
  grant select, insert on ledger.entry, ledger.idempotency to mingzhang_writer;
  grant select, update on ledger.head to mingzhang_writer;
  grant select on ledger.entry_json to mingzhang_writer;
  grant execute on function ledger.append to mingzhang_writer;
  grant usage on schema vault to mingzhang_writer, mingzhang_fold, mingzhang_vault;
  grant insert on vault.sealed, vault.restricted, vault.sealed_fact, vault.sealed_link to mingzhang_writer;
  grant select on vault.restricted to mingzhang_fold;
  grant select, insert, delete on vault.sealed, vault.restricted, vault.sealed_fact, vault.sealed_link
    to mingzhang_vault;
  grant select, insert, update on vault.data_key to mingzhang_vault;
end
$$;
