"""Made-up tables: the same rows for the same seed, a target that depends on the inputs, as pandas frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]

CATEGORIES = {"region": 5, "product": 20, "shop": 60}
"""The text columns of `mixed`, and how many values each has."""

_VOCABULARY = 2_000
_WORDS = 12


def make_numbers(rows: int, columns: int, seed: int, missing: float = 0.0) -> tuple[Array, Array]:
    """(float64[rows, columns], a noisy target float64[rows]); NaN in a share `missing` of the cells."""
    random = np.random.default_rng(seed)
    table = random.standard_normal((rows, columns))
    target = table[:, 0] * table[:, 1] + np.sin(3 * table[:, 2]) + np.abs(table[:, 3:8]).sum(axis=1)
    target += random.standard_normal(rows)
    table[random.random(table.shape) < missing] = np.nan
    return table, target


def numbers(rows: int, columns: int, seed: int) -> pd.DataFrame:
    """Columns x0, x1, ... of doubles, and the target `y`."""
    return _frame(*make_numbers(rows, columns, seed))


def holed(rows: int, columns: int, seed: int) -> pd.DataFrame:
    """As `numbers`, with one value in twenty missing."""
    return _frame(*make_numbers(rows, columns, seed, missing=0.05))


def mixed(rows: int, columns: int, seed: int) -> pd.DataFrame:
    """As `numbers`, with three columns of text in place of the last three."""
    count = max(columns - len(CATEGORIES), 1)
    table, target = make_numbers(rows, max(count, 8), seed)
    frame = _frame(table[:, :count], target)
    random = np.random.default_rng(seed + 1000)
    for place, (name, size) in enumerate(CATEGORIES.items()):
        codes = random.integers(0, size, rows)
        frame[name] = np.array([f"{name} {code:02d}" for code in range(size)], dtype=object)[codes]
        frame["y"] += 2 * np.random.default_rng(place).standard_normal(size)[codes]
    return frame


def texts(rows: int, columns: int, seed: int) -> pd.DataFrame:
    """A column `text` of a dozen words, frequent ones often; the target depends on the words."""
    words = np.array([f"w{number:04d}" for number in range(_VOCABULARY)], dtype=object)
    weights = 1.0 / np.arange(1, _VOCABULARY + 1)
    random = np.random.default_rng(seed)
    chosen = random.choice(_VOCABULARY, size=(rows, _WORDS), p=weights / weights.sum())
    effects = np.random.default_rng(0).standard_normal(_VOCABULARY)
    return pd.DataFrame({"text": [" ".join(row) for row in words[chosen]], "y": effects[chosen].sum(axis=1)})


def _frame(table: Array, target: Array) -> pd.DataFrame:
    frame = pd.DataFrame(table, columns=[f"x{column}" for column in range(table.shape[1])])
    frame["y"] = target
    return frame
