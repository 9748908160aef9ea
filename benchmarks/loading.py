"""What it costs until the first score: loading, the first queries of a session, and what each worker holds.

    python benchmarks/loading.py forest.pmml [more.pmml ...] [--small examples/iris.pmml] [--repeat 3] [--workers 4]
        [--pypmml PYTHON] [--json results.json]

Each measurement is a process of its own, and the engines take turns. `--pypmml` names the Python of an environment that
has pypmml; without it only sparkpmml is measured. Seconds are the best of the repetitions, by the wall clock; memory is
the peak of the process and of the JVM that it starts. The JVM's own start is not counted.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Result = dict[str, Any]
MEGABYTE = 1e6


def peak_megabytes() -> float:
    """The most memory that this process and its children had at once or one after the other."""
    return sum(_status(pid, "VmHWM") for pid in ("self", *_children())) * 1024 / MEGABYTE


def _children() -> list[str]:
    found = (path.read_text().split() for path in Path("/proc/self/task").glob("*/children"))
    return [pid for pids in found for pid in pids]


def _status(pid: str, name: str) -> int:
    """In KiB."""
    match = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) if match else 0


def load_sparkpmml(path: str) -> Result:
    """With an empty cache of compiled models, and from it."""
    from sparkpmml import load

    with tempfile.TemporaryDirectory() as cache:
        os.environ["SPARKPMML_MODEL_CACHE"] = cache
        start = time.perf_counter()
        model = load(path)
        seconds = time.perf_counter() - start
        peak = peak_megabytes()
        start = time.perf_counter()
        load(path)
        again = time.perf_counter() - start
    size = len(pickle.dumps(model.program, protocol=5))
    return {"seconds": seconds, "peak_mb": peak, "again_seconds": again, "program_mb": size / MEGABYTE}


def load_pypmml(path: str) -> Result:
    from pypmml import Model
    from pypmml.base import PMMLContext

    PMMLContext.getOrCreate()
    start = time.perf_counter()
    Model.fromFile(os.path.abspath(path))
    seconds = time.perf_counter() - start
    peak = peak_megabytes()
    PMMLContext.shutdown()
    return {"seconds": seconds, "peak_mb": peak}


def query(path: str) -> Result:
    """The first and second query of a session, with the function's registration."""
    return _query(path, is_ours=True)


def query_identity(path: str) -> Result:
    """The same with a Python function that hands its column back."""
    return _query(path, is_ours=False)


def _query(path: str, *, is_ours: bool) -> Result:
    import pandas as pd
    from pyspark.sql import SparkSession, functions

    inputs = _inputs(path) if is_ours else ["x"]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.range(100).selectExpr(*(f"cast(id as double) as `{name}`" for name in inputs)).createOrReplaceTempView("rows")
    spark.sql("SELECT * FROM rows").collect()
    start = time.perf_counter()
    if is_ours:
        import sparkpmml

        sparkpmml.register(spark)
        text = f"SELECT predict('{os.path.abspath(path)}', *) AS p FROM rows"
    else:

        def same(values: pd.Series) -> pd.Series:
            return values

        same.__annotations__ = {"values": pd.Series, "return": pd.Series}
        spark.udf.register("same", functions.pandas_udf(same, "double"))
        text = "SELECT same(x) AS p FROM rows"
    seconds = []
    for _ in range(2):
        spark.sql(text).collect()
        seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
    spark.stop()
    return {"first_seconds": seconds[0], "second_seconds": seconds[1]}


def hold(path: str, workers: int = 4) -> Result:
    """What `workers` processes hold that unpack the program each for itself, or share it."""
    import sparkpmml.spark.shared
    from sparkpmml.models import discover

    discover()
    with tempfile.TemporaryDirectory() as place:
        tempfile.tempdir = place
        source = _Unpacked(Path(place) / "program")
        subprocess.run([sys.executable, "-c", _WRITE, path, source.path], check=True)
        shared = sparkpmml.spark.shared.SharedProgram("measured", source)
        return {"own_mb": _held(workers, lambda: source.value), "shared_mb": _held(workers, lambda: shared.value)}


