"""Where mail comes from: files and folders of any kind, archives, servers."""

from __future__ import annotations

from threadmine.sources.path import read_path

__all__ = ["read_path"]
