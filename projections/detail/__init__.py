"""Parts: the typed rows that facts leave, insert-only, shared by all read models."""
