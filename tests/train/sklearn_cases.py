"""Trees, regressions and ensembles of scikit-learn, exported by sklearn2pmml.

python tests/train/sklearn_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from case import Case, run
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    HuberRegressor,
    Lasso,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDRegressor,
    TweedieRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.decoration import CategoricalDomain, ContinuousDomain
from sklearn2pmml.pipeline import PMMLPipeline
from tables import (
    amounts,
    blobs,
    cancer,
    cancer_flags,
    counts,
    delays,
    diabetes,
    flights,
    iris,
    punch,
    single,
    wine,
)

WHOLE = {"compact": False}
FLAT = {"compact": True, "flat": True}
HOLES = {"allow_missing": True}


def alone(estimator: Callable[..., Any], *parts: Any, **settings: Any) -> Callable[[], PMMLPipeline]:
    """A pipeline of this estimator alone."""
    return lambda: PMMLPipeline([("estimator", estimator(*parts, **settings))])


def after(step: Callable[[], Any], estimator: Callable[..., Any], **settings: Any) -> Callable[[], PMMLPipeline]:
    """A pipeline of a preprocessing step and this estimator."""
    return lambda: PMMLPipeline([("step", step()), ("estimator", estimator(**settings))])


def encoded() -> ColumnTransformer:
    """The flights' columns, categories by their number, missing and unknown ones kept missing."""
    names = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return ColumnTransformer(
        [
            ("names", names, ["carrier", "origin", "engine"]),
            ("numbers", "passthrough", ["month", "hour", "distance", "plane_year", "temp", "wind_gust"]),
        ]
    )


def boosted(estimator: Callable[..., Any], **settings: Any) -> Callable[[], PMMLPipeline]:
    """Histogram gradient boosting on the flights' columns, with categories and missing values of its own."""
    return after(encoded, estimator, max_iter=8, max_leaf_nodes=8, categorical_features=[0, 1, 2], **settings)


def flights_domains() -> ColumnTransformer:
    """Domains that let unknown carriers pass as missing, before the trees see the flights' columns."""
    names = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return ColumnTransformer(
        [
            (
                "names",
                PMMLPipeline([("domain", CategoricalDomain(invalid_value_treatment="as_missing")), ("code", names)]),
                ["carrier", "origin"],
            ),
            ("counts", ContinuousDomain(invalid_value_treatment="as_is"), ["hour", "distance"]),
            ("measures", ContinuousDomain(invalid_value_treatment="as_missing"), ["temp"]),
        ]
    )


def strangers(rows: pd.DataFrame) -> pd.DataFrame:
    """Some carriers that the model never saw."""
    return rows.assign(carrier=rows["carrier"].mask(rows.index % 7 == 3, "ZZ"))


def isolation(model: Any, rows: pd.DataFrame) -> dict[str, Any]:
    """What an isolation forest's document answers: the decision function and whether the row is an outlier."""
    return {"decisionFunction": model.decision_function(rows), "outlier": model.predict(rows) == -1}


TREES = [
    Case("tree_binary", alone(DecisionTreeClassifier, max_depth=5), cancer, verify=True),
    Case("tree_binary_whole", alone(DecisionTreeClassifier, max_depth=5), cancer, options=WHOLE),
    Case("tree_boolean_target", alone(DecisionTreeClassifier, max_depth=4), cancer_flags),
    Case("tree_multiclass", alone(DecisionTreeClassifier, max_depth=4), iris, rows=150),
    Case("tree_multiclass_flat", alone(DecisionTreeClassifier, max_depth=4), iris, rows=150, options=FLAT),
    Case("tree_integer_target", alone(DecisionTreeClassifier, min_samples_leaf=3), wine),
    Case("tree_missing", alone(DecisionTreeClassifier, max_depth=6), lambda: punch(wine()), options=HOLES),
    Case(
        "tree_missing_whole",
        alone(DecisionTreeClassifier, max_depth=6),
        lambda: punch(wine()),
        options=HOLES | WHOLE,
    ),
    Case("tree_regressor", alone(DecisionTreeRegressor, max_depth=6), diabetes, verify=True),
    Case(
        "tree_regressor_missing",
        alone(DecisionTreeRegressor, max_depth=6),
        lambda: punch(diabetes()),
        options=HOLES,
    ),
    Case("tree_regressor_poisson", alone(DecisionTreeRegressor, criterion="poisson", max_depth=5), counts),
    Case("tree_extra", alone(ExtraTreeClassifier, max_depth=5, random_state=0), wine),
]

