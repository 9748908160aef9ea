"""Where compiled kernels are kept, so that a machine compiles each once however many processes start together.

numba's own cache is not enough for a cluster:

- It refuses to decorate where neither the package's directory nor the home is writable, or the package is a zip.
  Here temporary files are the last resort, and where there is no place at all the kernel is compiled per process.
- Its index is written before its data: after an upgrade, a process can find another version's code. Here a directory
  belongs to one state of the sources, one numba and one processor, and one function has one signature: all writers
  write the same, to a temporary name, and rename it.
- A damaged file or a full disk would fail the query. Here it costs a compilation.
- Processes that start together all compile. Here one does, under a lock, and the others wait for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
from numba.core import caching, config

from sparkpmml.storage import LOCK, is_usable, locked, temporary_directory, user_directory

_LOGGER = logging.getLogger(__name__)


# Neither is typed to its end; both have these names in all numba we support.
_CONFIG: Any = config
_CACHING: Any = caching


def _name_state(function: Any) -> str:
    """A name for what compiled code depends on: its module and the modules of its helpers, numba, the processor."""
    digest = hashlib.sha256()
    cpu = _CONFIG.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    features = _CONFIG.CPU_FEATURES or llvmlite.binding.get_host_cpu_features().flatten()
    digest.update(repr((numba.__version__, sys.version, cpu, features, _CONFIG.OPT)).encode())
    helpers = {getattr(value, "__module__", None) or "" for value in function.__globals__.values()}
    for module in sorted(helpers | {function.__module__}):
        if module.startswith("sparkpmml."):
            digest.update(module.encode() + _read_source(module))
    return f"sparkpmml-{digest.hexdigest()[:16]}"


@cache
def _read_source(module: str) -> bytes:
    """A module's source, from a directory or a zip; nothing if only its bytecode is there."""
    package, _, name = module.rpartition(".")
    try:
        return resources.files(package).joinpath(f"{name}.py").read_bytes()
    except OSError:
        return b""


@cache
def find_directory(source: str, name: str) -> str | None:
    """The first usable of NUMBA_CACHE_DIR, beside the source, the user's cache, temporary files; None if none is."""
    if _CONFIG.CACHE_DIR:
        given = Path(_CONFIG.CACHE_DIR) / name
        return str(given) if is_usable(given) else None
    beside = Path(source).parent
    if beside.is_dir() and is_usable(beside / "__pycache__" / name):
        return str(beside / "__pycache__" / name)
    found = user_directory(name) or temporary_directory(name)
    return None if found is None else str(found)


class _Locator:
    """What numba asks of a place for its files."""

    def __init__(self, function: Any, source: str, name: str, directory: str) -> None:
        self._py_file = source
        self._name = name
        self._line = function.__code__.co_firstlineno
        self._directory = directory

    @classmethod
    def from_function(cls, function: Any, source: str) -> _Locator | None:
        name = _name_state(function)
        directory = find_directory(source, name)
        return None if directory is None else cls(function, source, name, directory)

    def ensure_cache_path(self) -> None:
        os.makedirs(self._directory, exist_ok=True)

    def get_cache_path(self) -> str:
        return self._directory

    def get_source_stamp(self) -> str:
        return self._name

    def get_disambiguator(self) -> str:
        return str(self._line)


class _Implementation(_CACHING.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = [_Locator]  # noqa: RUF012  (numba's own attribute)


class KernelCache(_CACHING.FunctionCache):  # type: ignore[misc]
    """numba's cache of one function, which never fails a call."""

    _impl_class = _Implementation

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled code, or None."""
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:  # noqa: BLE001  (a damaged file can raise anything; it costs a compilation)
            _LOGGER.warning("compiling %s anew, its cached code is unreadable: %r", self._name, error)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled code if there is room."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _LOGGER.warning("cannot keep the compiled code of %s: %s", self._name, error)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the right to compile this function, unless its code is there already or the wait is too long."""
        code = Path(self.cache_path) / self._cache_file._data_name(1)
        lock = code.with_suffix(LOCK)
        with contextlib.ExitStack() as stack:
            if not code.exists():
                with contextlib.suppress(OSError, ImportError):  # no locks there: compiling twice is harmless
                    stack.enter_context(locked(lock))
            yield


def keep_compiled(dispatcher: Any) -> KernelCache | None:
    """Give a numba dispatcher this cache; None where there is no place for it."""
    try:
        kept = KernelCache(dispatcher.py_func)
    except RuntimeError:  # numba's word for "no locator"
        _LOGGER.warning("no writable directory for compiled kernels: every process compiles its own")
        return None
    dispatcher._cache = kept
    return kept
