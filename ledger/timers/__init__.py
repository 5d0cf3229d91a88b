"""What the service does by itself; one holder at a time."""
