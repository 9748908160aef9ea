"""Real servers and command lines of the installed Spark, for the tests in tests/servers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from sparkpmml.spark.extension import CLASS, find_jar, find_spark

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
IRIS = EXAMPLES / "iris.pmml"
FLOWERS = EXAMPLES / "flowers.csv"
TIMEOUT = 240
"""Seconds for a command or the start of a server: a machine may be busy."""

FLOWERS_AS_CSV = f"USING csv OPTIONS (path '{FLOWERS}', header 'true', inferSchema 'true')"
SCORES = "SELECT id, p.prediction, p.probability['virginica'] FROM (SELECT id, predict('{model}', *) AS p FROM {table})"


def rows_of(output, separator):
    """The rows among a client's lines, in the order of their first column."""
    lines = [line.split(separator) for line in output.splitlines()]
    cells = [line for line in lines if len(line) == 3 and line[0].isdigit()]
    return sorted((int(number), label, float(probability)) for number, label, probability in cells)


class Host:
    """A folder in which commands of Spark run, with the Python and the package under test."""

    def __init__(self, folder):
        self.folder = folder
        self.spark = find_spark()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
        self.environment = {
            **kept,
            "SPARK_HOME": str(self.spark),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYTHONPATH": str(ROOT),
            "PYSPARK_PYTHON": sys.executable,
        }

    def run(self, *command, **environment):
        """The finished process of a command: its exit code and what it printed."""
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
            cwd=self.folder,
            env={**self.environment, **environment},
        )

    def output(self, *command, **environment):
        """What a command that succeeds prints."""
        done = self.run(*command, **environment)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-5000:]}"
        return done.stdout

    def serve(self, main_class, port, *settings):
        return Server(self, ["--class", main_class, *options(*settings), "spark-internal"], port)


class Server:
    """A server of Spark; as a context manager it is ready inside and ended after it."""

    def __init__(self, host, arguments, port):
        self.port = port
        self._log = host.folder / f"server-{port}.log"
        with self._log.open("w") as log:
            command = [str(host.spark / "bin" / "spark-submit"), *arguments]
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=host.folder, env=host.environment
            )

    def __enter__(self):
        deadline = time.monotonic() + TIMEOUT
        while not is_open(self.port):
            assert self.process.poll() is None, f"the server ended at once:\n{self.tail()}"
            assert time.monotonic() < deadline, f"the server opens no port:\n{self.tail()}"
            time.sleep(0.2)
        return self

    def __exit__(self, *error):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def tail(self):
        return self._log.read_text()[-5000:]

    def python(self):
        """The number of the Python process that answers for the functions; None where there is none."""
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        for pid, parent, arguments in (line.split(maxsplit=2) for line in listed.stdout.splitlines()):
            if int(parent) == self.process.pid and "sparkpmml.spark.extension.attach" in arguments:
                return int(pid)
        return None


def options(*settings):
    """The arguments for a small Spark with the functions."""
    small = ("spark.ui.enabled=false", "spark.sql.shuffle.partitions=1", f"spark.sql.extensions={CLASS}")
    given = [argument for setting in (*small, *settings) for argument in ("--conf", setting)]
    return ["--master", "local[1]", "--driver-memory", "1g", "--driver-class-path", str(find_jar()), *given]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_gone(pid):
    """Wait until no process has this number, or only one that its parent has not asked about yet."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return
        time.sleep(0.2)
    raise AssertionError(f"process {pid} outlives its server")
