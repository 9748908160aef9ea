"""Vector machines, networks, neighbours and the like, of scikit-learn, by sklearn2pmml and nyoka.

python tests/train/model_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import nyoka_cases
import pandas as pd
from case import Case, run
from lightgbm import LGBMRegressor
from nyoka_cases import pipe
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.isotonic import IsotonicRegression
from sklearn.kernel_ridge import KernelRidge
from sklearn.naive_bayes import ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestCentroid
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM
from sklearn_cases import WHOLE, after, alone, export, isolation
from tables import Table, blobs, cancer, diabetes, iris, lengths, wine

NET = {"hidden_layer_sizes": (6, 4), "max_iter": 400, "random_state": 0}


def labels(model: Any, rows: pd.DataFrame) -> Mapping[str, Any]:
    """The answers alone, of models whose probabilities no document carries."""
    return {"prediction": model.predict(rows)}


def cluster(model: Any, rows: pd.DataFrame) -> Mapping[str, Any]:
    """The number of the nearest cluster, as text."""
    return {"prediction": [str(number) for number in model.predict(rows)]}


def few() -> Table:
    """120 patients: a document of neighbours holds them all."""
    table = diabetes()
    return Table(table.X.head(120), table.y.head(120))


VECTORS = [
    Case("svc_rbf", after(StandardScaler, SVC), wine, values=labels),
    Case("svc_rbf_binary", after(StandardScaler, SVC), cancer, values=labels),
    Case("svc_poly", after(StandardScaler, SVC, kernel="poly", degree=2, coef0=1.0), wine, values=labels),
    Case("svc_sigmoid", after(StandardScaler, SVC, kernel="sigmoid"), cancer, values=labels),
    Case("svc_linear", after(StandardScaler, SVC, kernel="linear"), iris, values=labels),
    Case("nu_svc", after(StandardScaler, NuSVC), iris, values=labels),
    Case("svr", after(StandardScaler, SVR, C=50), lengths),
    Case("svr_poly", after(StandardScaler, SVR, kernel="poly"), lengths),
    Case("nu_svr", after(StandardScaler, NuSVR), lengths),
    Case("one_class_svm", after(StandardScaler, OneClassSVM, nu=0.1), iris, values=isolation),
    Case("linear_svc", after(StandardScaler, LinearSVC), cancer),
    Case("linear_svc_multiclass", after(StandardScaler, LinearSVC), wine),
    Case("linear_svr", after(StandardScaler, LinearSVR), lengths),
]

NETWORKS = [
    Case("mlp_binary", after(StandardScaler, MLPClassifier, **NET), blobs),
    Case("mlp_multiclass", after(StandardScaler, MLPClassifier, **NET), wine),
    Case("mlp_logistic", after(StandardScaler, MLPClassifier, activation="logistic", **NET), iris),
    Case("mlp_tanh", after(StandardScaler, MLPClassifier, activation="tanh", **NET), iris),
    Case("mlp_regressor", after(MinMaxScaler, MLPRegressor, **NET), diabetes),
    Case("mlp_regressor_identity", after(MinMaxScaler, MLPRegressor, activation="identity", **NET), diabetes),
]

NEIGHBOURS = [
    Case("knn", alone(KNeighborsClassifier, 5), iris, values=labels),
    Case("knn_weighted", alone(KNeighborsClassifier, 5, weights="distance", metric="manhattan"), iris, values=labels),
    Case("knn_regressor", alone(KNeighborsRegressor, 4), few),
    Case("knn_regressor_minkowski", alone(KNeighborsRegressor, 4, metric="minkowski", p=3), few),
    Case("kernel_ridge", after(StandardScaler, KernelRidge, kernel="rbf", gamma=0.1), few),
    Case("kernel_ridge_poly", after(StandardScaler, KernelRidge, kernel="poly", degree=2, gamma=0.1), few),
    Case("nearest_centroid", after(StandardScaler, NearestCentroid), iris, values=labels),
    Case("k_means", after(StandardScaler, KMeans, n_clusters=4, random_state=0), wine, values=cluster),
    Case("k_means_batches", alone(MiniBatchKMeans, n_clusters=3, random_state=0), iris, values=cluster),
]

OTHERS = [
    Case("naive_bayes", alone(GaussianNB), iris),
    Case("naive_bayes_binary", alone(GaussianNB), cancer),
    Case("naive_bayes_multinomial", alone(MultinomialNB), iris),
    Case("naive_bayes_complement", alone(ComplementNB), iris),
    Case("discriminant", alone(LinearDiscriminantAnalysis), wine),
    Case("isotonic", alone(IsotonicRegression, out_of_bounds="clip"), lambda: lengths().only("petal_length")),
]

NYOKA = [
    Case("svc", pipe(SVC, StandardScaler()), wine, values=labels),
    Case("svr", pipe(SVR, StandardScaler()), lengths),
    Case("linear_svc", pipe(LinearSVC, StandardScaler()), cancer),
    Case("mlp", pipe(MLPClassifier, StandardScaler(), **NET), wine),
    Case("mlp_regressor", pipe(MLPRegressor, StandardScaler(), **NET), diabetes),
    Case("knn", pipe(KNeighborsClassifier), iris, values=labels),
    Case("knn_regressor", pipe(KNeighborsRegressor), few),
    Case("k_means", pipe(KMeans, n_clusters=3, random_state=0), iris, values=cluster),
]

LIGHTGBM = [
    Case(
        "linear_trees",
        alone(LGBMRegressor, linear_tree=True, n_estimators=7, num_leaves=9, verbosity=-1),
        diabetes,
        options=WHOLE,
    ),
]

if __name__ == "__main__":
    failed = run("sklearn", [*VECTORS, *NETWORKS, *NEIGHBOURS, *OTHERS], export)
    failed += run("nyoka", NYOKA, nyoka_cases.export)
    failed += run("lightgbm", LIGHTGBM, export)
    sys.exit(failed)
