"""Enrolments: one person in one class."""
