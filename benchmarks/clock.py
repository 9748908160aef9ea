"""Processor time of this process and of all that it started: the JVM, the Python workers.

The JVM's compilers are left out: they go on for minutes, and how far they got is chance. session.py keeps their number
fixed, for the time of a thread that has ended counts as its process's own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds by the clock on the wall, and of processor time."""

    wall: float
    processor: float


def measure(run: Callable[[], object]) -> Duration:
    """One run. Processor time counts every thread of every descendant, those that ended meanwhile included."""
    wall, processor = time.perf_counter(), _processor_seconds(os.getpid())
    run()
    return Duration(time.perf_counter() - wall, _processor_seconds(os.getpid()) - processor)


def _processor_seconds(pid: int) -> float:
    """Of a process, the children it waited for, and those that run; 0 of one that is gone."""
    root = Path(f"/proc/{pid}")
    fields = _read(root / "stat").rpartition(")")[2].split()
    if not fields:
        return 0.0
    own = sum(int(field) for field in fields[11:15])  # user and system time, its own and its ended children's
    own -= sum(_compiling(task) for task in root.glob("task/*/stat"))
    children = {child for task in root.glob("task/*/children") for child in _read(task).split()}
    return own / _TICK + sum(_processor_seconds(int(child)) for child in children)


def _compiling(stat: Path) -> int:
    """Ticks of a thread that is one of the JVM's compilers; 0 of any other."""
    name, _, fields = _read(stat).rpartition(")")
    return sum(int(field) for field in fields.split()[11:13]) if "CompilerThre" in name else 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process or thread ended between two looks
        return ""
