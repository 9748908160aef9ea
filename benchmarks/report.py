"""Results as a table in Markdown and a plot of rows per second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.models import CONTESTS

PEERS = ("jpmml", "pmml4s")

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
