"""Large programs in a file that the workers of a machine map: the same scores, one unpacking, no trust in what is there."""

from __future__ import annotations

import os
import pickle
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from documents import field, load, schema
from processes import crowd

from sparkpmml import storage
from sparkpmml.runtime.program import Program
from sparkpmml.spark.shared import SharedProgram

LEAVES = 3000


@pytest.fixture(scope="module")
def program() -> Program:
    """A tree that is a list of questions, large enough for arrays of their own."""
    nodes = "".join(
        f'<Node score="{place}"><SimplePredicate field="x" operator="lessThan" value="{place}"/></Node>'
        for place in range(LEAVES)
    )
    tree = f'<TreeModel functionName="regression">{schema("x")}<Node><True/>{nodes}</Node></TreeModel>'
    return load(tree, field("x")).program


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


class Source:
    """Gives a fresh copy, and counts."""

    def __init__(self, program: Program) -> None:
        self._data = pickle.dumps(program)
        self.unpacked = 0

    @property
    def value(self) -> Program:
        self.unpacked += 1
        return pickle.loads(self._data)


def scores(program: Program) -> list[float]:
    return program.score([pa.array([0.5, 17.0, LEAVES - 0.5, 1e9])], 4)[0].to_pylist()


def arrays(value: object, found: list[np.ndarray] | None = None, seen: set[int] | None = None) -> list[np.ndarray]:
    """All numpy arrays below a record."""
    found, seen = [] if found is None else found, set() if seen is None else seen
    if id(value) in seen:
        return found
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        found.append(value)
    inner = list(value) if isinstance(value, (tuple, list)) else []
    inner += [getattr(value, name) for name in getattr(value, "__slots__", ()) if hasattr(value, name)]
    for each in [*inner, *getattr(value, "__dict__", {}).values()]:
        arrays(each, found, seen)
    return found


def test_unpacked_once_and_mapped(place, program):
    source = Source(program)
    shared = [SharedProgram("one", source).value for _ in range(3)]
    assert source.unpacked == 1
    assert [scores(each) for each in shared] == [scores(program)] * 3
    large = [array for array in arrays(shared[2]) if array.nbytes >= 1 << 14]
    assert large
    assert not any(array.flags.writeable or array.flags.owndata for array in large)
    (file,) = place.rglob("*.*")
    assert file.suffix == ".program"
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.parent.stat().st_mode & 0o077 == 0


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("damage", [cut, flipped, lambda data: b"", lambda data: b"no program at all" * 9])
def test_a_damaged_file_is_written_anew(damage, place, program):
    source = Source(program)
    assert scores(SharedProgram("one", source).value) == scores(program)
    (file,) = place.rglob("*.program")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert scores(SharedProgram("one", source).value) == scores(program)
    assert source.unpacked == 2
    assert file.read_bytes() == whole


def test_no_place_means_a_copy(place, program):
    (place / f"sparkpmml-{os.getuid()}").write_text("in the way")
    source = Source(program)
    assert scores(SharedProgram("one", source).value) == scores(program)
    assert source.unpacked == 1


def test_a_full_disk_means_a_copy(place, program, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sparkpmml.spark.shared.write_whole", full)
    assert scores(SharedProgram("one", Source(program)).value) == scores(program)
    assert not list(place.rglob("*.program"))


MEMBER = """
import pickle, sys
from pathlib import Path
from sparkpmml.spark.shared import SharedProgram
from test_shared_programs import Source, scores

program = pickle.loads(Path(sys.argv[2]).read_bytes())

def member():
    source = Source(program)
    return f"{scores(SharedProgram('one', source).value) == scores(program)} {source.unpacked}"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_workers_that_start_together_unpack_once(place, program):
    path = place / "pickled"
    path.write_bytes(pickle.dumps(program))
    assert sorted(crowd(MEMBER, 24, str(path), TMPDIR=str(place))) == ["True 0"] * 23 + ["True 1"]


def test_files_that_nobody_needs_are_deleted(tmp_path):
    ages = {"a": 5, "b": 50, "c": 500, "d": 5000}
    for name, age in ages.items():
        path = tmp_path / f"{name}.program"
        path.write_bytes(bytes(10))
        os.utime(path, (time.time() - age,) * 2)
    (tmp_path / "other").write_bytes(bytes(100))
    storage.keep_within(tmp_path, ".program", total_bytes=25, age_seconds=1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.program", "b.program", "other"]


def test_what_killed_processes_leave_is_deleted(tmp_path):
    for age in (5, 50_000):
        for name in (f"{age}.lock", f".unfinished-{age}", f"{age}.other"):
            path = tmp_path / name
            path.write_bytes(bytes(10))
            os.utime(path, (time.time() - age,) * 2)
    storage.keep_within(tmp_path, ".program", total_bytes=0, age_seconds=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".unfinished-5", "5.lock", "5.other", "50000.other"]


@pytest.mark.skipif(os.name != "posix", reason="this system has no such locks")
def test_a_lock_is_one_holder_s_and_leaves_no_file(tmp_path):
    """Those that waited for a file which is deleted by then wait again, for the next one."""
    path, holders, most = tmp_path / "one.lock", [], []

    def hold(number: int) -> None:
        for _ in range(5):
            with storage.locked(path):
                holders.append(number)
                most.append(len(holders))
                time.sleep(0.001)  # so that others come
                holders.remove(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hold, range(8)))
    assert most == [1] * 40
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="this system has no such locks")
def test_a_lock_that_is_not_had_in_time_stays_its_holder_s(tmp_path, monkeypatch):
    path = tmp_path / "one.lock"
    with storage.locked(path):
        monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.0)
        with storage.locked(path):
            pass
        assert path.exists()
    assert not path.exists()
