"""What goes out to other bodies and comes in from them as files."""
