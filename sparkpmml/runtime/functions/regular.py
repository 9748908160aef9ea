"""matches and replace."""

from __future__ import annotations

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.functions._texts import map_distinct, text
from sparkpmml.runtime.regex import compile_regex, compile_substitution


@builtin("matches", 2)
def matches(argument: Column, pattern: Column) -> Column:
    """Does any part of the text match? A pattern without a counterpart in Python is a ValueError."""
    _check(pattern)
    return map_distinct(_matches, DataType.BOOLEAN, text(argument), text(pattern))


def _matches(value: str, pattern: str) -> bool:
    return compile_regex(pattern).search(value) is not None


@builtin("replace", 3)
def replace(argument: Column, pattern: Column, replacement: Column) -> Column:
    """Every match replaced; `$1` in the replacement is the first group."""
    _check(pattern)
    return map_distinct(_replace, DataType.STRING, text(argument), text(pattern), text(replacement))


def _replace(value: str, pattern: str, replacement: str) -> str:
    return compile_substitution(pattern, replacement)(value)


def _check(pattern: Column) -> None:
    """A constant pattern that cannot be used is found when the model is compiled, not row by row."""
    if len(pattern) == 1 and pattern.data_type is DataType.STRING and pattern.values[0] >= 0:
        compile_regex(pattern.strings()[0])
