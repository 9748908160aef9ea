"""Numeric preprocessing of scikit-learn before a simple model, exported by sklearn2pmml.

python tests/train/scaling_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from case import Case, run
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn2pmml.decoration import ContinuousDomain
from sklearn2pmml.preprocessing import AggregateTransformer, CastTransformer, CutTransformer, PowerFunctionTransformer
from sklearn2pmml.util import Expression
from sklearn_cases import export
from steps import beyond, columns, formulas, into, logistic, marked, pick, regression_tree, tree
from tables import Table, amounts, cancer, diabetes, iris, lengths, punch, wine

SCALED_AND_BINNED = FeatureUnion([("scaled", StandardScaler()), ("binned", KBinsDiscretizer(3))])
ROUNDED = columns(
    sin=(FunctionTransformer(np.sin), ["bmi"]),
    rint=(FunctionTransformer(np.rint), ["s5"]),
    sign=(FunctionTransformer(np.sign), ["s3"]),
    reciprocal=(FunctionTransformer(np.reciprocal), ["bp"]),
)
SUMMED = columns(
    sum=(AggregateTransformer("sum"), ["s1", "s2", "s3"]),
    max=(AggregateTransformer("max"), ["bmi", "bp"]),
    avg=(AggregateTransformer("avg"), ["s4", "s5", "s6"]),
    min=(AggregateTransformer("min"), ["s1", "s2"]),
    product=(AggregateTransformer("prod"), ["age", "bmi"]),
)


def of(function: np.ufunc) -> object:
    """A step that applies this function to three columns of diabetes."""
    return columns(function=(FunctionTransformer(function), ["bmi", "bp", "s5"]))


# What is exported is its source, which may have neither types nor a docstring: statements made of earlier ones and of a
# parameter that is set anew (and has no column's name, which the exporter would mistake it for).
def excess(mass, pressure):
    mass = mass - 25
    doubled = mass * 2
    both = doubled + pressure
    return both * doubled


def calls(function: Callable[..., float], *expressions: str) -> FeatureUnion:
    """Expressions that call a function of one's own."""
    return formulas(*(Expression(text, function_defs=[function]) for text in expressions))


def holed_diabetes() -> Table:
    return punch(diabetes())


def holed_cancer() -> Table:
    return punch(cancer())


SCALERS = [
    Case("min_max", into(logistic, MinMaxScaler()), wine),
    Case("min_max_clip", into(Ridge, MinMaxScaler((-1, 2), clip=True)), diabetes),
    Case("max_abs", into(logistic, MaxAbsScaler()), cancer),
    Case("robust", into(Ridge, RobustScaler()), diabetes),
    Case("standard_no_mean", into(Ridge, StandardScaler(with_mean=False)), diabetes),
    Case("normalizer", into(Ridge, Normalizer("l1")), diabetes),
    Case("quantile", into(Ridge, QuantileTransformer(n_quantiles=20)), amounts, edit=beyond),
    Case("power_yeo_johnson", into(Ridge, PowerTransformer()), diabetes),
    Case("power_box_cox", into(Ridge, PowerTransformer(method="box-cox")), lengths),
    Case("polynomial", into(Ridge, PolynomialFeatures(2)), lengths),
    Case("polynomial_interactions", into(Ridge, PolynomialFeatures(3, interaction_only=True)), lengths),
    Case("bins_ordinal", into(tree, KBinsDiscretizer(4, encode="ordinal")), iris, edit=beyond),
    Case("bins_onehot", into(logistic, KBinsDiscretizer(4, encode="onehot")), iris, edit=beyond),
    Case(
        "bins_cut",
        into(regression_tree, pick("bmi"), CutTransformer([0, 20, 25, 30, 60], labels=False)),
        lambda: diabetes(),
    ),
    Case("binarizer", into(logistic, Binarizer(threshold=3.0)), iris),
    Case("pca", into(logistic, StandardScaler(), PCA(4, whiten=True)), wine),
    Case("svd", into(Ridge, TruncatedSVD(4, random_state=0)), diabetes),
    Case("select_best", into(logistic, StandardScaler(), SelectKBest(k=4)), wine),
    Case("variance_threshold", into(logistic, StandardScaler(with_std=False), VarianceThreshold(0.5)), iris),
    Case("union", into(logistic, SCALED_AND_BINNED), iris),
]

