"""The table of built-in functions (specification: BuiltinFunctions): one row per function, filled by `functions/`.

A function takes columns and gives a column. It runs on whole batches, on columns of one row (constants, which numpy
broadcasts) and on columns without rows (how the compiler learns the result's type). An argument of a wrong type is a
TypeError: the compiler turns it into an error at the element's line, before any row is scored.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from sparkpmml.runtime.column import Column, Mask, either, with_missing

F = TypeVar("F", bound=Callable[..., Column])


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function.

    `strict`: the result is missing wherever an argument is, whatever `apply` says there (the rule for most functions);
    a function that is not strict sees missing values itself (isMissing, and, or, if, sum ...).
    """

    name: str
    apply: Callable[..., Column]
    least: int
    most: int | None
    strict: bool

    def __call__(self, *arguments: Column) -> Column:
        result = self.apply(*arguments)
        if not self.strict:
            return result
        masks: list[Mask | None] = [mask if (mask := argument.is_missing()).any() else None for argument in arguments]
        missing = either(*masks)
        if missing is None:
            return result
        result = with_missing(result, missing)
        return result if result.failed is None else replace(result, failed=result.failed & ~missing)


_TABLE: dict[str, Builtin] = {}


def builtin(name: str, least: int, most: int | None = -1, *, strict: bool = True) -> Callable[[F], F]:
    """Enter the decorated function into the table under PMML's name.

    It takes `least` to `most` arguments; `most` is `least` unless given, None means any number.
    """

    def enter(function: F) -> F:
        _TABLE[name] = Builtin(name, function, least, least if most == -1 else most, strict)
        return function

    return enter


@cache
def builtins() -> dict[str, Builtin]:
    """Every built-in function by name; imports the modules of `functions/` on first use."""
    from sparkpmml.runtime import functions

    for module in pkgutil.iter_modules(functions.__path__):
        importlib.import_module(f"{functions.__name__}.{module.name}")
    return dict(_TABLE)


@dataclass(frozen=True, slots=True)
class Call:
    """The operation that calls a built-in function by name: what a program holds instead of the function itself."""

    name: str

    def __call__(self, *arguments: Column) -> Column:
        return builtins()[self.name](*arguments)
