"""A batch of texts as words, made once and asked for many terms (specification: Transformations, TextIndex)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sparkpmml.runtime.column import Array, Column
from sparkpmml.runtime.regex import compile_regex

Span = tuple[int, int]
WHITE_SPACE = r"\s+"
"""The separator that documents name, or leave to the default, more than any other."""
_FAR = 1_000_000
_END = -1
"""Stands after each text's words, so that no term reaches from one text into the next."""
_NO_WORD = -2
_SORTED_FAST = 1 << 16
"""numpy sorts numbers of 16 bits by counting: an eighth of the time."""


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Splits text into words: what matches `word`, or else what is between `separator`s, without outer punctuation.

    ValueError for a regular expression without a counterpart in Python.
    """

    word: str | None
    separator: str

    def __post_init__(self) -> None:
        compile_regex(self.separator if self.word is None else self.word)

    def spans(self, text: str) -> list[Span]:
        """Where the words start and end."""
        if self.word is not None:
            return [match.span() for match in compile_regex(self.word).finditer(text) if match.end() > match.start()]
        return list(self._between(text))

    def words(self, text: str) -> list[str]:
        return [word for piece in self.pieces(text) if (word := self.word_of(piece))]

    def pieces(self, text: str) -> list[str]:
        """The words with what `word_of` takes off: by one call, for a text of a dozen words a tenth of the time."""
        pattern = compile_regex(self.separator if self.word is None else self.word)
        if pattern.groups:  # these calls would answer with the groups
            return [text[start:end] for start, end in self.spans(text)]
        return pattern.split(text) if self.word is None else pattern.findall(text)

    def word_of(self, piece: str) -> str:
        """The word of a piece, empty where there is none."""
        if self.word is not None:
            return piece
        first, last = _trimmed(piece, 0, len(piece))
        return piece[first:last]

    def _between(self, text: str) -> Iterator[Span]:
        at = 0
        gaps = [match.span() for match in compile_regex(self.separator).finditer(text)]
        for start, end in [*gaps, (len(text), len(text))]:
            first, last = _trimmed(text, at, start)
            if first < last:
                yield first, last
            at = end


def _trimmed(text: str, first: int, last: int) -> Span:
    """The span without the punctuation at its ends."""
    while first < last and _is_punctuation(text[first]):
        first += 1
    while first < last and _is_punctuation(text[last - 1]):
        last -= 1
    return first, last


class _Numbers(dict[str, int]):
    """Pieces of text to the numbers of their words, each distinct piece looked at once."""

    def __init__(self, word_of: Callable[[str], str]) -> None:
        self.vocabulary: dict[str, int] = {}
        self._word_of = word_of

    def __missing__(self, piece: str) -> int:
        word = self._word_of(piece)
        number = self.vocabulary.setdefault(word, len(self.vocabulary)) if word else _NO_WORD
        self[piece] = number
        return number


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a batch's distinct texts, one after the other, -1 after each text's last.

    `text_of_row` int32[n] is the row's text, -1 where missing; `stream` int32[m] holds numbers from the `vocabulary`,
    `owner` int32[m] the text that each belongs to; `order` int64[m] lists the stream's positions word by word, word w's
    from `starts[w]` to `starts[w + 1]`.
    """

    text_of_row: NDArray[np.int32]
    texts: int
    vocabulary: dict[str, int]
    stream: NDArray[np.int32]
    owner: NDArray[np.int32]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(
        cls, column: Column, texts: Iterable[Sequence[str]], word_of: Callable[[str], str] = lambda piece: piece
    ) -> Tokens:
        """`texts` are the column's dictionary entries in pieces, of which `word_of` makes words, or "" of none."""
        numbers = _Numbers(word_of)
        stream: list[int] = []
        for pieces in texts:
            stream.extend(map(numbers.__getitem__, pieces))
            stream.append(_END)
        return cls._in_order(column, np.array(stream, dtype=np.int32), numbers.vocabulary)

    @classmethod
    def between_spaces(cls, column: Column, texts: Sequence[str] | Array, word_of: Callable[[str], str]) -> Tokens:
        """As `of`, of the whole entries, whose pieces are what `WHITE_SPACE` separates: of a dozen words in a third of
        the time, as no piece becomes an object of Python before it is known to be another than those before.
        """
        pieces = pc.ascii_split_whitespace(pa.array(texts, pa.large_string()))
        encoded = pieces.values.dictionary_encode()
        numbers = _Numbers(word_of)
        table = np.array([numbers[piece] for piece in encoded.dictionary.to_pylist()], dtype=np.int32)
        stream = np.full(len(encoded) + len(pieces), _END, dtype=np.int32)
        is_piece = np.ones(len(stream), dtype=np.bool_)
        is_piece[pieces.offsets.to_numpy()[1:] + np.arange(len(pieces))] = False
        stream[is_piece] = table[encoded.indices.to_numpy()]
        return cls._in_order(column, stream, numbers.vocabulary)

    @classmethod
    def _in_order(cls, column: Column, stream: NDArray[np.int32], vocabulary: dict[str, int]) -> Tokens:
        """Of the numbers of all pieces, -2 where one has no word, and -1 after each text's last."""
        found = stream[stream != _NO_WORD]
        ends = found == _END
        owner = np.cumsum(ends, dtype=np.int32) - ends
        size = len(vocabulary)
        order = np.argsort(found if size >= _SORTED_FAST else (found + 1).astype(np.uint16), kind="stable")
        starts = np.searchsorted(found[order], np.arange(size + 1))
        return cls(column.values, int(ends.sum()), vocabulary, found, owner, order, starts)

    def frequency(self, term: Sequence[str]) -> NDArray[np.int64]:
        """int64[texts]: how often the words of the term follow each other in each text."""
        numbers = [self.vocabulary.get(word, _END) for word in term]
        if not numbers or _END in numbers:
            return np.zeros(self.texts, dtype=np.int64)
        positions = self.order[self.starts[numbers[0]] : self.starts[numbers[0] + 1]]
        for step, number in enumerate(numbers[1:], 1):
            positions = positions[np.take(self.stream, positions + step, mode="clip") == number]
        return np.bincount(self.owner[positions], minlength=self.texts)

    def near_frequency(self, term: Sequence[str], limit: int, best: bool) -> NDArray[np.int64]:
        """As `frequency`, where the words may differ from the term's by `limit` edits in all.

        `best` counts, in each text, only the hits with the fewest edits.
        """
        if not term or not self.texts:
            return np.zeros(self.texts, dtype=np.int64)
        edits = np.zeros(len(self.stream), dtype=np.int64)
        places = np.arange(len(self.stream))
        for step, word in enumerate(term):
            distances = [_distance(word, known, limit) for known in self.vocabulary]
            table = np.array([*distances, _FAR], dtype=np.int64)
            edits += table[np.take(self.stream, places + step, mode="clip")]
        hits = edits <= limit
        if best:
            fewest = np.full(self.texts, _FAR)
            np.minimum.at(fewest, self.owner, edits)
            hits &= edits == fewest[self.owner]
        return np.bincount(self.owner[hits], minlength=self.texts)

    def highest_frequency(self) -> NDArray[np.int64]:
        """int64[texts]: how often each text's most frequent word occurs in it."""
        size = len(self.vocabulary) + 1
        words = self.stream >= 0
        pairs, counts = np.unique(self.owner[words].astype(np.int64) * size + self.stream[words], return_counts=True)
        highest = np.zeros(self.texts, dtype=np.int64)
        np.maximum.at(highest, pairs // size, counts)
        return highest


def _distance(first: str, second: str, limit: int) -> int:
    """The Levenshtein distance, or a number beyond any limit where it is greater than `limit`."""
    if first == second:
        return 0
    if abs(len(first) - len(second)) > limit:
        return _FAR
    above = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        row = [i]
        for j, right in enumerate(second, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right)))
        above = row
    return above[-1] if above[-1] <= limit else _FAR


def near_spans(words: Sequence[str], term: Sequence[str], limit: int) -> Iterator[int]:
    """The positions at which the term starts among the words, within `limit` edits, none overlapping the one before."""
    at = 0
    while at + len(term) <= len(words):
        pairs = zip(words[at : at + len(term)], term, strict=True)
        if sum(_distance(word, wanted, limit) for word, wanted in pairs) <= limit:
            yield at
            at += len(term)
        else:
            at += 1
