"""Files that the processes of a machine share: private to the user, written whole or not at all.

What is read from them is run (compiled code, pickles), so a directory that others can write to is not used.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60.0


def is_usable(directory: Path) -> bool:
    """Whether files can be made there; the directory is made, too."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()
    except OSError:
        return False
    return True


def is_own(directory: Path) -> bool:
    """Whether nobody else can have put a file there."""
    if not hasattr(os, "getuid"):
        return True
    found = directory.lstat()
    return not directory.is_symlink() and found.st_uid == os.getuid() and not found.st_mode & 0o022


def temporary_directory(name: str) -> Path | None:
    """A directory among the temporary files that is this user's alone; None where there is none."""
    owner = Path(tempfile.gettempdir()) / f"sparkpmml-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"
    return owner / name if is_usable(owner) and is_own(owner) and is_usable(owner / name) else None


def user_directory(name: str) -> Path | None:
    """A directory in the user's cache ($XDG_CACHE_HOME, ~/.cache), kept over restarts; None where there is none."""
    with contextlib.suppress(RuntimeError):  # there may be no home
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sparkpmml"
        if is_usable(cache) and is_own(cache) and is_usable(cache / name):
            return cache / name
    return None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock on this file, unless the wait is too long: what it guards is then done twice.

    OSError or ImportError where the system has no such locks.
    """
    import fcntl  # not on Windows

    deadline = time.monotonic() + PATIENCE_SECONDS
    with path.open("w") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a dying process lets go of it
            except BlockingIOError:
                time.sleep(0.02)
            else:
                break
        yield


def write_whole(path: Path, parts: Iterable[Any]) -> None:
    """Write bytes, or what has a buffer of them: readers see the file with all of them or not at all. OSError."""
    handle, unfinished = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


def keep_within(directory: Path, suffix: str, total_bytes: int, age_seconds: float) -> None:
    """Delete files with this suffix that nobody touched for so long, then the longest untouched ones beyond the size.

    A file that a process has open or mapped stays whole for that process.
    """
    with contextlib.suppress(OSError):
        found = [(path, path.stat()) for path in directory.iterdir() if path.suffix == suffix]
        size, oldest = 0, time.time() - age_seconds
        for path, stat in sorted(found, key=lambda each: each[1].st_mtime, reverse=True):
            size += stat.st_size
            if stat.st_mtime < oldest or size > total_bytes:
                with contextlib.suppress(OSError):
                    path.unlink()
