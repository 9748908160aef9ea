"""The build backend: setuptools', with the jar of the Java extension made first.

The jar is compiled by the JDK's javac against the jars of a Spark: that of SPARK_HOME, if it is set, else of pyspark,
which is a requirement of the build only then, and only where the jar has to be made. Its bytes depend on the sources
and the compiler alone. `python build_backend.py` makes the jar and nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

SPARK = Path(__file__).parent / "sparkpmml" / "spark"
SOURCES = sorted((SPARK / "extension").rglob("*.java"))
TEXTS = sorted((SPARK / "usage").glob("*.txt"))
JAR = SPARK / "extension" / "sparkpmml.jar"
PACKAGE = "io/sparkpmml"

RELEASE = "8"
"""The oldest Java that a Spark we support runs on: that of Databricks Runtime 15.4."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry of the jar: the oldest that a zip file can tell."""


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_requirements()]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    return [*build_meta.get_requires_for_build_editable(config_settings), *_requirements()]


def build_wheel(wheel_directory: Any, config_settings: Any = None, metadata_directory: Any = None) -> str:
    make_jar()
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(wheel_directory: Any, config_settings: Any = None, metadata_directory: Any = None) -> str:
    make_jar()
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))


def make_jar() -> None:
    """Make the jar, unless it is there and its sources have not changed since."""
    if _is_made():
        return
    with tempfile.TemporaryDirectory() as folder:
        _compile(Path(folder))
        _pack(Path(folder))


def _requirements() -> list[str]:
    return [] if _is_made() or os.environ.get("SPARK_HOME") else ["pyspark>=3.5,<5"]


def _is_made() -> bool:
    if not JAR.is_file():
        return False
    with zipfile.ZipFile(JAR) as jar:
        return jar.read("META-INF/MANIFEST.MF") == _manifest()


def _manifest() -> bytes:
    digest = hashlib.sha256()
    for path in (*SOURCES, *TEXTS):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"Manifest-Version: 1.0\r\nSource-Digest: {digest.hexdigest()[:32]}\r\n\r\n".encode()


def _compile(folder: Path) -> None:
    options = ["--release", RELEASE, "-proc:none", "-Xlint:-options", "-g:source,lines", "-encoding", "UTF-8"]
    command = [_javac(), *options, "-classpath", f"{_spark_home()}/jars/*", "-d", str(folder), *map(str, SOURCES)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the Java extension does not compile with {command[0]}:\n{done.stdout}")


def _javac() -> str:
    """That of JAVA_HOME, else that on PATH."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("javac", path=os.path.join(home, "bin")) if home else None
    found = found or shutil.which("javac")
    if found is None:
        sys.exit(
            "building sparkpmml needs a JDK, for its small Java extension of Spark: install one"
            " (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME to one with bin/javac"
        )
    return found


def _spark_home() -> str:
    """That of SPARK_HOME, else pyspark's."""
    package = importlib.util.find_spec("pyspark")
    pyspark = os.path.dirname(package.origin) if package and package.origin else ""
    home = os.environ.get("SPARK_HOME") or pyspark
    if not list(Path(home, "jars").glob("spark-catalyst_*.jar")):
        sys.exit(
            f"building sparkpmml needs Spark's jars, and {home or 'Python'} has none: install pyspark or set SPARK_HOME"
        )
    return home


def _pack(folder: Path) -> None:
    """Write the jar: entries in order, all of the same time and mode."""
    JAR.unlink(missing_ok=True)
    with zipfile.ZipFile(JAR, "w", zipfile.ZIP_DEFLATED) as jar:
        for name, content in _entries(folder):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            jar.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _entries(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield "META-INF/MANIFEST.MF", _manifest()
    for path in sorted(folder.rglob("*.class")):
        yield path.relative_to(folder).as_posix(), path.read_bytes()
    for path in TEXTS:
        yield f"{PACKAGE}/usage/{path.name}", path.read_bytes()


if __name__ == "__main__":
    make_jar()
