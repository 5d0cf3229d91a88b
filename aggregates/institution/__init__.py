"""Training bodies and employers: who they are, what they may train, where."""
