"""Lecturers: what they may teach, and who engages them."""
