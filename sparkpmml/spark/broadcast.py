"""Each program is broadcast once per application, whatever the number of queries, sessions and names that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparkpmml.spark.once import OnceCache

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

    from sparkpmml.runtime.program import Program

CAPACITY = 32


class Broadcasts:
    """The broadcast programs of one application, by content digest.

    One that leaves the cache is unpersisted, not destroyed: a query that still holds it fetches it from the driver
    again, and Spark's context cleaner removes the driver's copy when no plan refers to it any more.
    """

    def __init__(self, context: SparkContext) -> None:
        self._context = context
        self._cache: OnceCache[str, Broadcast[Program]] = OnceCache(CAPACITY, _release)

    def get(self, program: Program) -> Broadcast[Program]:
        return self._cache.get(program.digest, lambda: self._context.broadcast(program))


def _release(broadcast: Broadcast[Program]) -> None:
    broadcast.unpersist(blocking=False)
