"""The memory of a block's columns, kept from one block to the next.

What a block takes is freed once it is scored, and glibc hands the end of its heap back to the system as soon as more
lies free there than twice the largest array that it has freed so far: of a column that is half a megabyte. The next
block's columns are then new pages, each of them a fault: 480 a block of a decision tree, a fifth of its time, 2,400 of
a scorecard, a third.
"""

from __future__ import annotations

from functools import cache

import numpy as np

KEPT_BYTES = 32 << 20
"""What may lie free: enough for all columns of a block of most models."""


@cache
def keep_freed_memory() -> None:
    """Free one large array, never written to, by which glibc measures from then on; other allocators take no notice."""
    np.empty(KEPT_BYTES // 2, np.uint8)
