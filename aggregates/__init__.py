"""The law and the facts: pure, without I/O, clock, database or framework."""
