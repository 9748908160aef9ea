"""TextModel: the documents of a corpus that are most like a text (specification: Text Models).

The text is in the one active field, and the dictionary's terms are counted in it, whatever their case; or each term
is a field that holds its count. The counts are weighted like the corpus's own, then compared with each document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, pick, score_of
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.matrix import Matrix as MatrixNode
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, one_of
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.column import Column, codes, numbers
from sparkpmml.runtime.tokens import Tokenizer, Tokens

Vector = NDArray[np.float64]
Weighting = Callable[[Matrix], Matrix]


@element("TextDictionary", ignores=("Taxonomy",))
class TextDictionary(Node):
    """The terms."""

    terms: Array = child(Array, required=True)


@element("TextDocument", ignores=("name", "length", "file"))
class TextDocument(Node):
    """A document of the corpus."""

    id: str = attribute()


@element("TextCorpus")
class TextCorpus(Node):
    """The documents."""

    documents: tuple[TextDocument, ...] = children(TextDocument)


@element("DocumentTermMatrix")
class DocumentTermMatrix(Node):
    """How often each document (a row) has each term (a column)."""

    matrix: MatrixNode = child(MatrixNode, required=True)


@element("TextModelNormalization")
class TextModelNormalization(Node):
    """What counts are worth."""

    local: str = attribute(
        one_of("termFrequency", "binary", "logarithmic", "augmentedNormalizedTermFrequency"),
        name="localTermWeights",
        default="termFrequency",
    )
    overall: str = attribute(
        one_of("inverseDocumentFrequency", "none", "GFIDF", "normal", "probabilisticInverse"),
        name="globalTermWeights",
        default="inverseDocumentFrequency",
    )
    document: str = attribute(one_of("none", "cosine"), name="documentNormalization", default="none")


@element("TextModelSimiliarity", "TextModelSimilarity")
class TextModelSimilarity(Node):
    """How texts are compared; the specification's schema misspells the element's name."""

    kind: str = attribute(one_of("euclidean", "cosine"), name="similarityType", default="cosine")


@element("TextModel", ignores=("numberOfTerms", "numberOfDocuments"))
class TextModel(Model):
    """A corpus as counts of terms."""

    dictionary: TextDictionary = child(TextDictionary, required=True)
    corpus: TextCorpus = child(TextCorpus, required=True)
    counts: DocumentTermMatrix = child(DocumentTermMatrix, required=True)
    normalization: TextModelNormalization | None = child(TextModelNormalization)
    similarity: TextModelSimilarity | None = child(TextModelSimilarity)


def _augmented(counts: Matrix) -> Matrix:
    highest = counts.max(axis=1, keepdims=True, initial=0.0)
    result: Matrix = 0.5 * ((counts > 0) + counts / np.where(highest > 0, highest, 1.0))
    return result


LOCAL_WEIGHTS: dict[str, Weighting] = {
    "termFrequency": lambda counts: counts,
    "binary": lambda counts: (counts > 0).astype(np.float64),
    "logarithmic": lambda counts: np.log10(1 + counts),
    "augmentedNormalizedTermFrequency": _augmented,
}


def _holders(counts: Matrix) -> Vector:
    result: Vector = (counts > 0).sum(axis=0).astype(np.float64)
    return result


GLOBAL_WEIGHTS: dict[str, Callable[[Matrix], Vector]] = {
    "none": lambda counts: np.ones(counts.shape[1]),
    "inverseDocumentFrequency": lambda counts: np.log10(len(counts) / _holders(counts)),
    "GFIDF": lambda counts: counts.sum(axis=0) / _holders(counts),
    "normal": lambda counts: 1 / np.sqrt(np.square(counts).sum(axis=0)),
    "probabilisticInverse": lambda counts: np.log10((len(counts) - _holders(counts)) / _holders(counts)),
}


@dataclass(frozen=True, slots=True)
class CountTerms:
    """The operation: how often a text has each term, float64[n, terms]; NaN where there is no text."""

    terms: tuple[str, ...]

    def __call__(self, column: Column) -> Matrix:
        tokenizer = Tokenizer(None, r"\s+")
        texts = column.dictionary if column.dictionary is not None else ()
        tokens = Tokens.of(column, [tokenizer.words(text.lower()) for text in texts])
        counts = np.full((len(texts) + 1, len(self.terms)), np.nan)  # the last row is that of no text
        for place, term in enumerate(self.terms):
            counts[:-1, place] = tokens.frequency(tokenizer.words(term.lower()))
        result: Matrix = counts[column.values]
        return result


@dataclass(frozen=True, slots=True)
class StackCounts:
    """The operation: the terms' own columns as float64[n, terms]; a missing count is none."""

    def __call__(self, *columns: Column) -> Matrix:
        return np.column_stack(np.broadcast_arrays(*(np.nan_to_num(column.as_double()) for column in columns)))


