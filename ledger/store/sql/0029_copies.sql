-- Each copy has a name of its own: its projectors share partitions with each other and with no other copy's.

alter table mirror.origin add column copy uuid not null default gen_random_uuid();

comment on column mirror.origin.copy is
  'Names the group of this copy''s projectors. Two databases with one name would each get a part of the log.';
