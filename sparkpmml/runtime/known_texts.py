"""The texts that a model knows, in the order of their codes, and a batch's texts looked up among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sparkpmml.runtime.column import Array

Codes = NDArray[np.int32]

MANY_TEXTS = 1 << 12
"""From so many on they are held in arrays: below, a dictionary needs no kernel, and next to no memory."""


class KnownTexts(Protocol):
    """Texts by their codes."""

    def find(self, entries: Array, unknown: int) -> Codes:
        """int32[k]: the code of each of object[k] texts; `unknown` for any other text."""


@dataclass(frozen=True, slots=True)
class FewTexts:
    """A dictionary of them."""

    codes: dict[str, int]

    def find(self, entries: Array, unknown: int) -> Codes:
        """See `KnownTexts`."""
        codes = self.codes
        return np.array([codes.get(entry, unknown) for entry in entries], dtype=np.int32)


def known_texts(texts: Sequence[str] | pa.Array) -> KnownTexts:
    """Text i has code i; of texts that are the same the last counts."""
    if len(texts) < MANY_TEXTS:
        entries = texts.to_pylist() if isinstance(texts, pa.Array) else texts
        return FewTexts({text: code for code, text in enumerate(entries)})
    from sparkpmml.runtime.many_texts import ManyTexts  # numba, which most models do not need

    return ManyTexts.of(
        texts.cast(pa.large_string()) if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
    )
