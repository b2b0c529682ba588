"""The digest for maintainers: a long answer to the question what happened and what waits."""

from threadmine.digest.build import HORIZON, digest
from threadmine.digest.items import Digest, Scope

__all__ = ["HORIZON", "Digest", "Scope", "digest"]
