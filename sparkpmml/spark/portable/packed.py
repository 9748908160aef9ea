"""A program that travels inside the function itself, where there is no broadcast: Spark Connect.

Spark unpickles a function for each task. So the program is kept as bytes within it, which costs a copy, and is unpacked
only where the worker does not hold the program yet (see worker.py).
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from sparkpmml.runtime.program import Program

_LEVEL = 1
"""zlib's fastest: trees and coefficients halve, and more effort gains little."""


@dataclass(frozen=True, slots=True)
class PackedProgram:
    """A compressed pickle of the program with this digest."""

    digest: str
    data: bytes

    @classmethod
    def pack(cls, program: Program) -> PackedProgram:
        return cls(program.fingerprint, zlib.compress(pickle.dumps(program, protocol=5), _LEVEL))

    @property
    def value(self) -> Program:
        """The program, unpacked anew at each call."""
        return cast("Program", pickle.loads(zlib.decompress(self.data)))
