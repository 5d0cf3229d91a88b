"""Inspections of classes and institutions, planned in secret and conducted in the open."""
