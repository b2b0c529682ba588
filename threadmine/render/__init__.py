"""Texts for people and documents for programs; the only door by which text of mails reaches a terminal."""

from threadmine.render.excerpt import ExcerptLine, excerpt
from threadmine.render.style import PLAIN, Style, badge
from threadmine.render.table import Cell, Column, table
from threadmine.render.text import age, clip, date_text, pad, safe, safe_line, width, wrap

__all__ = [
    "PLAIN",
    "Cell",
    "Column",
    "ExcerptLine",
    "Style",
    "age",
    "badge",
    "clip",
    "date_text",
    "excerpt",
    "pad",
    "safe",
    "safe_line",
    "table",
    "width",
    "wrap",
]
