"""The line at the foot of a view where words are asked for: a search, a limit, a name, a note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input, Static


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Args:
        label: stands before what is typed.
        done: gets what was typed, on Enter.
        value: what stands there at the beginning.
        hint: shown while nothing is typed.
        history: what was typed before, newest first; up and down bring it back.
        changed: gets what is typed so far, after each key.
        cancelled: called on Esc.
    """

    label: str
    done: Callable[[str], None]
    value: str = ""
    hint: str = ""
    history: Sequence[str] = ()
    changed: Callable[[str], None] | None = None
    cancelled: Callable[[], None] | None = None


class AnswerLine(Input):
    """The line itself. It hands Enter, Esc and the arrows over at once, and what was typed right after those
    to the pane that has the focus by then: fingers are faster than messages between widgets."""

    async def _on_key(self, event: Key) -> None:
        bar = self.parent
        if isinstance(bar, PromptBar):
            if not bar.is_open:
                event.stop()
                event.prevent_default()
                self.app.simulate_key(event.key)
                return
            if bar.takes(event.key):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)


class PromptBar(Horizontal):
    """Hidden until something is asked; gives the focus back to the pane that had it."""

    DEFAULT_CSS = """
    PromptBar { height: 1; display: none; background: $surface; }
    PromptBar > Static { width: auto; padding: 0 1; text-style: bold; color: $text-accent; }
    PromptBar > Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__(id="bar")
        self._question: Question | None = None
        self._before: Widget | None = None
        self._recalled = -1

    def compose(self) -> ComposeResult:
        yield Static("", id="asked", markup=False)
        yield AnswerLine(id="answer", compact=True)

    @property
    def input(self) -> Input:
        return self.query_one("#answer", Input)

    @property
    def is_open(self) -> bool:
        return self._question is not None

    def ask(self, question: Question) -> None:
        """Opens the line. The focus moves at once: the next key is already text."""
        if not self.is_open:
            self._before = self.screen.focused
        self._question = None  # setting the value is not typing
        self.query_one("#asked", Static).update(question.label)
        box = self.input
        with box.prevent(Input.Changed):
            box.value = question.value
        box.placeholder = question.hint
        box.cursor_position = len(question.value)
        self._question, self._recalled = question, -1
        self.display = True
        self.screen.set_focus(box)

    def _close(self) -> None:
        self._question = None
        self.display = False
        self.screen.set_focus(self._before)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._question is not None and self._question.changed is not None:
            self._question.changed(event.value)

    def takes(self, key: str) -> bool:
        """Does what a key does here that is no text; whether it is one."""
        question = self._question
        if question is None:
            return False
        if key == "enter":
            self._close()
            question.done(self.input.value)
        elif key in ("escape", "ctrl+g"):
            self._close()
            if question.cancelled is not None:
                question.cancelled()
        elif key in ("up", "down"):
            if question.history:
                step = 1 if key == "up" else -1
                self._recalled = min(max(0, self._recalled + step), len(question.history) - 1)
                self.input.value = question.history[self._recalled]
                self.input.cursor_position = len(self.input.value)
        else:
            return False
        return True
