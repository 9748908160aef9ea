"""Results as a table in Markdown and a plot of rows per second."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.growth import USUAL
from benchmarks.loading import show
from benchmarks.models import CONTESTS

TITLES = {
    "sparkpmml": "sparkpmml",
    "trainer": "trainer's library in a pandas_udf",
    "jpmml": "jpmml-evaluator-pyspark",
    "pmml4s": "pypmml-spark",
    "identity": "identity function",
}
"""The columns of the table, in order."""

Result = dict[str, Any]


class Results:
    """Scores by contest, engine and line of Spark; `clock` is "processor" or "wall"."""

    def __init__(self, scores: Sequence[Result], clock: str = "processor") -> None:
        self._clock = clock
        self._scores = {(each["contest"], each["engine"], each["spark"][0]): each for each in scores}
        self.contests = [name for name in CONTESTS if any(each["contest"] == name for each in scores)]

    def micros(self, contest: str, engine: str, line: str | None = None) -> float | None:
        """Microseconds a row; of the newest Spark where the engine ran on several and none is asked for."""
        for each in (line,) if line else ("4", "3"):
            found = self._scores.get((contest, engine, each))
            if found is not None:
                return float(found[self._clock])
        return None

    def ratio(self, contest: str, engine: str) -> float | None:
        """How many times the rows a second we score, both on the same Spark in the same session."""
        lines = [line for line in ("4", "3") if (contest, engine, line) in self._scores]
        ratios = [self._ratio(contest, engine, line) for line in lines]
        known = [ratio for ratio in ratios if ratio is not None]
        return known[0] if known else None

    def _ratio(self, contest: str, engine: str, line: str) -> float | None:
        ours, theirs = self.micros(contest, "sparkpmml", line), self.micros(contest, engine, line)
        return None if ours is None or theirs is None else theirs / ours


def table(results: Results) -> str:
    """Microseconds a row, and in brackets how many times as long as ours in the same session."""
    head = f"| model | {' | '.join(TITLES.values())} |\n|---|{'---:|' * len(TITLES)}"
    lines = [_line(results, contest) for contest in results.contests]
    return "\n".join([head, *lines]) + "\n"


def _line(results: Results, contest: str) -> str:
    cells = [_cell(results, contest, engine) for engine in TITLES]
    return f"| {CONTESTS[contest].title} | {' | '.join(cells)} |"


def _cell(results: Results, contest: str, engine: str) -> str:
    micros, ratio = results.micros(contest, engine), results.ratio(contest, engine)
    if micros is None:
        return "–"
    return f"{_digits(micros)}" if engine == "sparkpmml" or ratio is None else f"{_digits(micros)} (×{_digits(ratio)})"


def _digits(value: float) -> str:
    """Three significant digits, and no exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def plot(results: Results, path: Path) -> None:
    """Rows per second by model and engine, on a logarithmic scale."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 0.55 * len(results.contests) + 1.5))
    height = 0.8 / len(TITLES)
    for place, (engine, title) in enumerate(TITLES.items()):
        speeds = [1e6 / (results.micros(contest, engine) or float("inf")) for contest in results.contests]
        positions = [row + (place - len(TITLES) / 2 + 0.5) * height for row in range(len(speeds))]
        axes.barh(positions, speeds, height, label=title, color="lightgrey" if engine == "identity" else None)
    axes.set_yticks(range(len(results.contests)), [CONTESTS[name].title for name in results.contests])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("rows per second of processor time")
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.8 / figure.get_figheight()))
    figure.savefig(path)


def write_report(folder: Path, docs: Path) -> None:
    """benchmarks.json, benchmarks.md and benchmarks.svg from what the other commands have measured."""
    spark = [each for path in sorted(folder.glob("spark*.json")) for each in json.loads(path.read_text())]
    if not spark:
        raise SystemExit(f"no measurements in {folder}: run `python -m benchmarks spark` first")
    others = {name: _read(folder / f"{name}.json") for name in ("process", "growth", "loading")}
    machine = describe_machine()
    docs.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine, "spark": spark, **others}
    (docs / "benchmarks.json").write_text(json.dumps(record, indent=1) + "\n")
    results = Results(spark)
    plot(results, docs / "benchmarks.svg")
    (docs / "benchmarks.md").write_text(page(spark, machine, others), encoding="utf-8")


def _read(path: Path) -> list[Result]:
    return list(json.loads(path.read_text())) if path.exists() else []


def describe_machine() -> dict[str, str]:
    """What the figures were measured on."""
    names = ("numpy", "pyarrow", "numba", "scikit-learn", "xgboost", "lightgbm")
    models = re.findall(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {metadata.version(name)}" for name in names),
    }


PAGE = """# Benchmarks

