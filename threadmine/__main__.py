"""``python -m threadmine``: the same as the command ``threadmine``."""

from threadmine.cli.main import run

run()
