"""A column whose every row holds a list: the rows of a group, or the items of a transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sparkpmml.runtime.column import Array, Column, Mask


@dataclass(frozen=True, slots=True, eq=False)
class ListColumn:
    """`child.values[offsets[i]:offsets[i + 1]]` are row i's values; offsets int64[n + 1], `missing` bool[n] or None."""

    child: Column
    offsets: Array
    missing: Mask | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1
