"""Assessments at the end of a class, and their results."""
