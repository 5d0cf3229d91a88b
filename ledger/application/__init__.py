"""One function per use case: load, decide, append; and the one point where callers come in."""
