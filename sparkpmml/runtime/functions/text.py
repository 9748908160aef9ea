"""uppercase, lowercase, stringLength, substring, trimBlanks and concat."""

from __future__ import annotations

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Column, either
from sparkpmml.runtime.functions._numeric import fail, of_numbers
from sparkpmml.runtime.functions._texts import map_distinct, text

_BLANKS = "".join(map(chr, range(33)))  # what the reference scorers, written in Java, trim


@builtin("uppercase", 1)
def uppercase(argument: Column) -> Column:
    return map_distinct(str.upper, DataType.STRING, text(argument))


@builtin("lowercase", 1)
def lowercase(argument: Column) -> Column:
    return map_distinct(str.lower, DataType.STRING, text(argument))


@builtin("stringLength", 1)
def string_length(argument: Column) -> Column:
    return map_distinct(len, DataType.INTEGER, text(argument))


@builtin("trimBlanks", 1)
def trim_blanks(argument: Column) -> Column:
    return map_distinct(_trim, DataType.STRING, text(argument))


def _trim(value: str) -> str:
    return value.strip(_BLANKS)


@builtin("substring", 3)
@of_numbers(1, 2)
def substring(argument: Column, position: Column, length: Column) -> Column:
    """`length` characters from the 1-based position on, or as many as there are."""
    whole = [cast(each.plain(), DataType.INTEGER) for each in (position, length)]
    result = map_distinct(_cut, DataType.STRING, text(argument), *whole)
    fractions = either(*[each.failed for each in whole])
    return result if fractions is None else fail(result, fractions)


def _cut(value: str, position: int, length: int) -> str:
    if position < 1 or length < 0:
        raise ValueError(f"there is no substring of length {length} from position {position} on")
    return value[position - 1 : position - 1 + length]


@builtin("concat", 1, None, strict=False)
def concat(*arguments: Column) -> Column:
    """The arguments' texts in a row; missing ones are left out, as the reference scorer does."""
    return map_distinct(_join, DataType.STRING, *[text(argument) for argument in arguments], strict=False)


def _join(*values: str | None) -> str:
    return "".join(filter(None, values))
