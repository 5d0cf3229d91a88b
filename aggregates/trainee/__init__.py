"""Trainees: who they are, to which category they belong, what other registers say of them."""
