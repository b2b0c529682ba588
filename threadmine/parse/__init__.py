"""Reading mail: bytes become messages, bodies become stretches, diffs become hunks. Pure."""
