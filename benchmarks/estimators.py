"""The estimators of the benchmark's models: what each name in models.py is trained as. Trainers are imported late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

Estimator = Callable[[pd.DataFrame], Any]

ESTIMATORS: dict[str, Estimator] = {}
"""By model name: a function of the inputs to a pipeline that is ready to be trained."""


def estimator(function: Estimator) -> Estimator:
    """Enter the function into the table under its own name."""
    ESTIMATORS[function.__name__] = function
    return function


def _pipeline(*steps: Any) -> Any:
    from sklearn2pmml.pipeline import PMMLPipeline

    return PMMLPipeline([(f"step{place}", step) for place, step in enumerate(steps)])


@estimator
def logistic(inputs: pd.DataFrame) -> Any:
    from sklearn.linear_model import LogisticRegression

    return _pipeline(LogisticRegression(max_iter=1000))


@estimator
def onehot(inputs: pd.DataFrame) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import OneHotEncoder

    words = [name for name in inputs if inputs[name].dtype == object]
    encoder = ColumnTransformer([("words", OneHotEncoder(), words)], remainder="passthrough")
    return _pipeline(encoder, LinearRegression())


@estimator
def tree(inputs: pd.DataFrame) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return _pipeline(DecisionTreeClassifier(max_depth=10, random_state=0))


@estimator
def gbm(inputs: pd.DataFrame) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    return _pipeline(GradientBoostingRegressor(n_estimators=100, max_depth=5, random_state=0))


@estimator
def xgboost(inputs: pd.DataFrame) -> Any:
    from xgboost import XGBRegressor

    return _pipeline(XGBRegressor(n_estimators=500, max_depth=6, random_state=0, n_jobs=2))


@estimator
def lightgbm(inputs: pd.DataFrame) -> Any:
    from lightgbm import LGBMRegressor
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OrdinalEncoder

    words = [name for name in inputs if inputs[name].dtype == object]
    encoder = ColumnTransformer([("words", OrdinalEncoder(), words)], remainder="passthrough")
    model = LGBMRegressor(n_estimators=500, num_leaves=63, random_state=0, n_jobs=2, verbosity=-1)
    pipeline = _pipeline(encoder, model)
    pipeline.fit_options = {"step1__categorical_feature": list(range(len(words)))}
    return pipeline


@estimator
def random_forest(inputs: pd.DataFrame) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return _pipeline(RandomForestClassifier(200, max_depth=12, random_state=0, n_jobs=2))


@estimator
def mlp(inputs: pd.DataFrame) -> Any:
    from sklearn.neural_network import MLPClassifier

    return _pipeline(MLPClassifier((64, 32), max_iter=15, random_state=0))


@estimator
def svm(inputs: pd.DataFrame) -> Any:
    from sklearn.svm import SVC

    return _pipeline(SVC(kernel="rbf"))


@estimator
def kmeans(inputs: pd.DataFrame) -> Any:
    from sklearn.cluster import KMeans

    return _pipeline(KMeans(10, n_init=1, random_state=0))


@estimator
def naive_bayes(inputs: pd.DataFrame) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return _pipeline(GaussianNB())


@estimator
def text(inputs: pd.DataFrame) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn2pmml.feature_extraction.text import Splitter

    words = CountVectorizer(max_features=50, tokenizer=Splitter(), token_pattern=None)
    return _pipeline(ColumnTransformer([("words", words, "text")]), LogisticRegression(max_iter=1000))
