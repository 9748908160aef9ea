"""LightGBM's boosters and objectives, exported by sklearn2pmml.

python tests/train/lightgbm_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from boosted_tables import categorical, late_flights, origins
from case import Case, run
from lightgbm import LGBMClassifier, LGBMRanker, LGBMRegressor
from sklearn2pmml.pipeline import PMMLPipeline
from sklearn_cases import FLAT, WHOLE, export
from tables import Source, Table, amounts, blobs, cancer, counts, delays, diabetes, punch, wine

SMALL = {"n_estimators": 7, "num_leaves": 9, "random_state": 0, "verbosity": -1}


def model(estimator: Callable[..., Any], **settings: Any) -> Callable[[], PMMLPipeline]:
    return lambda: PMMLPipeline([("estimator", estimator(**(SMALL | settings)))])


def kinds(estimator: Callable[..., Any], table: Source, *more: str, **settings: Any) -> Callable[[], PMMLPipeline]:
    """A model with categories of its own."""
    return categorical(estimator, table, *more, **(SMALL | settings))


def holed_cancer() -> Table:
    return punch(cancer())


def grades() -> Table:
    """Relevance grades 0 to 3 for a ranker."""
    table = counts()
    return replace(table, y=np.minimum(table.y, 3).astype("int64"))


CASES = [
    Case("binary", model(LGBMClassifier), cancer, verify=True),
    Case("binary_whole", model(LGBMClassifier), cancer, options=WHOLE),
    Case("binary_flat", model(LGBMClassifier), cancer, options=FLAT),
    Case("binary_missing", model(LGBMClassifier), holed_cancer, rows=90),
    Case("binary_missing_whole", model(LGBMClassifier), holed_cancer, rows=90, options=WHOLE),
    Case("binary_no_missing", model(LGBMClassifier, use_missing=False), cancer),
    Case("binary_sigmoid", model(LGBMClassifier, sigmoid=0.7), blobs),
    Case("binary_unbalanced", model(LGBMClassifier, is_unbalance=True, boost_from_average=False), blobs),
    Case("multiclass", model(LGBMClassifier, n_estimators=4), wine, verify=True),
    Case("multiclass_missing", model(LGBMClassifier, n_estimators=4), lambda: punch(wine()), rows=90),
    Case("categories", kinds(LGBMClassifier, late_flights, cat_smooth=1.0), late_flights, rows=120),
    Case("categories_onehot", kinds(LGBMClassifier, late_flights, max_cat_to_onehot=40), late_flights, rows=120),
    Case(
        "categories_integer",
        kinds(LGBMClassifier, late_flights, "month", min_data_per_group=10),
        late_flights,
        rows=120,
    ),
    Case("categories_multiclass", kinds(LGBMClassifier, origins, n_estimators=3), origins, rows=120),
    Case("categories_regressor", kinds(LGBMRegressor, delays, min_data_per_group=10), delays, rows=120),
    Case("forest", model(LGBMClassifier, boosting_type="rf", subsample=0.6, subsample_freq=1), cancer),
    Case(
        "forest_regressor",
        model(LGBMRegressor, boosting_type="rf", subsample=0.6, subsample_freq=1),
        diabetes,
    ),
    Case("dart", model(LGBMClassifier, boosting_type="dart", drop_rate=0.5), holed_cancer),
    Case("goss", model(LGBMRegressor, data_sample_strategy="goss"), diabetes),
    Case("regressor", model(LGBMRegressor), diabetes, verify=True),
    Case("regressor_missing", model(LGBMRegressor), lambda: punch(diabetes()), rows=90),
    Case("regressor_l1", model(LGBMRegressor, objective="regression_l1"), diabetes),
    Case("regressor_quantile", model(LGBMRegressor, objective="quantile", alpha=0.8), diabetes),
    Case("regressor_huber", model(LGBMRegressor, objective="huber"), diabetes),
    Case("poisson", model(LGBMRegressor, objective="poisson"), lambda: punch(counts())),
    Case("gamma", model(LGBMRegressor, objective="gamma"), amounts),
    Case("tweedie", model(LGBMRegressor, objective="tweedie"), amounts),
    Case("ranker", model(LGBMRanker), grades, fit={"estimator__group": np.full(30, 20)}),
]

if __name__ == "__main__":
    sys.exit(run("lightgbm", CASES, export))
