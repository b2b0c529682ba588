"""The fitted weights: for each attribute, how much it speaks for each predicate, and for none.

They are stored in ``weights.npz`` as whole numbers of :data:`LEAST`; ``tools/fit_statements.py`` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from threadmine.extraction.claims.weighing.attributes import BITS, Numbers
from threadmine.model import Predicate

LEAST = 1 / 32
"""The weight of one step of the stored numbers."""

PREDICATES = tuple(Predicate)
"""What a column stands for, after the first, which stands for nothing stated."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """``table``: a row for each attribute; a column for nothing stated, and one for each predicate."""

    table: npt.NDArray[np.int8]
    bias: Floats

    def of_each(self, parts: Sequence[Numbers]) -> Floats:
        """What the attributes of each part (at least one) say together, a row for each part."""
        begins = np.cumsum([0, *(len(part) for part in parts[:-1])])
        told = np.add.reduceat(self.table[np.concatenate(parts)], begins, axis=0, dtype=np.int32)
        return cast(Floats, told.astype(np.float32) * np.float32(LEAST))


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that come with the package."""
    path = resources.files(__package__).joinpath("weights.npz")
    with path.open("rb") as file, np.load(cast(BinaryIO, file)) as stored:
        table = np.zeros((1 << BITS, 1 + len(PREDICATES)), dtype=np.int8)
        table[stored["attributes"]] = stored["weights"]
        return Weights(table, stored["bias"].astype(np.float32))


def chances(scores: Floats) -> Floats:
    """Scores as chances that add up to one, along the last axis."""
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return cast(Floats, grown / grown.sum(axis=-1, keepdims=True))
