"""Facts, no code: layouts, names, flags, releases and what functions do."""
