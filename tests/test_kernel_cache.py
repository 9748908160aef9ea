"""Compiled kernels on disk: shared by processes, never in the way."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from processes import crowd, start

SCRIPT = """
import numpy as np
from sparkpmml.kernels.ranks import make_ruler
print(make_ruler(np.array([1.0, 2.0])).rank(np.array([0.0, 1.5, 9.0])).tolist())
"""
ANSWER = "[0, 1, 2]\n"


def finish(process: subprocess.Popen[str]) -> str:
    """What it wrote to stderr, if it answered well."""
    output, errors = process.communicate(timeout=300)
    assert output == ANSWER, errors
    return errors


def code_files(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.nbc"))


def test_processes_that_start_together_compile_once(tmp_path):
    for process in [start(SCRIPT, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(4)]:
        assert finish(process) == ""
    assert len(code_files(tmp_path)) == 1
    before = code_files(tmp_path)[0].stat().st_mtime_ns
    finish(start(SCRIPT, NUMBA_CACHE_DIR=str(tmp_path)))
    assert code_files(tmp_path)[0].stat().st_mtime_ns == before


MEMBER = """
import numpy as np
from numba.core import event
from sparkpmml.kernels.ranks import make_ruler

compilations = []

class Listener(event.Listener):
    def on_start(self, started):
        compilations.append(started)

    def on_end(self, ended):
        pass

event.register("numba:compile", Listener())

def member():
    answer = make_ruler(np.array([1.0, 2.0])).rank(np.array([0.0, 1.5, 9.0])).tolist()
    return f"{answer} {len(compilations)}"
"""
"""The answer, and how often the process compiled."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_dozens_of_processes_compile_once(tmp_path):
    (alone,) = crowd(MEMBER, 1, NUMBA_CACHE_DIR=str(tmp_path / "alone"))
    answer, _, compilations = alone.rpartition(" ")
    assert f"{answer}\n" == ANSWER
    assert int(compilations) > 0
    together = tmp_path / "together"
    assert sorted(crowd(MEMBER, 32, NUMBA_CACHE_DIR=str(together))) == [f"{answer} 0"] * 31 + [alone]
    assert crowd(MEMBER, 32, NUMBA_CACHE_DIR=str(together)) == [f"{answer} 0"] * 32
    assert len(code_files(together)) == 1
    assert not list(together.rglob("*.lock"))


def test_damaged_code_is_compiled_anew(tmp_path):
    finish(start(SCRIPT, NUMBA_CACHE_DIR=str(tmp_path)))
    (code,) = code_files(tmp_path)
    code.write_bytes(code.read_bytes()[:100])
    assert "anew" in finish(start(SCRIPT, NUMBA_CACHE_DIR=str(tmp_path)))
    assert finish(start(SCRIPT, NUMBA_CACHE_DIR=str(tmp_path))) == ""


def test_no_writable_directory(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("not a directory")
    assert "no writable directory" in finish(start(SCRIPT, NUMBA_CACHE_DIR=str(nowhere / "below")))


@pytest.mark.parametrize("writable", ["package", "home", "temporary"])
def test_first_writable_directory(writable, tmp_path, monkeypatch):
    from sparkpmml import storage
    from sparkpmml.kernels import cache

    places = {"package": tmp_path / "package", "home": tmp_path / "home", "temporary": tmp_path / "temporary"}
    for name, place in places.items():
        place.mkdir()
        if list(places).index(name) < list(places).index(writable):
            place.rmdir()
            place.write_text("in the way")
    monkeypatch.setattr(cache._CONFIG, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(places["home"]))
    monkeypatch.setattr(storage.tempfile, "gettempdir", lambda: str(places["temporary"]))
    found = cache.find_directory.__wrapped__(str(places["package"] / "module.py"), "state")
    assert Path(found).is_relative_to(places[writable])


def test_a_directory_that_others_can_write_is_not_trusted(tmp_path):
    from sparkpmml import storage

    tmp_path.chmod(0o700)
    assert storage.is_own(tmp_path)
    tmp_path.chmod(0o777)
    assert not storage.is_own(tmp_path)
