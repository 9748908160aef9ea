"""Lists whose members belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.runtime.lists import ListColumn


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """Members of several lists that belong together: int64[m] rows, ascending, and each list's int64[m] positions.

    Rows whose lists differ in length, or are missing, have no members: `apart` bool[n].
    """

    rows: NDArray[np.int64]
    positions: tuple[NDArray[np.int64], ...]
    apart: NDArray[np.bool_]

    @classmethod
    def of(cls, *lists: ListColumn) -> Aligned:
        sizes = [np.diff(each.offsets) for each in lists]
        apart = np.zeros(len(lists[0]), dtype=np.bool_)
        for each, size in zip(lists, sizes, strict=True):
            apart |= size != sizes[0]
            if each.missing is not None:
                apart |= each.missing
        kept = np.where(apart, 0, sizes[0])
        rows = np.repeat(np.arange(len(kept)), kept)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(kept) - kept, kept)
        return cls(rows, tuple(each.offsets[rows] + within for each in lists), apart)
