"""Very many known texts, in arrays that the workers of a machine share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sparkpmml.kernels.texts import NOWHERE, find_texts, index_texts
from sparkpmml.runtime.column import Array
from sparkpmml.runtime.known_texts import Codes

T = TypeVar("T", np.int32, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class ManyTexts:
    """Arrays that workers map: the texts in UTF-8, where each starts, and a hash table of them."""

    text: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    slots: Codes

    @classmethod
    def of(cls, texts: pa.Array) -> ManyTexts:
        """`texts`: a large_string array without nulls."""
        slots = np.full(1 << (2 * len(texts)).bit_length(), NOWHERE, dtype=np.int32)
        text, offsets = _buffers(texts, np.dtype(np.int64))
        index_texts(text, offsets, slots)
        return cls(text, offsets, slots)

    def find(self, entries: Array, unknown: int) -> Codes:
        """See `KnownTexts`."""
        asked, offsets = _buffers(pa.array(entries, pa.string()), np.dtype(np.int32))
        found = np.empty(len(entries), dtype=np.int32)
        find_texts(self.text, self.offsets, self.slots, asked, offsets, unknown, found)
        return found


def _buffers(texts: pa.Array, offset: np.dtype[T]) -> tuple[NDArray[np.uint8], NDArray[T]]:
    """An Arrow array's bytes, and where its texts start in them: one more than there are texts."""
    _, offsets, text = texts.buffers()
    if not len(texts):
        return np.empty(0, np.uint8), np.zeros(1, offset)
    places = np.frombuffer(offsets, offset)[texts.offset : texts.offset + len(texts) + 1]
    return np.empty(0, np.uint8) if text is None else np.frombuffer(text, np.uint8), places
