"""Cue words and term lists as data: what the rooms above look for, kept apart from how they look."""
