"""A bounded cache in which every value is made once, however many threads ask for it at the same time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class OnceCache(Generic[K, V]):
    """Least recently used values leave first; a value that failed to be made is not kept.

    The lock guards the table alone and is never held while a value is made: one slow model does not stop the
    queries on the others.
    """

    def __init__(self, capacity: int, on_evict: Callable[[V], None] | None = None) -> None:
        self._capacity = capacity
        self._on_evict = on_evict
        self._entries: OrderedDict[K, Future[V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of `key`; the first caller makes it, the others wait for that and share its error."""
        with self._lock:
            entry = self._entries.get(key)
            is_first = entry is None
            if entry is None:
                entry = self._entries[key] = Future()
            self._entries.move_to_end(key)
        if is_first:
            self._fill(key, entry, make)
        return entry.result()

    def clear(self) -> None:
        """Forget everything, without calling `on_evict`."""
        with self._lock:
            self._entries.clear()

    def _fill(self, key: K, entry: Future[V], make: Callable[[], V]) -> None:
        try:
            entry.set_result(make())
        except BaseException as error:  # noqa: BLE001  # whatever it is, the waiting threads must get it and not hang
            with self._lock:
                if self._entries.get(key) is entry:
                    del self._entries[key]
            entry.set_exception(error)
            return
        for evicted in self._shrink():
            if self._on_evict is not None:
                self._on_evict(evicted)

    def _shrink(self) -> list[V]:
        """Take out the finished entries beyond the capacity, oldest first."""
        with self._lock:
            surplus = len(self._entries) - self._capacity
            finished = [key for key, entry in self._entries.items() if entry.done()]
            return [self._entries.pop(key).result() for key in finished[: max(surplus, 0)]]

    def __len__(self) -> int:
        return len(self._entries)
