"""XGBoost's boosters and objectives, exported by sklearn2pmml.

    python tests/train/xgboost_cases.py [WORD ...]

These documents say x-mathContext="float": answers are float32 and compared as such.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from boosted_tables import categorical, late_flights, origins
from case import Case, run
from sklearn2pmml.pipeline import PMMLPipeline
from sklearn_cases import FLAT, WHOLE, export
from tables import Source, Table, amounts, blobs, counts, delays, diabetes, punch, wine
from xgboost import XGBClassifier, XGBRanker, XGBRegressor, XGBRFClassifier, XGBRFRegressor

SMALL = {"n_estimators": 7, "max_depth": 4, "random_state": 0}


def model(estimator: Callable[..., Any], **settings: Any) -> Callable[[], PMMLPipeline]:
    return lambda: PMMLPipeline([("estimator", estimator(**(SMALL | settings)))])


def kinds(estimator: Callable[..., Any], table: Source, **settings: Any) -> Callable[[], PMMLPipeline]:
    """A model with categories of its own."""
    return categorical(estimator, table, **(SMALL | settings), enable_categorical=True, tree_method="hist")


def holed_blobs() -> Table:
    return punch(blobs())


def holed_wine() -> Table:
    return punch(wine())


def sentinel_diabetes() -> Table:
    """Diabetes with -999 for a missing value, as XGBoost is told; an empty cell is missing to the document as well."""
    table = punch(diabetes())
    return replace(table, X=table.X.fillna(-999.0), holes=False)


def groups() -> Table:
    """Relevance grades 0 to 3 for a ranker."""
    table = counts()
    return replace(table, y=np.minimum(table.y, 3).astype("int64"))


CASES = [
    Case("binary", model(XGBClassifier), blobs, verify=True),
    Case("binary_whole", model(XGBClassifier), blobs, options=WHOLE),
    Case("binary_missing", model(XGBClassifier), holed_blobs, rows=90),
    Case("binary_missing_whole", model(XGBClassifier), holed_blobs, rows=90, options=WHOLE),
    Case("binary_missing_flat", model(XGBClassifier), holed_blobs, rows=90, options=FLAT),
    Case("binary_hinge", model(XGBClassifier, objective="binary:hinge"), blobs),
    Case("binary_base_score", model(XGBClassifier, base_score=0.2, n_estimators=4), blobs),
    Case("multiclass", model(XGBClassifier), wine, verify=True),
    Case("multiclass_missing", model(XGBClassifier, n_estimators=5), holed_wine, rows=90),
    Case("multiclass_softmax", model(XGBClassifier, objective="multi:softmax"), wine),
    Case("categories", kinds(XGBClassifier, late_flights), late_flights, rows=120),
    Case(
        "categories_by_number",
        kinds(XGBClassifier, late_flights, max_cat_to_onehot=1),
        late_flights,
        rows=120,
    ),
    Case("categories_onehot", kinds(XGBClassifier, late_flights, max_cat_to_onehot=99), late_flights, rows=120),
    Case("categories_whole", kinds(XGBClassifier, late_flights), late_flights, rows=120, options=WHOLE),
    Case("categories_multiclass", kinds(XGBClassifier, origins, n_estimators=3), origins, rows=120),
    Case("categories_regressor", kinds(XGBRegressor, delays), delays, rows=120),
    Case("dart", model(XGBClassifier, booster="dart", rate_drop=0.4), holed_blobs),
    Case("dart_multiclass", model(XGBClassifier, booster="dart", rate_drop=0.4, n_estimators=4), wine),
    Case("forest", model(XGBRFClassifier, subsample=0.7, colsample_bynode=0.7), blobs),
    Case("forest_regressor", model(XGBRFRegressor, subsample=0.7), diabetes),
    Case("regressor", model(XGBRegressor), diabetes, verify=True),
    Case("regressor_missing", model(XGBRegressor), lambda: punch(diabetes()), rows=90),
    Case(
        "regressor_sentinel",
        model(XGBRegressor, missing=-999.0),
        sentinel_diabetes,
        rows=90,
        options={"missing": -999.0},
    ),
    Case("regressor_logistic", model(XGBRegressor, objective="reg:logistic"), blobs),
    Case("regressor_absolute", model(XGBRegressor, objective="reg:absoluteerror"), diabetes),
    Case(
        "regressor_huber",
        model(XGBRegressor, objective="reg:pseudohubererror", huber_slope=100.0, min_child_weight=0.0, n_estimators=2),
        diabetes,
    ),
    Case("regressor_log_error", model(XGBRegressor, objective="reg:squaredlogerror"), amounts),
    Case("poisson", model(XGBRegressor, objective="count:poisson"), lambda: punch(counts())),
    Case("gamma", model(XGBRegressor, objective="reg:gamma"), amounts),
    Case("tweedie", model(XGBRegressor, objective="reg:tweedie", tweedie_variance_power=1.4), amounts),
    Case(
        "lossguide",
        model(XGBRegressor, grow_policy="lossguide", max_leaves=12, max_depth=0, tree_method="hist"),
        diabetes,
    ),
    Case("shallow_and_deep", model(XGBRegressor, max_depth=9, n_estimators=2, min_child_weight=0.0), counts),
    Case(
        "ranker",
        model(XGBRanker, objective="rank:ndcg"),
        groups,
        fit={"estimator__qid": np.repeat(np.arange(30), 20)},
    ),
]

if __name__ == "__main__":
    sys.exit(run("xgboost", CASES, export))