_WRITE = """
import pickle, sys, sparkpmml
with open(sys.argv[2], "wb") as file:
    pickle.dump(sparkpmml.load(sys.argv[1]).program, file, protocol=5)
"""
"""Run by another process: this one has never held the program."""


def _inputs(path: str) -> list[str]:
    """Asked of another process: a new session has not imported sparkpmml."""
    code = "import json, sys, sparkpmml; print(json.dumps([each.name for each in sparkpmml.load(sys.argv[1]).inputs]))"
    names: list[str] = json.loads(subprocess.check_output([sys.executable, "-c", code, path]))
    return names


class _Unpacked:
    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def value(self) -> Any:
        with self.path.open("rb") as file:
            return pickle.load(file)


def _held(workers: int, unpack: Callable[[], Any]) -> float:
    """What a worker holds more than before, as its share of all pages: megabytes, the mean."""
    fork = multiprocessing.get_context("fork")
    together, found = fork.Barrier(workers), fork.SimpleQueue()

    def work() -> None:
        together.wait()  # until all are there: each one takes its share of the pages that they have in common
        before = _share()
        together.wait()
        program = unpack()  # noqa: F841  (held until the end)
        together.wait()
        found.put(_share() - before)
        together.wait()

    processes = [fork.Process(target=work) for _ in range(workers)]
    for process in processes:
        process.start()
    shares = [found.get() for _ in processes]
    for process in processes:
        process.join()
    return sum(shares) / workers * 1024 / MEGABYTE


def _share() -> int:
    """In KiB."""
    match = re.search(r"Pss:\s+(\d+)", Path("/proc/self/smaps_rollup").read_text())
    return int(match[1]) if match else 0


MEASURES = {each.__name__: each for each in (load_sparkpmml, load_pypmml, query, query_identity, hold)}


def measure(python: str, name: str, *arguments: str) -> Result:
    """Run one measurement in a process of its own; its result, or {"error": its last words}."""
    command = [python, os.path.abspath(__file__), "--measure", name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def best(results: list[Result]) -> Result:
    """The least of each figure."""
    whole = [each for each in results if "error" not in each]
    return {name: min(each[name] for each in whole) for name in whole[0]} if whole else results[0]


def run(arguments: argparse.Namespace) -> Iterator[Result]:
    """All measurements, one after the other."""
    engines = {"load_sparkpmml": sys.executable, "load_pypmml": arguments.pypmml}
    for path in arguments.documents:
        document, size = _title(path), os.path.getsize(path) / MEGABYTE
        rounds = [
            {name: measure(python, name, path) for name, python in engines.items() if python}
            for _ in range(arguments.repeat)
        ]
        for name in rounds[0]:
            yield {"document": document, "document_mb": size, "what": name, **best([each[name] for each in rounds])}
        held = measure(sys.executable, "hold", path, str(arguments.workers))
        yield {"document": document, "document_mb": size, "what": f"hold, {arguments.workers} workers", **held}
    queries = [
        {name: measure(sys.executable, name, arguments.small) for name in ("query_identity", "query")}
        for _ in range(arguments.repeat)
    ]
    for name in queries[0]:
        yield {"document": _title(arguments.small), "what": name, **best([each[name] for each in queries])}


def _title(path: str) -> str:
    """A document's folder and name."""
    return "/".join(Path(path).parts[-2:])


def show(result: Result) -> str:
    """A line of the table."""
    figures = {name: value for name, value in result.items() if name not in ("document", "what")}
    texts = [
        f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
    ]
    return f"| {result['document']} | {result['what']} | {', '.join(texts)} |"


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*")
    parser.add_argument("--small", default=str(Path(__file__).parents[1] / "examples" / "iris.pmml"))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--pypmml", metavar="PYTHON")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        name, path, *numbers = arguments.measure
        print(json.dumps(MEASURES[name](path, *map(int, numbers))))
        return
    print("| document | what | figures |\n|---|---|---|")
    results = []
    for result in run(arguments):
        results.append(result)
        print(show(result), flush=True)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
