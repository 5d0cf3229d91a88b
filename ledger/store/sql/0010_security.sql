-- Who may call: tokens of people and machines, hashed; one-time login links of the demonstration.

create schema security;

create table security.token (
  id          text        not null primary key,
  secret_hash bytea       not null,
  person      uuid        not null,
  role        text        not null,
  org         text        not null default '',
  county      text        not null default '',
  institution uuid,
  label       text        not null default '',
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  revoked_at  timestamptz,
  constraint token_secret_is_sha256 check (octet_length(secret_hash) = 32)
);

comment on table security.token is
  'A token is shown once; only the SHA-256 of its secret is kept. It carries person, role, organisation and county.';
