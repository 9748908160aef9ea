"""Python processes of the tests' own: fresh ones, and crowds of them that start together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent

CROWD = """
import os, sys
{body}
gate, opening = os.pipe()
children = []
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if not child:
        os.close(opening)
        os.read(gate, 1)  # all are here before the first goes on
        try:
            os.write(1, f"{{member()}}\\n".encode())
        finally:
            os._exit(0)
    children.append(child)
os.close(opening)
for child in children:
    os.waitpid(child, 0)
"""


def start(script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A new Python that runs `script`, with this checkout and tests/ to import from."""
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    kept["PYTHONPATH"] = os.pathsep.join([str(TESTS.parent), str(TESTS), kept.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", script, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={**kept, **environment}, stdout=pipe, stderr=pipe, text=True)


def crowd(body: str, size: int, *arguments: str, **environment: str) -> list[str]:
    """What `member()`, defined by `body`, answered in each of `size` processes that go on together.

    They are forked as Spark forks its workers: from a fresh process of one thread. The tests' own process holds
    the threads, locks and sockets of a JVM's clients, and its children would wait on them for ever.
    """
    process = start(CROWD.format(body=body), str(size), *arguments, **environment)
    try:
        output, errors = process.communicate(timeout=300)
    finally:
        process.kill()
    assert not errors, errors
    return output.splitlines()
