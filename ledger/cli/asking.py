"""``class list|show``, ``trail``, ``replay``: the same questions as the pages, for the terminal."""
