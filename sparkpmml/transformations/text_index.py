"""TextIndex: how often a term occurs in a text (specification: Transformations, Text Indexing).

A text field is rewritten and split into words once, however many terms ask about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_expression, register
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, element, integer, one_of
from sparkpmml.pmml.table import InlineTable
from sparkpmml.runtime.column import Array, Column, Mask, integers, numbers
from sparkpmml.runtime.functions._texts import map_distinct, text
from sparkpmml.runtime.text_rewriting import Rewrite, Rewriting
from sparkpmml.runtime.tokens import WHITE_SPACE, Tokenizer, Tokens

WEIGHTS = ("termFrequency", "binary", "logarithmic", "augmentedNormalizedTermFrequency")


@element("TextIndexNormalization")
class TextIndexNormalization(Node):
    """A table of rewrites; what it does not say is as in the TextIndex around it."""

    in_field: str = attribute(default="string")
    out_field: str = attribute(default="stem")
    regex_field: str = attribute(default="regex")
    recursive: bool = attribute(boolean, default=False)
    is_case_sensitive: bool | None = attribute(boolean, default=None)
    max_levenshtein_distance: int | None = attribute(integer, default=None)
    word_separator: str | None = attribute(name="wordSeparatorCharacterRE", default=None)
    word: str | None = attribute(name="x-wordRE", older="wordRE", default=None)
    tokenize: bool | None = attribute(boolean, default=None)
    table: InlineTable = child(InlineTable, required=True)


@element("TextIndex")
class TextIndex(Expression):
    """The weight of a term, which an expression gives, in a text field."""

    text_field: str = attribute()
    local_term_weights: str = attribute(one_of(*WEIGHTS), default="termFrequency")
    is_case_sensitive: bool = attribute(boolean, default=False)
    max_levenshtein_distance: int = attribute(integer, default=0)
    count_hits: str = attribute(one_of("allHits", "bestHits"), default="allHits")
    word_separator: str = attribute(name="wordSeparatorCharacterRE", default=WHITE_SPACE)
    word: str | None = attribute(name="x-wordRE", older="wordRE", default=None)
    tokenize: bool = attribute(boolean, default=True)
    normalizations: tuple[TextIndexNormalization, ...] = children(TextIndexNormalization)
    term: Expression = child(Expression, required=True)

    def __post_init__(self) -> None:
        if self.max_levenshtein_distance < 0:
            raise ValueError("has a negative maxLevenshteinDistance")
        words_needed = self.max_levenshtein_distance > 0 or self.local_term_weights == WEIGHTS[3]
        if not self.tokenize and words_needed:
            raise ValueError("has tokenize false, but maxLevenshteinDistance or localTermWeights is about words")


@dataclass(frozen=True, slots=True)
class Rewriter:
    """The operation: a column of texts, rewritten by each table in turn."""

    tables: tuple[Rewriting, ...]

    def __call__(self, column: Column) -> Column:
        return map_distinct(self._rewrite, DataType.STRING, text(column))

    def _rewrite(self, value: str) -> str:
        for table in self.tables:
            value = table.apply(value)
        return value


@dataclass(frozen=True, slots=True)
class Split:
    """The operation: a column of texts as words."""

    tokenizer: Tokenizer
    case_sensitive: bool

    def __call__(self, column: Column) -> Tokens:
        column = text(column)
        entries = column.dictionary if column.dictionary is not None else ()
        if self.tokenizer.word is None and self.tokenizer.separator == WHITE_SPACE:
            return Tokens.between_spaces(column, entries, self.word)
        return Tokens.of(column, map(self.tokenizer.pieces, entries), self.word)

    def words(self, value: str) -> list[str]:
        """The words of one text."""
        return [word for piece in self.tokenizer.pieces(value) if (word := self.word(piece))]

    def word(self, piece: str) -> str:
        """What a piece of text counts as; empty where it is no word."""
        word = self.tokenizer.word_of(piece)
        return word if self.case_sensitive else word.lower()


@lru_cache(maxsize=4096)
def _words_of_term(split: Split, term: str) -> tuple[str, ...]:
    """A document's terms are the same for every batch."""
    return tuple(split.words(term))


