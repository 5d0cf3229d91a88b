"""Certificates: numbers allocated by the bureau, certificates issued and delivered."""
