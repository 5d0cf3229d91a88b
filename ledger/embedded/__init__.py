"""PostgreSQL for a laptop: a real server, started, shared and stopped by us, in our own place."""