@dataclass(frozen=True, slots=True)
class Weight:
    """The operation: the weight of a column's terms in the rows' texts."""

    split: Split
    limit: int
    best: bool
    weights: str

    def __call__(self, tokens: Tokens, terms: Column) -> Column:
        terms = text(terms)
        entries = terms.dictionary if terms.dictionary is not None else ()
        if len(terms) == 1 and terms.values[0] >= 0:
            return self._of_one(tokens, entries[terms.values[0]])
        rows, chosen = np.broadcast_arrays(tokens.text_of_row, terms.values)
        result = np.zeros(rows.shape)
        for code, term in enumerate(entries):
            here = (rows >= 0) & (chosen == code)
            result[here] = self._weigh(tokens, self.split.words(term))[rows[here]]
        return _weight_column(result, (rows < 0) | (chosen < 0), self.weights)

    def _of_one(self, tokens: Tokens, term: str) -> Column:
        """What nearly all documents ask for: the weight of the same term in each row."""
        weights = self._weigh(tokens, _words_of_term(self.split, term))
        weights = np.append(weights, 0.0)  # the last is for a row without a text
        return _weight_column(weights[tokens.text_of_row], tokens.text_of_row < 0, self.weights)

    def _weigh(self, tokens: Tokens, term: Sequence[str]) -> NDArray[np.float64]:
        """float64[texts]."""
        near = self.limit > 0
        frequency = tokens.near_frequency(term, self.limit, self.best) if near else tokens.frequency(term)
        if self.weights != WEIGHTS[3]:
            return _LOCAL_WEIGHTS[self.weights](frequency)
        relative = frequency / np.maximum(tokens.highest_frequency(), 1)
        return np.where(frequency > 0, 0.5 + 0.5 * relative, 0.0)


@dataclass(frozen=True, slots=True)
class CountParts:
    """The operation for text that is not split into words: occurrences that do not overlap."""

    case_sensitive: bool
    weights: str

    def __call__(self, column: Column, terms: Column) -> Column:
        counts = map_distinct(self._count, DataType.INTEGER, text(column), text(terms))
        return _weight_column(_LOCAL_WEIGHTS[self.weights](counts.values), counts.is_missing(), self.weights)

    def _count(self, value: str, term: str) -> int:
        if not term:
            return 0
        return value.count(term) if self.case_sensitive else value.lower().count(term.lower())


_LOCAL_WEIGHTS: dict[str, Callable[[Array], NDArray[np.float64]]] = {
    "termFrequency": lambda counts: counts.astype(np.float64),
    "binary": lambda counts: (counts > 0).astype(np.float64),
    "logarithmic": lambda counts: np.log10(1.0 + counts),
}


def _weight_column(values: NDArray[np.float64], missing: Mask, weights: str) -> Column:
    """A count is an integer, the other weights are doubles."""
    if weights in ("termFrequency", "binary"):
        return integers(values, missing if missing.any() else None)
    return numbers(np.where(missing, np.nan, values))


def _rewriting(node: TextIndexNormalization, around: TextIndex) -> Rewriting:
    def own(value: bool | None, default: bool) -> bool:
        return default if value is None else value

    limit = node.max_levenshtein_distance
    tokenizer = Tokenizer(
        node.word or (around.word if node.word_separator is None else None),
        node.word_separator or around.word_separator,
    )
    return Rewriting(
        rows=tuple(_rewrite(row, node) for row in node.table.rows),
        recursive=node.recursive,
        case_sensitive=own(node.is_case_sensitive, around.is_case_sensitive),
        limit=around.max_levenshtein_distance if limit is None else limit,
        tokenizer=tokenizer if own(node.tokenize, around.tokenize) else None,
    )


def _rewrite(row: dict[str, str], node: TextIndexNormalization) -> Rewrite:
    for column in (node.in_field, node.out_field):
        if column not in row:
            raise ValueError(f"has a row without the column {column!r}")
    is_regex = row.get(node.regex_field, "").strip().lower() == "true"
    return Rewrite(row[node.in_field], row[node.out_field], is_regex)


@register
def _lower(node: TextIndex, scope: Scope) -> Slot:
    builder = scope.builder
    term = lower_expression(node.term, scope)
    source = scope.field(node.text_field, node).slot
    if node.normalizations:
        source = builder.emit(Rewriter(tuple(_rewriting(each, node) for each in node.normalizations)), source)
        builder.checked(source, f"the text of {node.text_field} cannot be normalized", None)
    if not node.tokenize:
        return builder.emit(CountParts(node.is_case_sensitive, node.local_term_weights), source, term)
    split = Split(Tokenizer(node.word, node.word_separator), node.is_case_sensitive)
    weight = Weight(split, node.max_levenshtein_distance, node.count_hits == "bestHits", node.local_term_weights)
    return builder.emit(weight, builder.emit(split, source), term)
