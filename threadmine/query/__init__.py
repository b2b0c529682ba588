"""The query language and its dates: one way to ask, for commands, screen limits and exports."""
