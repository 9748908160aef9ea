"""The programs of this Python worker, unpacked once each; and the functions that Spark calls with a batch.

A worker process gets a task's broadcast as a file and forgets its unpacked value as soon as a task comes along that
does not use it (pyspark/worker.py drops such broadcasts from its registry). A model of some hundred megabytes would be
unpacked again and again where queries alternate. So the unpacked programs are kept here, by content digest.

The cache dies with its process: when `spark.python.worker.reuse` is false (each task starts a new worker), when a
worker was idle for a minute (PythonWorkerFactory ends it), when a task fails in Python or is killed. A new worker
unpacks the broadcast again, which costs time and nothing else. At most `CAPACITY` programs are kept, the least
recently used leaves first; each worker has its own, so size `spark.executor.pyspark.memory` by cores times models.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from sparkpmml.runtime.program import Program

CAPACITY = 8

_programs: OrderedDict[str, Program] = OrderedDict()


class ProgramSource(Protocol):
    """What brings a program to the worker: a Spark broadcast, or a `PackedProgram` within the function."""

    @property
    def value(self) -> Program: ...


def program_of(digest: str, source: ProgramSource) -> Program:
    """The program with this digest, unpacked from its source where this worker does not hold it yet.

    No lock: a worker runs one task at a time, on one thread.
    """
    program = _programs.pop(digest, None)
    if program is None:
        program = source.value
    _programs[digest] = program
    while len(_programs) > CAPACITY:
        _programs.popitem(last=False)
    return program


class ArrowScorer:
    """What an arrow_udf runs (pyspark 4.1 and later): Arrow arrays in, one struct array out, nothing converted."""

    def __init__(self, digest: str, source: ProgramSource, on_error: str, carriers: tuple[str, ...]) -> None:
        self._digest = digest
        self._source = source
        self._on_error = on_error

    def __call__(self, *columns: pa.Array) -> pa.StructArray:
        """`columns` in the order of Program.inputs, or one column that only tells the number of rows."""
        program = program_of(self._digest, self._source)
        arrays = program.score(columns[: len(program.inputs)], len(columns[0]), self._on_error)
        return pa.StructArray.from_arrays(arrays, fields=result_fields(program, self._on_error))


def result_fields(program: Program, on_error: str) -> list[pa.Field]:
    """The fields of the result, in order; `error` last where errors are captured."""
    fields = list(program.schema)
    return [*fields, pa.field("error", pa.string())] if on_error == "capture" else fields