FORESTS = [
    Case(
        "forest_binary",
        alone(RandomForestClassifier, n_estimators=9, max_depth=5, random_state=0),
        cancer,
        verify=True,
    ),
    Case(
        "forest_multiclass",
        alone(RandomForestClassifier, n_estimators=9, max_depth=4, random_state=0),
        iris,
        rows=150,
    ),
    Case(
        "forest_flat",
        alone(RandomForestClassifier, n_estimators=7, max_depth=4, random_state=0),
        wine,
        options=FLAT,
    ),
    Case(
        "forest_missing",
        alone(RandomForestClassifier, n_estimators=7, max_depth=5, random_state=0),
        lambda: punch(wine()),
        options=HOLES,
    ),
    Case(
        "forest_regressor",
        alone(RandomForestRegressor, n_estimators=8, max_depth=5, random_state=0),
        diabetes,
    ),
    Case(
        "forest_regressor_missing",
        alone(RandomForestRegressor, n_estimators=6, max_depth=5, random_state=0),
        lambda: punch(diabetes()),
        options=HOLES,
    ),
    Case("extra_trees", alone(ExtraTreesClassifier, n_estimators=8, max_depth=5, random_state=0), blobs),
    Case(
        "extra_trees_regressor",
        alone(ExtraTreesRegressor, n_estimators=8, max_depth=5, random_state=0),
        diabetes,
    ),
    Case(
        "bagging",
        alone(BaggingClassifier, DecisionTreeClassifier(max_depth=4), n_estimators=5, random_state=0),
        wine,
    ),
    Case(
        "bagging_features",
        alone(
            BaggingClassifier,
            DecisionTreeClassifier(max_depth=4),
            n_estimators=6,
            max_features=0.6,
            random_state=0,
        ),
        cancer,
    ),
    Case(
        "bagging_regressor",
        alone(BaggingRegressor, LinearRegression(), n_estimators=4, max_features=0.5, random_state=0),
        diabetes,
    ),
    Case(
        "adaboost",
        alone(AdaBoostClassifier, DecisionTreeClassifier(max_depth=2), n_estimators=9, random_state=0),
        cancer,
    ),
    Case(
        "adaboost_regressor",
        alone(AdaBoostRegressor, DecisionTreeRegressor(max_depth=3), n_estimators=9, random_state=0),
        diabetes,
    ),
    Case(
        "isolation_forest",
        alone(IsolationForest, n_estimators=12, max_samples=64, random_state=0),
        iris,
        rows=150,
        values=isolation,
    ),
    Case(
        "isolation_forest_contamination",
        alone(IsolationForest, n_estimators=9, contamination=0.1, random_state=0),
        blobs,
        values=isolation,
    ),
]

BOOSTING = [
    Case("gbm_binary", alone(GradientBoostingClassifier, n_estimators=12, random_state=0), cancer, verify=True),
    Case("gbm_multiclass", alone(GradientBoostingClassifier, n_estimators=6, random_state=0), wine),
    Case(
        "gbm_exponential",
        alone(GradientBoostingClassifier, loss="exponential", n_estimators=12, random_state=0),
        blobs,
    ),
    Case("gbm_regressor", alone(GradientBoostingRegressor, n_estimators=15, random_state=0), diabetes),
    Case(
        "gbm_regressor_huber",
        alone(GradientBoostingRegressor, loss="huber", n_estimators=12, random_state=0),
        diabetes,
    ),
    Case(
        "gbm_regressor_quantile",
        alone(GradientBoostingRegressor, loss="quantile", n_estimators=12, random_state=0),
        diabetes,
    ),
    Case("hist_binary", alone(HistGradientBoostingClassifier, max_iter=9, max_leaf_nodes=8), cancer),
    Case(
        "hist_binary_missing",
        alone(HistGradientBoostingClassifier, max_iter=9, max_leaf_nodes=8),
        lambda: punch(cancer()),
    ),
    Case(
        "hist_multiclass_missing",
        alone(HistGradientBoostingClassifier, max_iter=5, max_leaf_nodes=8),
        lambda: punch(wine()),
    ),
    Case("hist_categories", boosted(HistGradientBoostingClassifier), flights, rows=120),
    Case("hist_categories_regressor", boosted(HistGradientBoostingRegressor), delays, rows=120),
    Case(
        "hist_regressor_missing",
        alone(HistGradientBoostingRegressor, max_iter=12, max_leaf_nodes=8),
        lambda: punch(diabetes()),
    ),
    Case(
        "hist_domains",
        after(flights_domains, HistGradientBoostingClassifier, max_iter=8, max_leaf_nodes=8),
        flights,
        rows=90,
        edit=strangers,
    ),
]

