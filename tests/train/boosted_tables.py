"""The flights' table as the boosting libraries take it, and the pipeline that turns its strings into categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn2pmml.decoration import CategoricalDomain, ContinuousDomain
from sklearn2pmml.pipeline import PMMLPipeline
from tables import Table, delays, flights

NAMES = ["carrier", "origin", "engine"]


def number(label: str) -> Callable[[Table], Table]:
    """Answers as 1 where they are this label, else 0."""
    return lambda table: replace(table, y=(table.y == label).astype("int64").rename(label))


def late_flights() -> Table:
    """``flights`` with 1 for late, 0 for on time."""
    return number("late")(flights())


def origins() -> Table:
    """Which of the three airports (0, 1, 2) a flight left from."""
    table = flights()
    codes = table.X["origin"].astype("category").cat.codes.astype("int64")
    return replace(table, X=table.X.drop(columns="origin"), y=codes.rename("airport"))


def typed(table: Table, categories: list[str]) -> Callable[[], ColumnTransformer]:
    """A step that casts these columns to pandas categories and lets an unknown category pass as missing."""

    def step() -> ColumnTransformer:
        parts: list[tuple[str, Any, list[str]]] = []
        for name in table.X.columns:
            domain = CategoricalDomain if name in categories else ContinuousDomain
            kind = {"dtype": "category"} if name in categories else {}
            parts.append((name, domain(invalid_value_treatment="as_is", **kind), [name]))
        return ColumnTransformer(parts, verbose_feature_names_out=False).set_output(transform="pandas")

    return step


def categorical(estimator: Callable[..., Any], table: Callable[[], Table], *more: str, **settings: Any) -> Any:
    """A pipeline of the casts and the estimator; ``more`` names further columns to take as categories."""

    def build() -> PMMLPipeline:
        names = [name for name in [*NAMES, *more] if name in table().X.columns]
        return PMMLPipeline([("types", typed(table(), names)()), ("estimator", estimator(**settings))])

    return build


__all__ = ["categorical", "delays", "late_flights", "origins"]
