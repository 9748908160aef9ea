"""Models in the dialect of a second exporter, nyoka.

python tests/train/nyoka_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from case import Case, run
from lightgbm import LGBMClassifier, LGBMRegressor
from nyoka import lgb_to_pmml, skl_to_pmml, xgboost_to_pmml
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, PolynomialFeatures, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from tables import blobs, cancer, diabetes, iris, lengths, punch, wine
from xgboost import XGBClassifier, XGBRegressor

SMALL = {"n_estimators": 6, "max_depth": 3, "random_state": 0}
LEAVES = SMALL | {"verbosity": -1}


def pipe(model: Callable[..., Any], *steps: Any, **settings: Any) -> Callable[[], Pipeline]:
    """scikit-learn's own pipeline of these steps and the model."""
    return lambda: Pipeline([*((f"step{i}", s) for i, s in enumerate(steps)), ("model", model(**settings))])


CASES = [
    Case("tree", pipe(DecisionTreeClassifier, max_depth=4), iris),
    Case("tree_binary", pipe(DecisionTreeClassifier, max_depth=4), cancer),
    Case("tree_regressor", pipe(DecisionTreeRegressor, max_depth=4), diabetes),
    Case("forest", pipe(RandomForestClassifier, **SMALL), wine),
    Case("forest_regressor", pipe(RandomForestRegressor, **SMALL), diabetes),
    Case("gbm", pipe(GradientBoostingClassifier, **SMALL), cancer),
    Case("gbm_multiclass", pipe(GradientBoostingClassifier, **SMALL), iris),
    Case("linear", pipe(LinearRegression), diabetes),
    Case("linear_scaled", pipe(LinearRegression, StandardScaler()), diabetes),
    Case("linear_polynomial", pipe(LinearRegression, PolynomialFeatures(2)), lengths),
    Case("ridge_classifier", pipe(RidgeClassifier, StandardScaler()), cancer),
    Case("logistic", pipe(LogisticRegression, StandardScaler()), cancer),
    Case("logistic_robust", pipe(LogisticRegression, RobustScaler()), blobs),
    Case("logistic_max_abs", pipe(LogisticRegression, MaxAbsScaler()), blobs),
    Case("logistic_imputed", pipe(LogisticRegression, SimpleImputer()), lambda: punch(blobs()), rows=90),
    Case(
        "linear_imputed_constant",
        pipe(LinearRegression, SimpleImputer(strategy="constant", fill_value=25.0)),
        lambda: punch(diabetes()),
        rows=90,
    ),
    Case("xgboost", pipe(XGBClassifier, base_score=0.5, tree_method="exact", **SMALL), blobs),
    Case("xgboost_multiclass", pipe(XGBClassifier, base_score=0.5, tree_method="exact", **SMALL), wine),
    Case("xgboost_regressor", pipe(XGBRegressor, base_score=0.5, tree_method="exact", **SMALL), diabetes),
    Case("lightgbm", pipe(LGBMClassifier, **LEAVES), blobs),
    Case("lightgbm_regressor", pipe(LGBMRegressor, **LEAVES), diabetes),
]

EXPORTERS = {"xgboost": xgboost_to_pmml, "lightgbm": lgb_to_pmml}


def export(case: Case, model: Pipeline, path: Path) -> None:
    """Write the document with the exporter of the model's library."""
    table = case.table()
    library = type(model[-1]).__module__.split(".")[0]
    EXPORTERS.get(library, skl_to_pmml)(model, list(table.X.columns), str(table.y.name), str(path))


if __name__ == "__main__":
    sys.exit(run("nyoka", CASES, export))