FUNCTIONS = [
    Case("log1p", into(Ridge, of(np.log1p)), diabetes),
    Case("log10", into(Ridge, of(np.log10)), diabetes),
    Case("sqrt", into(Ridge, of(np.sqrt)), diabetes),
    Case("sin_rint_sign", into(Ridge, ROUNDED), diabetes),
    Case("power_function", into(Ridge, PowerFunctionTransformer(3)), lengths),
    Case("aggregates", into(Ridge, SUMMED), diabetes),
    Case("cast_integer", into(Ridge, ContinuousDomain(), CastTransformer(int)), diabetes),
    Case("formula_integer", into(Ridge, formulas("int(X['bmi'] / 3)", "int(-X['s1'] / 7)")), diabetes),
    Case(
        "formula_arithmetic",
        into(Ridge, formulas("X['bmi'] * X['bp'] - 3", "X['s1'] / X['s3']", "-X['s5'] ** 2")),
        diabetes,
    ),
    Case(
        "formula_float",
        into(
            Ridge,
            ContinuousDomain(dtype="float32"),
            formulas(
                "2 if X['petal_width'] >= 1.9 else 3",
                "5 if X['petal_length'] in [1.4, 4.5] else 4",
                "X['sepal_width'] * 0.1",
            ),
        ),
        lambda: lengths().to(**dict.fromkeys(lengths().X.columns, "float32")),
    ),
    Case(
        "formula_function",
        into(Ridge, calls(excess, "excess(X['bmi'], X['bp'])", "excess(X['s5'], X['age']) / 10")),
        diabetes,
    ),
    Case(
        "formula_modulo",
        into(regression_tree, formulas("X['age'] % 7", "X['s1'] // 10", "-X['s2'] % 9")),
        diabetes,
    ),
    Case(
        "formula_if",
        into(Ridge, formulas("1.5 if X['bmi'] > 30 else (0.5 if X['bmi'] > 25 else -1.0)")),
        diabetes,
    ),
    Case(
        "formula_logic",
        into(
            tree,
            formulas(
                "X['petal_length'] > 2 and not X['petal_width'] > 1.7",
                "X['sepal_width'] < 3 or X['sepal_length'] >= 6.1",
            ),
        ),
        iris,
    ),
    Case(
        "formula_numpy",
        into(
            Ridge,
            formulas(
                "numpy.log(X['s1'])",
                "numpy.sqrt(X['bmi'])",
                "math.floor(X['s4'])",
                "numpy.exp(-X['s6'] / 100)",
                "numpy.sign(X['s3'] - 50)",
            ),
        ),
        diabetes,
    ),
]

GAPS = [
    Case("impute_mean", into(Ridge, SimpleImputer()), holed_diabetes, rows=90),
    Case(
        "impute_median_indicator",
        into(Ridge, SimpleImputer(strategy="median", add_indicator=True)),
        holed_diabetes,
        rows=90,
    ),
    Case("impute_most_frequent", into(Ridge, SimpleImputer(strategy="most_frequent")), holed_diabetes, rows=90),
    Case(
        "impute_constant",
        into(tree, SimpleImputer(strategy="constant", fill_value=-1.0)),
        holed_cancer,
        rows=90,
    ),
    Case("impute_scaled", into(logistic, SimpleImputer(), StandardScaler()), holed_cancer, rows=90),
    Case(
        "scaled_impute",
        into(logistic, StandardScaler(), SimpleImputer(add_indicator=True)),
        holed_cancer,
        rows=90,
    ),
    Case(
        "formula_missing",
        into(
            Ridge,
            formulas("0 if pandas.isnull(X['bmi']) else X['bmi']", "1 if pandas.notnull(X['s5']) else 2"),
        ),
        holed_diabetes,
        rows=90,
    ),
    Case(
        "formula_default",
        into(Ridge, formulas("X['bmi'] + X['bp']", map_missing_to=-5.0)),
        lambda: punch(diabetes().only("bmi", "bp")),
        rows=90,
    ),
]

TREATMENTS = [
    Case(
        "domain_mean",
        into(Ridge, ContinuousDomain(missing_value_treatment="as_mean", missing_value_replacement=30.0)),
        holed_diabetes,
        rows=90,
    ),
    Case(
        "domain_sentinel",
        into(Ridge, ContinuousDomain(missing_values=-999.0, missing_value_replacement=2.5, with_data=False)),
        lengths,
        edit=marked,
    ),
    Case(
        "domain_invalid_as_is",
        into(Ridge, ContinuousDomain(invalid_value_treatment="as_is")),
        lengths,
        edit=beyond,
    ),
    Case(
        "domain_invalid_as_missing",
        into(Ridge, ContinuousDomain(invalid_value_treatment="as_missing"), SimpleImputer()),
        diabetes,
        edit=beyond,
    ),
    Case(
        "domain_invalid_as_value",
        into(Ridge, ContinuousDomain(invalid_value_treatment="as_value", invalid_value_replacement=1.25)),
        lengths,
        edit=beyond,
    ),
    Case(
        "domain_outliers_clipped",
        into(Ridge, ContinuousDomain(outlier_treatment="as_extreme_values", low_value=1.0, high_value=5.0)),
        lengths,
    ),
    *[
        Case(
            f"domain_invalid_and_{treatment}",
            into(
                Ridge,
                ContinuousDomain(
                    outlier_treatment=treatment,
                    low_value=1.0,
                    high_value=5.0,
                    invalid_value_treatment="as_is",
                    missing_value_replacement=2.0,
                ),
            ),
            lengths,
            edit=beyond,
        )
        for treatment in ("as_extreme_values", "as_missing_values")
    ],
    Case(
        "domain_outliers_missing",
        into(
            Ridge,
            ContinuousDomain(outlier_treatment="as_missing_values", low_value=1.0, high_value=5.0),
            SimpleImputer(),
        ),
        lengths,
    ),
    Case("domain_statistics", into(tree, ContinuousDomain(with_statistics=True)), iris, verify=True),
]

if __name__ == "__main__":
    sys.exit(run("sklearn", [*SCALERS, *FUNCTIONS, *GAPS, *TREATMENTS], export))
