"""Short spellings of the pipelines that the preprocessing cases are tables of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn2pmml.pipeline import PMMLPipeline
from sklearn2pmml.preprocessing import ExpressionTransformer

logistic = partial(LogisticRegression, max_iter=2000)
tree = partial(DecisionTreeClassifier, max_depth=5, random_state=0)
regression_tree = partial(DecisionTreeRegressor, max_depth=5, random_state=0)


def into(model: Callable[[], Any], *steps: Any) -> Callable[[], PMMLPipeline]:
    """A pipeline of these steps and the model."""
    return lambda: PMMLPipeline([*((f"step{i}", step) for i, step in enumerate(steps)), ("model", model())])


def columns(**parts: tuple[Any, list[str]]) -> ColumnTransformer:
    """A step that applies each (transformer, columns) pair; the other columns are dropped."""
    return ColumnTransformer([(name, step, names) for name, (step, names) in parts.items()])


def pick(*names: str) -> ColumnTransformer:
    """These columns as an array, which the text transformers keep in two dimensions."""
    return ColumnTransformer([("picked", "passthrough", list(names))])


def formulas(*expressions: Any, **settings: Any) -> FeatureUnion:
    """Each expression of the row ``X`` as a column."""
    return FeatureUnion([(f"f{i}", ExpressionTransformer(text, **settings)) for i, text in enumerate(expressions)])


def beyond(rows: pd.DataFrame) -> pd.DataFrame:
    """Every fifth row doubled: values outside what the model was trained on."""
    return rows.mul(1.0 + (rows.index.to_series() % 5 == 2), axis=0)


def marked(rows: pd.DataFrame) -> pd.DataFrame:
    """Every fourth row's first column as -999."""
    first = rows.columns[0]
    return rows.assign(**{first: rows[first].mask(rows.index % 4 == 1, -999.0)})
