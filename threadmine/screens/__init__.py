"""The views of the terminal screen."""
