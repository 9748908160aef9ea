"""The one door to numba: kernels compiled once per machine, at their first call, for one signature each.

numba ships no types, so this is also the one file that mypy sees it in.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar, cast

import numba
from numba import types

from sparkpmml.kernels.cache import keep_compiled

P = ParamSpec("P")
R = TypeVar("R")


def array(dtype: Any, dimensions: int = 1, layout: Literal["C", "A"] = "C") -> Any:
    """The type of an array that a kernel only reads. A writable array is accepted too."""
    return types.Array(dtype, dimensions, layout, readonly=True)


def kernel(*signature: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function of plain arrays and scalars for the one given tuple of argument types.

    The compilation happens at the first call, not at import; the kernel runs without the GIL. One signature
    per function: a call with other types is a TypeError, and processes that start together write one entry.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        dispatcher: Any = numba.njit(nogil=True, error_model="numpy")(function)
        lock = threading.Lock()
        ready = not hasattr(dispatcher, "compile")  # NUMBA_DISABLE_JIT=1 hands back the plain function

        def call(*arguments: P.args, **keywords: P.kwargs) -> R:
            nonlocal ready
            if not ready:
                with lock:
                    if not ready:
                        _compile(dispatcher, signature)
                        ready = True
            result: R = dispatcher(*arguments, **keywords)
            return result

        call.__doc__ = function.__doc__
        call.__name__ = function.__name__
        return call

    return decorate


def _compile(dispatcher: Any, signature: tuple[Any, ...]) -> None:
    kept = keep_compiled(dispatcher)
    with contextlib.nullcontext() if kept is None else kept.alone():
        dispatcher.compile(signature)
    dispatcher.disable_compile()


def inline(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a helper that kernels call; it becomes part of each."""
    return cast("Callable[P, R]", numba.njit(nogil=True, error_model="numpy", inline="never")(function))