REGRESSIONS = [
    Case("logistic_binary", after(StandardScaler, LogisticRegression), cancer, verify=True),
    Case("logistic_boolean_target", after(StandardScaler, LogisticRegression), cancer_flags),
    Case("logistic_integer_target", alone(LogisticRegression, max_iter=500), blobs),
    Case("logistic_multinomial", alone(LogisticRegression, max_iter=500), iris, rows=150, verify=True),
    Case("logistic_one_vs_rest", alone(OneVsRestClassifier, LogisticRegression(max_iter=500)), iris, rows=150),
    Case(
        "logistic_l1",
        after(StandardScaler, LogisticRegression, l1_ratio=1.0, solver="liblinear", C=0.1),
        cancer,
    ),
    Case("logistic_cv", after(StandardScaler, LogisticRegressionCV, Cs=3, cv=3), wine),
    Case("ridge_classifier", after(StandardScaler, RidgeClassifier), wine),
    Case("sgd_logistic", after(StandardScaler, SGDClassifier, loss="log_loss", random_state=0), cancer),
    Case("sgd_multiclass", after(StandardScaler, SGDClassifier, loss="log_loss", random_state=0), wine),
    Case("linear", alone(LinearRegression), diabetes, verify=True),
    Case("ridge", after(StandardScaler, Ridge), diabetes),
    Case("lasso", after(StandardScaler, Lasso, alpha=2.0), diabetes),
    Case("elastic_net", after(StandardScaler, ElasticNet, alpha=0.3), diabetes),
    Case("huber", after(StandardScaler, HuberRegressor), diabetes),
    Case("sgd_regressor", after(StandardScaler, SGDRegressor, random_state=0), diabetes),
    Case("poisson", alone(PoissonRegressor), counts),
    Case("gamma", alone(GammaRegressor), amounts),
    Case("tweedie", alone(TweedieRegressor, power=1.5), amounts),
    Case(
        "log_target",
        alone(TransformedTargetRegressor, LinearRegression(), func=np.log, inverse_func=np.exp),
        amounts,
    ),
]


def linear_and_tree() -> list[tuple[str, Any]]:
    return [
        ("logistic", LogisticRegression(max_iter=2000)),
        ("tree", DecisionTreeClassifier(max_depth=4, random_state=0)),
    ]


def regressors() -> list[tuple[str, Any]]:
    return [("linear", LinearRegression()), ("tree", DecisionTreeRegressor(max_depth=4, random_state=0))]


COMBINED = [  # a document with a tree reads every input as a float32, in its linear parts too
    Case("voting_soft", alone(VotingClassifier, linear_and_tree(), voting="soft"), lambda: single(blobs())),
    Case(
        "voting_weights",
        alone(VotingClassifier, linear_and_tree(), voting="soft", weights=[3, 1]),
        lambda: single(iris()),
    ),
    Case(
        "voting_hard",
        alone(
            VotingClassifier,
            [*linear_and_tree(), ("forest", RandomForestClassifier(5, max_depth=3, random_state=0))],
            voting="hard",
        ),
        lambda: single(wine()),
    ),
    Case("voting_regressor", alone(VotingRegressor, regressors(), weights=[1, 2]), lambda: single(diabetes())),
    Case(
        "stacking",
        alone(StackingClassifier, linear_and_tree(), LogisticRegression()),
        lambda: single(blobs()),
    ),
    Case(
        "stacking_multiclass",
        alone(StackingClassifier, linear_and_tree(), LogisticRegression(max_iter=500)),
        lambda: single(iris()),
    ),
    Case(
        "stacking_passthrough",
        alone(StackingClassifier, linear_and_tree(), LogisticRegression(max_iter=900), passthrough=True),
        lambda: single(blobs()),
    ),
    Case("stacking_regressor", alone(StackingRegressor, regressors(), Ridge()), lambda: single(diabetes())),
    Case(
        "calibrated_sigmoid",
        alone(CalibratedClassifierCV, DecisionTreeClassifier(max_depth=3), cv=3),
        lambda: single(blobs()),
    ),
    Case(
        "calibrated_isotonic",
        alone(CalibratedClassifierCV, LogisticRegression(max_iter=500), method="isotonic", cv=3),
        lambda: single(blobs()),
    ),
]


def export(case: Case, model: PMMLPipeline, path: Path) -> None:
    """Write the document with sklearn2pmml, which needs Java."""
    if case.options:
        model.configure(**case.options)
    sklearn2pmml(model, str(path))


if __name__ == "__main__":
    sys.exit(run("sklearn", [*TREES, *FORESTS, *BOOSTING, *REGRESSIONS, *COMBINED], export))
