"""The keys of a view as its bindings declare them: for the help page, the last line, the command palette."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from textual.binding import Binding

KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "escape": "Esc",
    "space": "Space",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "ctrl+f": "^F",
    "ctrl+b": "^B",
    "ctrl+c": "^C",
}


def key(
    keys: str, action: str, description: str, show: bool = True, tooltip: str = "", priority: bool = True
) -> Binding:
    """A key of a view. It has priority: what it does is done before the next key is looked at.

    (Without, a key goes through the queue of the widget in focus; fingers that are faster than the queue
    would find the focus, or the view, still where it was.)
    """
    return Binding(keys, action, description, show=show, tooltip=tooltip, priority=priority)


def key_table(*bindings: Binding) -> tuple[tuple[str, str], ...]:
    """Keys and what they do, keys of the same action on one line, in the order they were declared."""
    by_text: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.description:
            keys = by_text.setdefault(binding.tooltip or binding.description, [])
            keys.extend(KEY_NAMES.get(key, key) for key in binding.key.split(","))
    return tuple((" ".join(dict.fromkeys(keys)), text) for text, keys in by_text.items())


def groups_of(*kinds: type[object]) -> Iterator[tuple[str, tuple[Binding, ...]]]:
    """The bindings that screens and applications declare, with the title of each class that does.

    A key that a class binds hides the same key of its bases.
    """
    taken: set[str] = set()
    for kind in kinds:
        for base in kind.__mro__:
            if not base.__module__.startswith("threadmine."):
                continue
            own: list[Binding] = []
            for binding in vars(base).get("BINDINGS", ()):
                free = [key for key in binding.key.split(",") if key not in taken]
                if free:
                    own.append(replace(binding, key=",".join(free)))
            taken.update(key for one in own for key in one.key.split(","))
            if own:
                yield vars(base).get("KEYS_TITLE", "This view"), tuple(own)
