"""The append-only log on PostgreSQL: append, read, listen, migrate, verify."""
