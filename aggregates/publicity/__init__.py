"""Publicity (官网公示) of intended payments, and the objections it brings."""
