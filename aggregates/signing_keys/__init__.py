"""The keys with which the log signs its own heads: brought in, exchanged, revoked, backed up."""
