"""The left pane as a widget: a tree that keeps what is open and where its cursor stands over a refresh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.style import Style
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from threadmine.screens.sides import Ask, Entry

SHARING = 5
"""The cell of a member's label that tells whether it shares bytes with the chosen one."""


class FieldTree(Tree[Entry]):
    """Entries of a view. The keys of the entries say which are the same after a refresh.

    Args:
        id: of the widget.
    """

    DEFAULT_CSS = """
    FieldTree {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable; overflow-x: hidden;
    }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        self._words = ""
        self._sharing: frozenset[str] = frozenset()
        super().__init__("", id=id)
        self.show_root = False
        self.show_guides = False
        self.guide_depth = 2
        self.auto_expand = False

    def show(self, entries: Sequence[Entry], keep: bool) -> None:
        """Shows other entries; ``keep``: the same view anew, with what was open and chosen there."""
        opened = {node.data.key: node.is_expanded for node in self.entry_nodes() if node.data} if keep else {}
        chosen = self.cursor_node.data.key if keep and self.cursor_node and self.cursor_node.data else ""
        top = self.scroll_offset.y
        self.clear()
        for entry in entries:
            self._put(self.root, entry, opened)
        self.root.expand()
        node = next((node for node in self.entry_nodes() if node.data and node.data.key == chosen), None)

        if self.last_line < 0:  # asking for it has the lines made, so that keys pressed now count from here
            return
        if node is None:
            self.move_cursor_to_line(0)
            return
        self.move_cursor(node)
        self.call_after_refresh(self.scroll_to, y=top, animate=False)

    def _put(self, parent: TreeNode[Entry], entry: Entry, opened: dict[str, bool]) -> None:
        if not entry.children:
            parent.add_leaf(entry.label, data=entry)
            return
        node = parent.add(entry.label, data=entry, expand=opened.get(entry.key, entry.expanded))
        for child in entry.children:
            self._put(node, child, opened)

    def entry_nodes(self) -> Iterator[TreeNode[Entry]]:
        waiting = list(reversed(self.root.children))
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    @property
    def ask(self) -> Ask | None:
        """What the entry under the cursor asks for; None for a heading."""
        node = self.cursor_node
        return node.data.ask if node is not None and node.data is not None else None

    def fields(self) -> tuple[str, ...]:
        """The members that are listed."""
        asks = (node.data.ask for node in self.entry_nodes() if node.data is not None)
        return tuple(ask.field for ask in asks if ask is not None and ask.field)

    def go_to(self, ask: Ask) -> bool:
        """Puts the cursor on the entry that asks for this; whether there is one."""
        for node in self.entry_nodes():
            if node.data is not None and node.data.ask == ask:
                self._reveal(node)
                return True
        return False

    def _reveal(self, node: TreeNode[Entry]) -> None:
        parent = node.parent
        while parent is not None:
            parent.expand()
            parent = parent.parent
        if self.last_line >= 0:  # asking for it places the lines of what was opened just now
            self.move_cursor(node)

    def share(self, fields: Sequence[str]) -> None:
        """Marks the members that share bytes with the chosen one."""
        if frozenset(fields) != self._sharing:
            self._sharing = frozenset(fields)
            self._draw_anew()

    def _draw_anew(self) -> None:
        """The labels have changed, their widths have not."""
        self._clear_line_cache()
        self.refresh()

    def render_label(self, node: TreeNode[Entry], base_style: Style, style: Style) -> Text:
        label = super().render_label(node, base_style, style)
        entry = node.data
        if entry is not None and entry.ask is not None and entry.ask.field in self._sharing:
            label = label[:SHARING].append("≡", style="bold yellow").append_text(label[SHARING + 1 :])
        if self._words and self._words in label.plain.casefold():
            label.stylize("underline bold")
        return label

    # --------------------------------------------------------------------------- moving and searching

    def toggle(self) -> None:
        """Opens or closes the entry under the cursor."""
        if self.cursor_node is not None:
            self.cursor_node.toggle()

    def move(self, step: int) -> None:
        (self.action_cursor_down if step > 0 else self.action_cursor_up)()

    def edge(self, last: bool) -> None:
        self.move_cursor_to_line(self.last_line if last else 0)

    def page(self, step: int) -> None:
        (self.action_page_down if step > 0 else self.action_page_up)()

    def search(self, words: str) -> int:
        """Marks the entries that hold ``words`` (capitals aside), closed ones too; how many there are."""
        self._words = words.casefold()
        self._draw_anew()
        return len(self._found())

    def _found(self) -> list[TreeNode[Entry]]:
        return [node for node in self.entry_nodes() if self._words and self._words in _plain(node).casefold()]

    def to_match(self, step: int, here: bool = False) -> tuple[int, int]:
        """Moves to the next match (or the one before), round the end; its number and how many there are."""
        found = self._found()
        if not found:
            return 0, 0
        order = {node.id: place for place, node in enumerate(self.entry_nodes())}
        at = order[self.cursor_node.id] if self.cursor_node and self.cursor_node.id in order else -1
        places = [order[node.id] for node in found]
        if step > 0:
            number = next((n for n, p in enumerate(places) if p > at or (here and p == at)), 0)
        else:
            before = [n for n, p in enumerate(places) if p < at]
            number = before[-1] if before else len(places) - 1
        self._reveal(found[number])
        return number + 1, len(found)


def _plain(node: TreeNode[Entry]) -> str:
    label = node.label
    return label.plain if isinstance(label, Text) else str(label)
