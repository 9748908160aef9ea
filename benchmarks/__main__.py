"""Train, measure, report: the steps of `make bench`, each a command.

python -m benchmarks train                      # once; where the trainers and sklearn2pmml are installed
python -m benchmarks spark --models xgboost,tree --engines sparkpmml,trainer --rows 200000
python -m benchmarks process                    # Model.predict beside the trainer, without Spark
python -m benchmarks growth                     # as rows, columns, trees and depth grow
python -m benchmarks loading                    # time and memory to load, and what the first queries take
python -m benchmarks kernels                    # the forest kernels alone, on graphs made from the trainers' own
python -m benchmarks report                     # docs/benchmarks.md, .json and .svg
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def main() -> None:
    _use_one_thread()
    arguments = _parser().parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    COMMANDS[arguments.command](arguments)


def _use_one_thread() -> None:
    """The libraries of numpy and the trainers read these once, when they are imported: nothing above imports them."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--models", help="names, joined by commas (default: all)")
    parser.add_argument("--engines", help="names, joined by commas (default: all that are installed)")
    parser.add_argument("--rows", type=int, default=500_000, help="the most rows of a run (default: 500000)")
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--times", type=int, default=3, help="runs of which the best counts (default: 3)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a run of a slow engine takes (default: 2)")
    parser.add_argument("--folder", type=Path, default=ROOT / ".bench" / "work", help="for models, tables and results")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the report goes")
    return parser


def _contests(arguments: argparse.Namespace) -> list[Any]:
    from benchmarks.models import CONTESTS

    names = arguments.models.split(",") if arguments.models else list(CONTESTS)
    if unknown := [name for name in names if name not in CONTESTS]:
        raise SystemExit(f"--models: there is no {', '.join(unknown)}; there are {', '.join(CONTESTS)}")
    return [CONTESTS[name] for name in names]


def _folder(arguments: argparse.Namespace, contest: Any) -> Path:
    from benchmarks.train import prepare

    return prepare(contest, arguments.folder, arguments.rows, arguments.columns)


def _train(arguments: argparse.Namespace) -> None:
    for contest in _contests(arguments):
        print(_folder(arguments, contest), flush=True)


def _spark(arguments: argparse.Namespace) -> None:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    from benchmarks.engines import ENGINES
    from benchmarks.session import compete, open_session

    spark = open_session()
    engines = arguments.engines.split(",") if arguments.engines else list(ENGINES)
    scores = (
        score.as_json()
        for contest in _contests(arguments)
        for score in compete(
            spark,
            contest,
            _folder(arguments, contest),
            engines,
            arguments.rows,
            arguments.seconds,
            arguments.times,
        )
    )
    _save(arguments, f"spark{spark.version[0]}", scores, key=("contest", "engine"))
    spark.stop()


def _process(arguments: argparse.Namespace) -> None:
    from benchmarks.process import compare

    rows = min(arguments.rows, 100_000)
    found = (compare(each.name, _folder(arguments, each), rows, arguments.times) for each in _contests(arguments))
    _save(arguments, "process", found, key=("contest",))


def _growth(arguments: argparse.Namespace) -> None:
    from benchmarks.growth import measure_growth

    _save(arguments, "growth", measure_growth(arguments.folder, arguments.times), key=("grows", "value"))


def _loading(arguments: argparse.Namespace) -> None:
    """Of the ensembles among the models: their documents are the large ones."""
    ensembles = [each for each in _contests(arguments) if each.name in ("random_forest", "xgboost", "lightgbm")]
    documents = [str(_folder(arguments, each) / "model.pmml") for each in ensembles]
    peer = ROOT / ".bench" / "spark35" / "bin" / "python"
    command = [sys.executable, str(ROOT / "benchmarks" / "loading.py"), *documents, "--repeat", str(arguments.times)]
    command += ["--json", str(arguments.folder / "loading.json"), *(["--pypmml", str(peer)] if peer.exists() else [])]
    subprocess.run(command, check=True)


def _kernels(arguments: argparse.Namespace) -> None:
    from benchmarks.kernels import compare_kernels

    compare_kernels(min(arguments.rows, 100_000), arguments.columns, arguments.times)


def _report(arguments: argparse.Namespace) -> None:
    from benchmarks.report import write_report

    write_report(arguments.folder, arguments.docs)


def _save(arguments: argparse.Namespace, name: str, found: Iterable[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Add to the results of earlier runs; a new measurement of the same thing takes the old one's place."""
    path = arguments.folder / f"{name}.json"
    known = json.loads(path.read_text()) if path.exists() else []
    by_key = {tuple(each[part] for part in key): each for each in known}
    for each in found:
        print(json.dumps(each), flush=True)
        by_key[tuple(each[part] for part in key)] = each
        path.write_text(json.dumps(list(by_key.values()), indent=1) + "\n")


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "train": _train,
    "spark": _spark,
    "process": _process,
    "growth": _growth,
    "loading": _loading,
    "kernels": _kernels,
    "report": _report,
}

if __name__ == "__main__":
    main()
