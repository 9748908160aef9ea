"""Each program is broadcast once per application, whatever the number of queries, sessions and names that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparkpmml.spark.once import OnceCache
from sparkpmml.spark.shared import LARGE_BYTES, SharedProgram

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

    from sparkpmml.runtime.program import Program
    from sparkpmml.spark.worker import ProgramSource

CAPACITY = 32


class Broadcasts:
    """The broadcast programs of one application, by fingerprint; large ones to be shared by a machine's workers.

    One that leaves the cache is unpersisted, not destroyed: a query that still holds it fetches it from the driver
    again, and Spark's context cleaner removes the driver's copy when no plan refers to it any more.
    """

    def __init__(self, context: SparkContext) -> None:
        self._context = context
        self._cache: OnceCache[str, Broadcast[Program]] = OnceCache(CAPACITY, _release)

    def get(self, program: Program) -> ProgramSource:
        broadcast = self._cache.get(program.fingerprint, lambda: self._context.broadcast(program))
        return SharedProgram(program.fingerprint, broadcast) if program.nbytes >= LARGE_BYTES else broadcast


def _release(broadcast: Broadcast[Program]) -> None:
    broadcast.unpersist(blocking=False)