@dataclass(frozen=True, slots=True, eq=False)
class Similarity:
    """The operation: the cosine with each document, or the distance from it, float64[n, documents]."""

    local: str
    weights: Vector
    normalized: bool
    cosine: bool
    documents: Matrix

    def __call__(self, counts: Matrix) -> Matrix:
        vectors = weigh(counts, self.local, self.weights, self.normalized)
        products = vectors @ self.documents.T
        own, theirs = np.square(vectors).sum(axis=1)[:, None], np.square(self.documents).sum(axis=1)
        if not self.cosine:
            distances: Matrix = np.sqrt(np.maximum(own + theirs - 2 * products, 0.0))
            return distances
        with np.errstate(invalid="ignore", divide="ignore"):
            result: Matrix = products / np.sqrt(own * theirs)
        return result


def weigh(counts: Matrix, local: str, weights: Vector, normalized: bool) -> Matrix:
    """The counts' local weights times the terms' global ones, of length 1 if `normalized`."""
    vectors = LOCAL_WEIGHTS[local](counts) * weights
    if not normalized:
        return vectors
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    result: Matrix = vectors / np.where(lengths > 0, lengths, 1.0)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The operation: the document of the rank, or its similarity; the first of equals, missing where none is known."""

    rank: int
    ascending: bool
    documents: Column | None

    def __call__(self, similarities: Matrix) -> Column:
        keys = similarities if self.ascending else -similarities
        order = np.argsort(np.where(np.isnan(keys), np.inf, keys), axis=1, kind="stable")[:, self.rank - 1]
        values = np.take_along_axis(similarities, order[:, None], axis=1)[:, 0]
        return numbers(values) if self.documents is None else pick(self.documents, order, np.isnan(values))


@register
def _text_model(node: TextModel, scope: Scope) -> Result:
    terms, names = node.dictionary.terms.items, tuple(each.id for each in node.corpus.documents)
    with scope.compilation.at(node.counts):
        counts = node.counts.matrix.dense()
        if counts.shape != (len(names), len(terms)):
            raise ValueError(f"is {counts.shape[0]} x {counts.shape[1]} for {len(names)} documents, {len(terms)} terms")
    kind = node.similarity.kind if node.similarity is not None else "cosine"
    normalization = node.normalization
    local = normalization.local if normalization is not None else "termFrequency"
    overall = normalization.overall if normalization is not None else "inverseDocumentFrequency"
    normalized = normalization is not None and normalization.document == "cosine"
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.nan_to_num(GLOBAL_WEIGHTS[overall](counts), posinf=0.0, neginf=0.0)  # a term without documents
    documents = weigh(counts, local, weights, normalized)
    builder = scope.builder
    similarity = Similarity(local, weights, normalized, kind == "cosine", documents)
    scores = builder.emit(similarity, _counts(terms, node, scope), sample=np.empty((0, len(names))))
    given, column, ascending = Scores(names, scores), codes(np.arange(len(names)), names), kind == "euclidean"

    def ranked(output: OutputField, documents: Column | None) -> Slot:
        if not 1 <= output.rank <= len(names):
            raise ValueError(f"{output.name!r} has rank {output.rank}; there are {len(names)} documents")
        return builder.emit(Ranked(output.rank, ascending, documents), scores)

    def affinity(output: OutputField) -> Slot:
        own = None if output.value is None else score_of(builder, given, output.value)
        return ranked(output, None) if own is None else own

    lookups: dict[str, Callable[[OutputField], Slot]] = {
        "entityId": partial(ranked, documents=column),
        "affinity": affinity,
        "entityAffinity": affinity,
    }
    value = builder.emit(Ranked(1, ascending, column), scores)
    return Result(info=target_info(node, scope.compilation), value=value, affinity=given, lookups=lookups)


def _counts(terms: tuple[str, ...], node: TextModel, scope: Scope) -> Slot:
    """The counts of the terms in a row."""
    names = scope.names()
    sample = np.empty((0, len(terms)))
    if all(term in names for term in terms):
        slots = [scope.field(term, node.dictionary).slot for term in terms]
        return scope.builder.emit(StackCounts(), *slots, sample=sample)
    active = [field.name for field in node.mining_schema.active]
    if len(active) != 1:
        raise ValueError(f"needs one active field, the text, or one per term; has {len(active)}")
    slot = scope.field(active[0], node).slot
    if slot.data_type is not DataType.STRING:
        raise TypeError(f"field {active[0]!r} is no text: a {slot.data_type}")
    return scope.builder.emit(CountTerms(terms), slot, sample=sample)
