"""A document's texts as 64 bits each: that of a number as the number, which a forest has by the million.

Every text can be had back to the letter, so that who reads it later still decides whether it names a class or is a
threshold. Equal texts have equal codes, and different texts different ones:

    -1                       no text
    -2, -3, ...              one of a list of texts
    0 .. 2**52 - 1           a whole number as Python writes it: 25
    the bits of a double     as Python writes it, from 1e-4 to 2**53: 0.25, 25.0;
                             times 2**512: 2.5e-05, as Python writes small numbers;
                             times 2**1024: 2.5E-5, as Java writes them
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Codes = NDArray[np.int64]

NONE = -1
_FIRST_LISTED = -2
_WHOLE_END = 1 << 52  # the bits of the smallest double that has all its digits
_LARGEST = 2.0**53
_SHIFT = 2.0**512
_ALIKE = 1e9  # from 1e-4 to here Arrow writes numbers as Python does, but for the ".0" of whole ones
_MOST_REMEMBERED = 1 << 14


def _bits(value: float) -> int:
    return cast(int, struct.unpack("q", struct.pack("d", value))[0])


def _as_java(value: float) -> str:
    """As Java writes numbers below 0.001."""
    digits, exponent = f"{Decimal(repr(value)):E}".split("E")
    return f"{digits}{'' if '.' in digits else '.0'}E{int(exponent)}"


class TextCodes:
    """The texts of one document by code."""

    def __init__(self) -> None:
        self._listed: list[str] = []
        self._places: dict[str, int] = {}
        self._remembered: dict[str, int] = {}

    def code(self, text: str) -> int:
        """The text's code."""
        known = self._remembered.get(text)
        if known is None:
            if len(self._remembered) == _MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[text] = self._find(text)
        return known

    def codes(self, texts: Sequence[str]) -> Codes:
        """The codes of several: where nearly all are numbers, a few times as fast."""
        given = pa.array(texts, pa.string())
        try:
            parsed = given.cast(pa.float64())
        except pa.ArrowInvalid:
            return np.array([self.code(text) for text in texts], dtype=np.int64)
        numbers = parsed.to_numpy()
        written = parsed.cast(pa.string())
        size = np.abs(numbers)
        found = np.full(len(texts), NONE, dtype=np.int64)
        alike, pointed = (
            pc.equal(given, each).to_numpy(zero_copy_only=False)
            for each in (written, pc.binary_join_element_wise(written, "0", "."))
        )
        whole = numbers == np.trunc(numbers)
        as_whole = alike & whole & ~np.signbit(numbers) & (size < _ALIKE)
        as_double = (size >= 1e-4) & (size < _ALIKE) & np.where(whole, pointed, alike)
        found[as_whole] = numbers[as_whole]
        found[as_double] = numbers[as_double].view(np.int64)
        for place in np.flatnonzero(found == NONE).tolist():
            found[place] = self.code(texts[place])
        return found

    def text(self, code: int) -> str:
        """The text of a code."""
        if 0 <= code < _WHOLE_END:
            return str(code)
        if -_WHOLE_END < code < 0:
            return self._listed[_FIRST_LISTED - code]
        value: float = struct.unpack("d", struct.pack("q", code))[0]
        if abs(value) < _LARGEST:
            return repr(value)
        return repr(value / _SHIFT) if abs(value) < _SHIFT else _as_java(value / _SHIFT / _SHIFT)

    def texts(self, codes: Codes) -> list[str | None]:
        """The texts of several; None for no text."""
        distinct, places = np.unique(codes, return_inverse=True)
        known = [None if code == NONE else self.text(code) for code in distinct.tolist()]
        return [known[place] for place in places.tolist()]

    def numbers(self, codes: Codes) -> NDArray[np.float64]:
        """What the texts are as numbers, NaN for no text. ValueError where one is no number."""
        numbers = codes.astype(np.int64).view(np.float64)  # a copy
        size = np.abs(numbers)
        with np.errstate(invalid="ignore"):
            numbers[size >= _SHIFT] /= _SHIFT
            numbers[size >= _LARGEST] /= _SHIFT
        whole = (codes >= 0) & (codes < _WHOLE_END)
        numbers[whole] = codes[whole]
        listed = (codes > -_WHOLE_END) & (codes < 0)
        if listed.any():
            distinct, places = np.unique(codes[listed], return_inverse=True)
            values = [np.nan if code == NONE else float(self.text(code)) for code in distinct.tolist()]
            numbers[listed] = np.array(values)[places]
        return numbers

    def _find(self, text: str) -> int:
        try:
            value = float(text)
        except ValueError:
            return self._list(text)
        written, size = repr(value), abs(value)
        if 1e-4 <= size < _LARGEST and written == text:
            return _bits(value)
        if size < _WHOLE_END and written == text + ".0" and text[0] != "-":
            return int(value)
        if 2.0**-458 < size < 1e-4 and written == text:
            return _bits(value * _SHIFT)
        if 2.0**-512 < size < 1e-3 and "E" in text and _as_java(value) == text:
            return _bits(value * _SHIFT * _SHIFT)
        return self._list(text)

    def _list(self, text: str) -> int:
        place = self._places.setdefault(text, len(self._listed))
        if place == len(self._listed):
            self._listed.append(text)
        return _FIRST_LISTED - place
