"""threadmine: mines kernel mailing-list threads for what is said about struct members, and checks it."""

__version__ = "0.1.0"
