"""The models that compete, as a table: adding one is adding a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import tables
from benchmarks.documents import scorecard_document
from benchmarks.estimators import ESTIMATORS

Table = Callable[[int, int, int], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Contest:
    """A model and the table that it scores.

    `train_rows` rows of the table train it. `labels`: the target is "no" below its median and "yes" from there on.
    `how` is the trainer's way to answer, see trainers.py. `is_ensemble` decides what "faster than a peer" demands.
    """

    name: str
    title: str
    table: Table
    train_rows: int = 20_000
    labels: bool = True
    how: str = "predict_proba"
    is_ensemble: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        """SQL for the answer as a number, in each engine's names: of labels, the probability or the choice of "yes"."""
        if not self.labels:
            return ("answer", "double(p.prediction)", "double(predicted_y)", "double(y)", "double(cluster)", "score")
        if self.how == "predict_proba":
            return ("answer", "p.probability['yes']", "`probability(yes)`", "probability_yes")
        return ("answer", "double(p.prediction = 'yes')", "double(predicted_y = 'yes')", "double(y = 'yes')")

    def rows(self, count: int, columns: int, seed: int) -> pd.DataFrame:
        """`count` rows with their target, in the column `y`."""
        frame = self.table(count, columns, seed)
        if self.labels:
            middle = self.table(self.train_rows, columns, TRAINING)["y"].median()
            frame["y"] = np.where(frame["y"] < middle, "no", "yes")
        return frame

    def estimator(self, frame: pd.DataFrame) -> Any:
        """The trainer's own model, not yet trained; None where the document is written by hand."""
        make = ESTIMATORS.get(self.name)
        return None if make is None else make(frame.drop(columns="y"))

    def document(self, columns: int) -> str:
        """The document of a model that no library trains."""
        return scorecard_document(columns)


TRAINING, SCORING = 1, 2
"""The seeds of the tables."""

_CONTESTS = [
    Contest("logistic", "logistic regression", tables.numbers),
    Contest("onehot", "linear, one-hot strings", tables.mixed, labels=False, how="predict"),
    Contest("tree", "decision tree, depth 10", tables.numbers),
    Contest("gbm", "GBM 100 trees x depth 5", tables.numbers, labels=False, how="predict", is_ensemble=True),
    Contest("xgboost", "XGBoost 500 x 6", tables.holed, 30_000, False, "xgboost", True),
    Contest("lightgbm", "LightGBM 500 x 63 leaves", tables.mixed, 30_000, False, "lightgbm", True),
    Contest("random_forest", "random forest 200 x 12", tables.numbers, 30_000, is_ensemble=True),
    Contest("mlp", "neural network 64-32", tables.numbers),
    Contest("svm", "SVM, radial", tables.numbers, 2_000, how="predict"),
    Contest("kmeans", "k-means, 10 clusters", tables.numbers, labels=False, how="predict"),
    Contest("naive_bayes", "naive Bayes", tables.numbers),
    Contest("scorecard", "scorecard", tables.numbers, labels=False),
    Contest("text", "text index, 50 words", tables.texts),
]

CONTESTS = {contest.name: contest for contest in _CONTESTS}
