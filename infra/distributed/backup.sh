# Dumps the ledger's database, all in one snapshot; dumps older than two weeks go once a newer one is whole.
# Of people who were erased a dump holds what it held before: two weeks, and no longer.
set -eu
umask 077
name="$BACKUPS/ledger-$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --format=custom --dbname="$DATABASE" --file="$name.part"
pg_restore --list "$name.part" >/dev/null
mv "$name.part" "$name"
find "$BACKUPS" -name 'ledger-*.dump*' -mtime +13 -delete
