"""Which argument goes to which input of the model. Plain Python: knows neither Spark nor the JVM.

1. Arguments named by `name => value` are taken by these names, which must be inputs of the model; they win over
   columns of the same name, so `predict('m', *, age => years * 1.0)` replaces one column.
2. If every input that the model reads is found among the arguments' names, arguments are taken by name, and those that
   the model does not read are dropped.
3. Else, if there are as many arguments as the model has inputs (or as it reads), they are taken by position, unless an
   argument has the name of an input at another position.
4. Else a BindingError shows both lists and the nearest names.

Names are compared as Spark does, by default without regard to case; an exact match is preferred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sparkpmml.errors import BindingError, nearest

SHOWN = 30
"""How many names an error lists at most: a table may have thousands of columns."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of `predict` after the model: its column's name, if it has one, and its SQL type ("bigint")."""

    name: str | None
    sql_type: str
    is_explicit: bool = False
    """Was it written as `name => value`?"""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model wants: all its inputs in the document's order, and those that any score depends on."""

    model: str
    names: tuple[str, ...]
    read: tuple[str, ...]


def bind(signature: Signature, arguments: Sequence[Argument], *, is_case_sensitive: bool = False) -> tuple[int, ...]:
    """The index in `arguments` of each input in `signature.read`, in that order; a BindingError if they do not fit."""
    names = _Names(arguments, is_case_sensitive)
    _check_explicit(signature, arguments, names)
    found = [names.find(name) for name in signature.read]
    if all(found):
        wanted = zip(signature.read, found, strict=True)
        return tuple(_only(signature, name, places, arguments) for name, places in wanted)
    if any(argument.is_explicit for argument in arguments):
        raise BindingError(_describe_missing(signature, arguments, names))
    return _bind_by_position(signature, arguments, names)


class _Names:
    """The arguments' names, to be searched with and without regard to case."""

    def __init__(self, arguments: Sequence[Argument], is_case_sensitive: bool) -> None:
        self._arguments = arguments
        self._is_case_sensitive = is_case_sensitive
        self._exact: dict[str, list[int]] = {}
        self._folded: dict[str, list[int]] = {}
        for index, argument in enumerate(arguments):
            if argument.name is not None:
                self._exact.setdefault(argument.name, []).append(index)
                self._folded.setdefault(argument.name.lower(), []).append(index)

    def find(self, name: str) -> list[int]:
        """The arguments with this name: those written `name => value`, else those spelt so, else in any case."""
        exact = self._exact.get(name, [])
        similar = exact if self._is_case_sensitive else self._folded.get(name.lower(), [])
        explicit = [index for index in similar if self._arguments[index].is_explicit]
        return explicit or exact or similar

    def are_same(self, one: str, other: str) -> bool:
        return one == other or (not self._is_case_sensitive and one.lower() == other.lower())


def _only(signature: Signature, name: str, places: Sequence[int], arguments: Sequence[Argument]) -> int:
    if len(places) == 1:
        return places[0]
    spelt = ", ".join(repr(arguments[place].name) for place in places)
    raise BindingError(
        f"input {name!r} of the model {signature.model!r} is ambiguous: {len(places)} arguments have that"
        f" name ({spelt})"
    )


def _check_explicit(signature: Signature, arguments: Sequence[Argument], names: _Names) -> None:
    """Every `name => value` must name an input: a slip of the pen must not go unnoticed."""
    for argument in arguments:
        if not argument.is_explicit or argument.name is None:
            continue
        if not any(names.are_same(argument.name, known) for known in signature.names):
            raise BindingError(
                f"the model {signature.model!r} has no input {argument.name!r}"
                f"{nearest(argument.name, signature.names)} (its inputs: {_listed(signature.names)})"
            )


def _bind_by_position(signature: Signature, arguments: Sequence[Argument], names: _Names) -> tuple[int, ...]:
    count = len(arguments)
    if count not in (len(signature.names), len(signature.read)):
        raise BindingError(_describe_missing(signature, arguments, names))
    expected = signature.names if count == len(signature.names) else signature.read
    for index, argument in enumerate(arguments):
        _check_position(signature, expected, index, argument, names)
    place = {name: index for index, name in enumerate(expected)}
    return tuple(place[name] for name in signature.read)


def _check_position(
    signature: Signature, expected: Sequence[str], index: int, argument: Argument, names: _Names
) -> None:
    name = argument.name
    if name is None or names.are_same(name, expected[index]):
        return
    if any(names.are_same(name, other) for other in signature.names):
        raise BindingError(
            f"argument {index + 1} of the model {signature.model!r} is {name!r}, but input {index + 1} is "
            f"{expected[index]!r}: give the arguments in the order {_listed(expected)}, or write name => value"
        )


def _describe_missing(signature: Signature, arguments: Sequence[Argument], names: _Names) -> str:
    missing = [name for name in signature.read if not names.find(name)]
    given = [argument.name for argument in arguments if argument.name is not None]
    free = [name for name in given if not any(names.are_same(name, known) for known in signature.names)]
    hints = [f"{name!r}{nearest(name, free)}" for name in missing[:SHOWN]]
    shown = [argument.name or f"<{argument.sql_type}>" for argument in arguments]
    return (
        f"the arguments do not fit the model {signature.model!r}: no argument is named {', '.join(hints)}"
        f"{_more(missing)} (the model reads {len(signature.read)} of {len(signature.names)} inputs: "
        f"{_listed(signature.read)}; given {len(arguments)}: {_listed(shown) or 'none'})"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + _more(names)


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
