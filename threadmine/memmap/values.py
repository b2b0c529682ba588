"""What the simulator works on: memory, pointers into it, and the notes it takes of stores."""

from __future__ import annotations

from dataclasses import dataclass, field

from threadmine.errors import ModelError
from threadmine.memmap.layout import Layout, Member


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address with the type it points to: ``page``, ``folio``, or ``member`` (then ``member`` is set)."""

    struct: str
    address: int
    member: Member | None = None


Value = int | Pointer


@dataclass(frozen=True, slots=True)
class Store:
    """One store as it happened, changed bytes or not: where, which bytes, by which function.

    ``origin`` is the page whose struct page or folio was written through: a folio's member in page[1] has the
    head as its origin.
    """

    page: int
    offset: int
    data: bytes
    before: bytes
    by: str
    member: str
    origin: int
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Extent:
    """Pages ``head`` .. ``head + 2**order - 1`` were (re)made a folio or free pages by ``by`` after
    ``after`` stores."""

    head: int
    order: int
    by: str
    after: int


@dataclass
class Memory:
    """``pages`` struct pages from ``base`` on, as bytes."""

    layout: Layout
    base: int
    pages: int
    data: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.data = bytearray(self.pages * self.layout.page_size)

    def index(self, address: int, size: int) -> int:
        """The place of an address in ``data``; ModelError where it lies outside of the simulated pages."""
        at = address - self.base
        if at < 0 or at + size > len(self.data):
            page = at // self.layout.page_size
            raise ModelError(f"page[{page}] is outside of the {self.pages} simulated pages")
        return at

    def page(self, number: int) -> bytes:
        size = self.layout.page_size
        return bytes(self.data[number * size : (number + 1) * size])


class NotFollowed(ModelError):
    """A member of something that does not lie in the simulated memory."""
