"""Categories, texts and dates before a simple model, and what comes after a model, exported by sklearn2pmml.

python tests/train/category_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
from case import Case, run
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder
from sklearn2pmml.decoration import (
    Alias,
    CategoricalDomain,
    DateDomain,
    DateTimeDomain,
    OrdinalDomain,
)
from sklearn2pmml.feature_extraction.text import Matcher, Splitter
from sklearn2pmml.pipeline import PMMLPipeline
from sklearn2pmml.preprocessing import (
    ConcatTransformer,
    DaysSinceYearTransformer,
    ExpressionTransformer,
    FilterLookupTransformer,
    LookupTransformer,
    MatchesTransformer,
    MultiLookupTransformer,
    PMMLLabelBinarizer,
    ReplaceTransformer,
    SecondsSinceMidnightTransformer,
    SecondsSinceYearTransformer,
    StringLengthTransformer,
    StringNormalizer,
    SubstringTransformer,
    WordCountTransformer,
)
from sklearn_cases import export, strangers
from steps import columns, into, logistic, pick, regression_tree, tree
from tables import Table, diabetes, flights, moments, planes, texts

ROUTE = ["carrier", "origin"]
EASTERN = {"EWR": 1.0, "JFK": 2.0}
ALLIANCE = {("UA", "EWR"): "star", ("AA", "JFK"): "one", ("DL", "LGA"): "sky"}


def onehot(**settings: Any) -> OneHotEncoder:
    return OneHotEncoder(sparse_output=False, **settings)


def spelled(column: str, *steps: Any) -> Any:
    """A tree over one text column after these steps, the values one-hot."""
    return into(tree, pick(column), *steps, onehot(handle_unknown="ignore"))


def routes() -> Table:
    return flights().only(*ROUTE)


def engines() -> Table:
    """Flights' engines, one in six missing, with their distance."""
    return flights().only("engine", "carrier", "distance")


def words(vectorizer: Any) -> Any:
    """A bag of words of the column ``text``."""
    return ColumnTransformer([("bag", vectorizer, "text")])


def doubled(model: Any, rows: pd.DataFrame) -> Any:
    return model.predict_transform(rows)[:, 1]


ENCODERS = [
    Case(
        "onehot_ignore",
        into(logistic, onehot(handle_unknown="ignore")),
        routes,
        rows=90,
        edit=strangers,
        holes=False,
    ),
    Case(
        "onehot_infrequent",
        into(logistic, onehot(handle_unknown="infrequent_if_exist", min_frequency=150)),
        routes,
        holes=False,
    ),
    Case("onehot_drop_first", into(logistic, onehot(drop="first")), routes, holes=False),
    Case(
        "onehot_domain",
        into(
            logistic,
            CategoricalDomain(invalid_value_treatment="as_missing"),
            SimpleImputer(strategy="most_frequent", missing_values=None),
            onehot(),
        ),
        routes,
        edit=strangers,
    ),
    Case(
        "ordinal_unknown",
        into(tree, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)),
        routes,
        rows=90,
        edit=strangers,
        holes=False,
    ),
    Case("target_encoder", into(logistic, TargetEncoder(random_state=0)), routes, holes=False),
    Case(
        "label_binarizer",
        into(logistic, columns(a=(PMMLLabelBinarizer(), ["carrier"]), b=(PMMLLabelBinarizer(), ["engine"]))),
        engines,
        rows=90,
    ),
    Case("lookup", into(tree, pick("origin"), LookupTransformer(EASTERN, 3.0)), routes, holes=False),
    Case(
        "lookup_filter",
        into(logistic, pick("origin"), FilterLookupTransformer({"EWR": "JFK"}), onehot()),
        routes,
        holes=False,
    ),
    Case(
        "lookup_pairs",
        into(logistic, columns(a=(make_pipeline(MultiLookupTransformer(ALLIANCE, "none"), onehot()), ROUTE))),
        routes,
        holes=False,
    ),
    Case(
        "domain_category_value",
        into(
            logistic,
            CategoricalDomain(invalid_value_treatment="as_value", invalid_value_replacement="UA", with_statistics=True),
            onehot(),
        ),
        lambda: flights().only("carrier"),
        holes=False,
        edit=strangers,
    ),
    Case(
        "domain_category_replaced",
        into(logistic, CategoricalDomain(missing_value_replacement="UA"), onehot()),
        lambda: flights().only("carrier"),
        rows=90,
    ),
    Case(
        "domain_ordinal",
        into(
            tree,
            columns(
                a=(make_pipeline(OrdinalDomain(), OrdinalEncoder()), ["month"]),
                b=("passthrough", ["distance"]),
            ),
        ),
        lambda: flights().only("month", "distance"),
        holes=False,
    ),
]

