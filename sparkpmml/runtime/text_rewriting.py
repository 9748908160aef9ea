"""Text rewritten by tables before its terms are counted (specification: Transformations, TextIndexNormalization)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparkpmml.runtime.regex import compile_substitution
from sparkpmml.runtime.tokens import Tokenizer, near_spans

MAX_PASSES = 1_000
"""How often a recursive table may change a text; one that goes on never ends."""

MAX_LENGTH = 100_000
"""How many characters a recursive table may add to a text; one that goes on lets it grow without end."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One row of a table: what to look for, what to put there, and whether the former is a regular expression."""

    pattern: str
    replacement: str
    is_regex: bool


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A table of rewrites, applied in order; `recursive` ones again until nothing changes.

    A regular expression is replaced wherever it matches. Other text is looked for word by word, with `limit` edits
    allowed, or anywhere when there is no tokenizer. ValueError for an expression without a counterpart in Python.
    """

    rows: tuple[Rewrite, ...]
    recursive: bool
    case_sensitive: bool
    limit: int
    tokenizer: Tokenizer | None

    def __post_init__(self) -> None:
        for row in self.rows:
            if row.is_regex:
                compile_substitution(row.pattern, row.replacement, self._flags)

    @property
    def _flags(self) -> int:
        return 0 if self.case_sensitive else re.IGNORECASE

    def apply(self, text: str) -> str:
        """The rewritten text; ValueError when a recursive table does not come to an end."""
        longest = len(text) + MAX_LENGTH
        for _ in range(MAX_PASSES):
            before = text
            for row in self.rows:
                text = self._apply_row(row, text)
            if not self.recursive or text == before:
                return text
            if len(text) > longest:
                break
        raise ValueError("the text still changes after many passes of its normalization table")

    def _apply_row(self, row: Rewrite, text: str) -> str:
        if row.is_regex:
            return compile_substitution(row.pattern, row.replacement, self._flags)(text)
        if self.tokenizer is None:
            pattern = re.compile(re.escape(row.pattern), self._flags)
            return pattern.sub(lambda _: row.replacement, text)
        return self._replace_words(row, text, self.tokenizer)

    def _replace_words(self, row: Rewrite, text: str, tokenizer: Tokenizer) -> str:
        spans = tokenizer.spans(text)
        words = [self._fold(text[start:end]) for start, end in spans]
        term = [self._fold(word) for word in tokenizer.words(row.pattern)]
        if not term:
            return text
        pieces: list[str] = []
        at = 0
        for position in near_spans(words, term, self.limit):
            pieces += [text[at : spans[position][0]], row.replacement]
            at = spans[position + len(term) - 1][1]
        return "".join([*pieces, text[at:]])

    def _fold(self, word: str) -> str:
        return word if self.case_sensitive else word.lower()
