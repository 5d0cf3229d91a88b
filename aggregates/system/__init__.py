"""The service itself: missed deadlines, imports, sealed entries."""
