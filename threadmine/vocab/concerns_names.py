"""Code is full of names that no concern is about; a target has to say which part of the memory map is
meant.
"""

from __future__ import annotations

COMMON_NAMES = frozenset(
    [
        "sizeof",
        "likely",
        "unlikely",
        "container_of",
        "offsetof",
        "min",
        "max",
        "swap",
        "ARRAY_SIZE",
        "IS_ENABLED",
        "PAGE_SIZE",
        "PAGE_SHIFT",
        "PAGE_MASK",
        "READ_ONCE",
        "WRITE_ONCE",
        "BIT",
        "GENMASK",
        "EINVAL",
        "ENOMEM",
        "EAGAIN",
        "EBUSY",
        "EIO",
        "GFP_KERNEL",
        "GFP_ATOMIC",
        "NULL",
        "list_add",
        "list_del",
        "list_for_each_entry",
        "cond_resched",
        "local_irq_disable",
        "local_irq_enable",
        "rcu_read_lock",
        "rcu_read_unlock",
        "kfree",
        "kmalloc",
        "kzalloc",
        "memset",
        "memcpy",
        "schedule",
        "lockdep_assert_held",
    ]
)
"""Helpers, macros and constants of all code."""

COMMON_STARTS = (
    "WARN_ON", "VM_WARN_ON", "VM_BUG_ON", "BUG_ON", "BUILD_BUG_ON", "EXPORT_SYMBOL", "pr_", "dev_", "printk",
    "spin_lock", "spin_unlock", "mutex_", "INIT_LIST", "MODULE_", "CONFIG_",
)  # fmt: skip
"""Beginnings of names of the same sort."""

SPELLED_OTHERWISE = {
    "page.refcount": "page._refcount",
    "page.count": "page._refcount",
    "page._count": "page._refcount",
    "page.mapcount": "page._mapcount",
    "folio.refcount": "folio._refcount",
    "folio.mapcount": "folio._mapcount",
    "page.memcg": "page.memcg_data",
    "folio.memcg": "folio.memcg_data",
}
"""Members as people write them from memory, and as the struct has them."""