TEXTS = [
    Case("text_upper", spelled("engine", StringNormalizer("upper")), planes),
    Case("text_substring", spelled("model", SubstringTransformer(0, 3)), planes),
    Case("text_replace", spelled("model", ReplaceTransformer(r"[0-9-]+", "#")), planes),
    Case("text_replace_groups", spelled("model", ReplaceTransformer(r"([A-Z]+)-?(\d)\w*", r"\1_\2")), planes),
    Case("text_matches", spelled("model", MatchesTransformer(r"A3[123]\d|7[3-8]7")), planes),
    Case("text_length", into(tree, pick("model"), StringLengthTransformer()), planes),
    Case(
        "text_words",
        into(tree, columns(a=(WordCountTransformer(), ["type"]), b=(WordCountTransformer(), ["manufacturer"]))),
        planes,
    ),
    Case(
        "text_concat",
        into(tree, CategoricalDomain(), ConcatTransformer("/"), onehot(handle_unknown="ignore")),
        lambda: planes().only("engine", "type"),
    ),
    Case(
        "text_formula",
        into(
            tree,
            CategoricalDomain(),
            ExpressionTransformer("X[0][0:3].lower() + '-' + X[1]"),
            onehot(handle_unknown="ignore"),
        ),
        lambda: planes().only("manufacturer", "engine"),
    ),
    Case(
        "text_formula_in",
        into(
            tree,
            CategoricalDomain(),
            ExpressionTransformer("1 if X[0] in ['BOEING', 'AIRBUS'] else (2 if X[1] == 'Turbo-jet' else 3)"),
        ),
        lambda: planes().only("manufacturer", "engine"),
    ),
    Case(
        "words_count",
        into(logistic, words(CountVectorizer(max_features=25, tokenizer=Splitter(), token_pattern=None))),
        texts,
    ),
    Case(
        "words_binary",
        into(
            logistic,
            words(CountVectorizer(max_features=20, binary=True, tokenizer=Splitter(), token_pattern=None)),
        ),
        texts,
    ),
    Case(
        "words_tfidf",
        into(
            logistic,
            words(TfidfVectorizer(max_features=25, norm=None, tokenizer=Matcher(), token_pattern=None)),
        ),
        texts,
    ),
    Case(
        "words_tfidf_sublinear",
        into(
            logistic,
            words(
                TfidfVectorizer(
                    max_features=20,
                    norm=None,
                    sublinear_tf=True,
                    stop_words=["the", "of"],
                    tokenizer=Splitter(),
                    token_pattern=None,
                )
            ),
        ),
        texts,
    ),
    Case(
        "words_pairs",
        into(
            logistic,
            words(CountVectorizer(max_features=20, ngram_range=(1, 2), tokenizer=Splitter(), token_pattern=None)),
        ),
        texts,
    ),
]

DATES = [
    Case(
        "days_since",
        into(regression_tree, DateDomain(), DaysSinceYearTransformer(2010)),
        lambda: moments().only("day"),
    ),
    Case(
        "seconds_since",
        into(regression_tree, DateTimeDomain(), SecondsSinceYearTransformer(1990)),
        lambda: moments().only("moment"),
    ),
    Case(
        "seconds_midnight",
        into(regression_tree, DateTimeDomain(), SecondsSinceMidnightTransformer()),
        lambda: moments().only("moment"),
    ),
]


def after(model: Any, **ends: Any) -> Any:
    """A pipeline of the model alone and transformers of its answers."""
    return lambda: PMMLPipeline([("model", model())], **ends)


ANSWERS = [
    Case(
        "answer_formula",
        after(
            LinearRegression,
            predict_transformer=Alias(ExpressionTransformer("X[0] * 2 + 1"), "twice", prefit=True),
        ),
        diabetes,
        extra={"twice": doubled},
    ),
]

if __name__ == "__main__":
    sys.exit(run("sklearn", [*ENCODERS, *TEXTS, *DATES, *ANSWERS], export))
