"""threadmine: mines kernel mailing-list threads for what is said about struct members, and checks it.

Programs use ``threadmine.api`` (docs/api.md).
"""

__version__ = "0.1.0"
