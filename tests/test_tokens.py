"""Counting terms in many texts at once gives what counting in each text by itself gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sparkpmml.runtime.column import from_strings
from sparkpmml.runtime.tokens import WHITE_SPACE, Tokenizer, Tokens

word = st.text("ab", min_size=1, max_size=3)
texts = st.lists(st.lists(word, max_size=8), max_size=5)
term = st.lists(word, min_size=1, max_size=3)


def tokens(documents) -> Tokens:
    return Tokens.of(from_strings([" ".join(words) for words in documents]), documents)


def edits(first: str, second: str) -> int:
    """The Levenshtein distance by its definition."""
    if not first or not second:
        return len(first) + len(second)
    rest = edits(first[1:], second[1:])
    if first[0] == second[0]:
        return rest
    return 1 + min(rest, edits(first[1:], second), edits(first, second[1:]))


def windows(words, size):
    return [words[i : i + size] for i in range(len(words) - size + 1)]


@settings(deadline=None, max_examples=50)
@given(texts, term)
def test_frequency(documents, wanted):
    expected = [windows(words, len(wanted)).count(wanted) for words in documents]
    assert tokens(documents).frequency(wanted).tolist() == expected


@settings(deadline=None, max_examples=50)
@given(texts, term, st.integers(0, 3))
def test_near_frequency(documents, wanted, limit):
    totals = [[sum(map(edits, window, wanted)) for window in windows(words, len(wanted))] for words in documents]
    hits = [[total for total in each if total <= limit] for each in totals]
    assert tokens(documents).near_frequency(wanted, limit, best=False).tolist() == [len(each) for each in hits]
    best = [each.count(min(each)) if each else 0 for each in hits]
    assert tokens(documents).near_frequency(wanted, limit, best=True).tolist() == best


@settings(deadline=None, max_examples=50)
@given(texts)
def test_highest_frequency(documents):
    expected = [max(map(words.count, words), default=0) for words in documents]
    assert tokens(documents).highest_frequency().tolist() == expected


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text("aBé., \t\n\x1c\u00a0\u2003", max_size=12), max_size=6, unique=True))
def test_texts_between_spaces_have_the_words_that_the_regular_expression_gives(documents):
    tokenizer, column = Tokenizer(None, WHITE_SPACE), from_strings(documents)
    one_by_one = Tokens.of(column, map(tokenizer.pieces, documents), tokenizer.word_of)
    at_once = Tokens.between_spaces(column, documents, tokenizer.word_of)
    assert at_once.vocabulary == one_by_one.vocabulary
    assert at_once.texts == one_by_one.texts
    for name in ("text_of_row", "stream", "owner", "order", "starts"):
        assert getattr(at_once, name).tolist() == getattr(one_by_one, name).tolist()


@settings(deadline=None, max_examples=50)
@given(st.text("ab .,!", max_size=12))
def test_spans_cut_the_words_out(value):
    tokenizer = Tokenizer(None, r"\s+")
    stripped = [part.strip(".,!") for part in value.split()]
    assert tokenizer.words(value) == [part for part in stripped if part]
