"""One computation per key, whatever the number of threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sparkpmml.spark.once import OnceCache


def test_made_once_by_many_threads():
    cache, made, start = OnceCache(10), [], threading.Barrier(12)

    def ask(key):
        start.wait()
        return cache.get(key, lambda: made.append(key) or key * 10)

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, [1, 2, 3] * 4)) == [10, 20, 30] * 4
    assert sorted(made) == [1, 2, 3]


def test_error_is_shared_and_not_kept():
    cache = OnceCache(10)

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("a", fail)
    assert cache.get("a", lambda: 1) == 1


def test_least_recently_used_leaves():
    evicted = []
    cache = OnceCache(2, evicted.append)
    for key in "aba":
        cache.get(key, lambda key=key: key.upper())
    cache.get("c", lambda: "C")
    assert evicted == ["B"]
    assert len(cache) == 2