Made by `make bench`: models trained with fixed seeds, exported to PMML, and scored in Spark over the same cached table
of one partition in `local[1]`, into the noop sink. Every engine of a line of Spark runs in one session, in turns, and
its best run counts. Figures are microseconds of processor time a row: of all threads of the JVM (its compilers left
out) and of the Python workers. All of it is in [benchmarks.json](benchmarks.json).

{machine}

## Side by side

In brackets, how many times as long as sparkpmml takes in the same session. sparkpmml answers the whole of
`predict(model, *)`: the prediction, a map of probabilities and the model's own outputs. The identity function is a
Python function of the same inputs that gives back the first: what crossing to Python and back costs in Spark's own
way, which `Predict` replaces. pypmml-spark runs on Spark 3.5, the others ran on Spark 4; a slow engine scored fewer
rows.

{table}
The same by the clock, where the JVM packs rows while Python scores others. What a query costs however few its rows,
about 0.1 s, is in both tables.

{clock}
![Rows per second](benchmarks.svg)

{agreement}

## Without Spark

One process, one thread, `Model.predict` from Arrow table to Arrow table, beside the library that trained the model on a
matrix made ready beforehand. The last columns: the size of the document, and of the program that Spark broadcasts.

{process}
## Loading and the first queries

Each line is a process of its own, by the clock, imports included; memory is its peak. `again` is from the cache of
compiled models; `hold` is what each worker has of a program for itself, and when it is shared.

{loading}
## As models and tables grow

XGBoost models in process, one thread; all but what grows as usual: {usual}.

{growth}"""


def page(spark: Sequence[Result], machine: dict[str, str], others: dict[str, list[Result]]) -> str:
    """docs/benchmarks.md."""
    return PAGE.format(
        machine="; ".join(f"{name}: {value}" for name, value in machine.items()) + ".",
        table=table(Results(spark)),
        clock=table(Results(spark, "wall")),
        agreement=agreement(spark),
        process=process_table(others["process"]),
        loading=loading_table(others["loading"]),
        growth=growth_table(others["growth"]),
        usual=", ".join(f"{value} {name}" for name, value in USUAL.items()),
    )


def agreement(spark: Sequence[Result]) -> str:
    """A sentence on whether the engines gave the same answers."""
    checked = [each for each in spark if each["agreement"] is not None and each["engine"] != "sparkpmml"]
    differing = [each for each in checked if each["agreement"] < 1]
    text = f"Answers to the first 1,000 rows were compared with ours in {len(checked)} contests"
    if not differing:
        return f"{text}: all agree."
    listed = ", ".join(f"{each['engine']} on {each['contest']} ({each['agreement']:.1%} agree)" for each in differing)
    return f"{text}; all agree but {listed}."


def process_table(found: Sequence[Result]) -> str:
    """Ours beside the trainer's, in process."""
    head = "| model | sparkpmml | trainer | ratio | document | program |\n|---|---:|---:|---:|---:|---:|"
    lines = [
        f"| {CONTESTS[each['contest']].title} | {_digits(each['ours'])} | {_or_dash(each['theirs'])} |"
        f" {_or_dash(each['theirs'] and each['ours'] / each['theirs'])} |"
        f" {_bytes(each['document_bytes'])} | {_bytes(each['program_bytes'])} |"
        for each in found
    ]
    return "\n".join([head, *lines]) + "\n"


def loading_table(found: Sequence[Result]) -> str:
    """Seconds and megabytes, as `benchmarks/loading.py` shows them."""
    return "\n".join(["| document | what | figures |\n|---|---|---|", *map(show, found)]) + "\n"


def growth_table(found: Sequence[Result]) -> str:
    """Microseconds a row, and sizes, by what grows."""
    head = "| grows | to | us a row | document | program |\n|---|---:|---:|---:|---:|"
    lines = [
        f"| {each['grows']} | {each['value']:,} | {_digits(each['micros'])} |"
        f" {_bytes(each['document_bytes'])} | {_bytes(each['program_bytes'])} |"
        for each in found
    ]
    return "\n".join([head, *lines]) + "\n"


def _or_dash(value: float | None) -> str:
    return "–" if value is None else _digits(value)


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
