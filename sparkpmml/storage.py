"""Files that the processes of a machine share: private to the user, written whole or not at all.

What is read from them is run (compiled code, pickles), so a directory that others can write to is not used.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

PATIENCE_SECONDS = 60.0

LOCK = ".lock"
"""The suffix of files for `locked`."""
_UNFINISHED = ".unfinished-"
_LEFT_SECONDS = 3_600.0
"""From this age on a lock or an unfinished file is that of a process that was killed."""


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

    The file is there as long as it is held. OSError or ImportError where the system has no such locks.
    """
    from fcntl import LOCK_EX, LOCK_NB, flock  # not on Windows

    deadline = time.monotonic() + PATIENCE_SECONDS
    with contextlib.ExitStack() as stack:
        is_held = is_current = False
        while not is_current:
            file = stack.enter_context(path.open("w"))
            is_held = _succeeds(partial(flock, file, LOCK_EX | LOCK_NB), deadline)  # a dying process lets go of it
            is_current = not is_held or _is_at(path, file)  # its holder deleted it while others waited
        try:
            yield
        finally:
            if is_held:
                path.unlink(missing_ok=True)


def _succeeds(attempt: Callable[[], None], deadline: float) -> bool:
    """Whether it does, tried until this time of time.monotonic()."""
    while time.monotonic() < deadline:
        try:
            attempt()
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False


def _is_at(path: Path, file: IO[str]) -> bool:
    """Whether this open file is the one at the path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write: readers see it with all that is written or not at all. OSError."""
    handle, unfinished = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


def write_whole(path: Path, parts: Iterable[Any]) -> None:
    """Write bytes, or what has a buffer of them, as `whole_file` does."""
    with whole_file(path) as file:
        for part in parts:
            file.write(part)


def keep_within(directory: Path, suffix: str, total_bytes: int, age_seconds: float) -> None:
    """Delete files with this suffix that nobody touched for so long, then the longest untouched ones beyond the size.

    A file that a process has open or mapped stays whole for that process. Locks and unfinished files of processes that
    were killed are deleted, too.
    """
    now, size = time.time(), 0
    for path, stat in sorted(_files(directory), key=lambda each: each[1].st_mtime, reverse=True):
        age = now - stat.st_mtime
        if path.suffix == suffix:
            size += stat.st_size
            is_surplus = age > age_seconds or size > total_bytes
        else:
            is_surplus = age > _LEFT_SECONDS and (path.suffix == LOCK or path.name.startswith(_UNFINISHED))
        if is_surplus:
            with contextlib.suppress(OSError):
                path.unlink()


def _files(directory: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with contextlib.suppress(OSError):
        for path in directory.iterdir():
            with contextlib.suppress(OSError):  # another process deletes, too
                yield path, path.stat()
