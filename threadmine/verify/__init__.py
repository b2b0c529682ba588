"""Judging claims by the facts of the memmap model; one rule a file."""
