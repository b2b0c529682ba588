"""The memmap model: layouts of struct page and its kin by kernel, flags, and what functions write."""
