"""Pipelines of Spark ML, exported by pyspark2pmml, and Spark's own answers.

    python tests/train/sparkml_cases.py [WORD ...]

Needs Spark 3.5 beside the packages of requirements.txt: pip install pyspark==3.5.9 pyspark2pmml==0.12.0
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyspark2pmml
from case import Answers, Case, run, text
from pyspark.ml import Pipeline
from pyspark.ml import classification as classes
from pyspark.ml import feature as features
from pyspark.ml import regression as numbers
from pyspark.ml.clustering import KMeans
from pyspark.sql import DataFrame, SparkSession
from tables import Source, Table, amounts, blobs, cancer, counts, delays, diabetes, flights, iris, lengths, punch, texts

COLUMN_TYPES = {"f": "double", "i": "bigint", "O": "string"}


def session() -> SparkSession:
    builder = SparkSession.builder.master("local[1]").config("spark.jars", pyspark2pmml.spark_jars())
    return builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1").getOrCreate()


def to_spark(rows: pd.DataFrame) -> DataFrame:
    """The table in Spark, empty cells as nulls."""
    kinds = ", ".join(f"`{name}` {COLUMN_TYPES[rows[name].dtype.kind]}" for name in rows.columns)
    return session().createDataFrame(rows.astype(object).where(rows.notna(), None), schema=kinds)


@dataclass
class Fitted:
    """A pipeline that is fitted and asked with pandas tables, as case.py does. Answers that are texts are indexed first."""

    stages: list[Any]

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        label = str(y.name)
        if y.dtype == object:
            self.stages.insert(0, features.StringIndexer(inputCol=label, outputCol="label"))
        for stage in self.stages:
            if y.dtype != object and stage.hasParam("labelCol") and not isinstance(stage, features.RFormula):
                stage.set(stage.labelCol, label)
        self.frame = to_spark(X.assign(**{label: y}))
        self.model = Pipeline(stages=self.stages).fit(self.frame)
        self.labels = self.model.stages[0].labels if y.dtype == object else None

    def answers(self, rows: pd.DataFrame) -> Answers:
        """Spark's prediction, by its label, and its probabilities where it has them."""
        scored = self.model.transform(to_spark(rows)).toPandas()
        if self.labels is None and "probability" not in scored:
            return {"prediction": scored["prediction"]}
        chances = np.stack([row.toArray() for row in scored["probability"]]) if "probability" in scored else None
        labels = self.labels or range(chances.shape[1])
        columns = {"prediction": [labels[int(each)] for each in scored["prediction"]]}
        if chances is not None:
            columns |= {f"probability({text(label)})": chances[:, i] for i, label in enumerate(labels)}
        return columns


def case(name: str, table: Source, *stages: Any, **settings: Any) -> Case:
    return Case(name, lambda: Fitted(list(stages)), table, values=Fitted.answers, **settings)


def gather(*names: str, into: str = "features") -> features.VectorAssembler:
    """These columns as the vector that an estimator reads."""
    return features.VectorAssembler(inputCols=list(names), outputCol=into)


def after(step: Callable[..., Any], *names: str, **settings: Any) -> tuple[Any, Any]:
    """These columns as a vector, and the vector as this step makes it."""
    return gather(*names, into="raw"), step(inputCol="raw", outputCol="features", **settings)


def sql(*expressions: str) -> features.SQLTransformer:
    """Each expression as a column f0, f1 ..."""
    named = ", ".join(f"{expression} AS f{i}" for i, expression in enumerate(expressions))
    return features.SQLTransformer(statement=f"SELECT *, {named} FROM __THIS__")


def indexed(*names: str, unknown: str = "error") -> features.StringIndexer:
    codes = [f"{name}_code" for name in names]
    return features.StringIndexer(inputCols=list(names), outputCols=codes, handleInvalid=unknown)


def onehot(*names: str, **settings: Any) -> features.OneHotEncoder:
    return features.OneHotEncoder(
        inputCols=[f"{name}_code" for name in names], outputCols=[f"{name}_flags" for name in names], **settings
    )


def bag(*steps: Any) -> list[Any]:
    """Words of the column ``text`` through steps that each read the one before, to the vector of an estimator."""
    columns = ["text", *(f"words{i}" for i in range(1, len(steps))), "features"]
    return [step.setInputCol(a).setOutputCol(b) for step, a, b in zip(steps, columns[:-1], columns[1:], strict=True)]


def words() -> features.RegexTokenizer:
    return features.RegexTokenizer(pattern=r"\W+")


def routes() -> Table:
    return flights().only("carrier", "origin", "hour", "distance")


def strangers(rows: pd.DataFrame) -> pd.DataFrame:
    """Some carriers that the model never saw."""
    return rows.assign(carrier=rows["carrier"].mask(rows.index % 7 == 3, "ZZ"))


def cases() -> list[Case]:
    flowers, tumours, patients = list(iris().X), list(cancer().X), list(diabetes().X)
    five, six = list(counts().X), list(blobs().X)
    glm = numbers.GeneralizedLinearRegression
    ranges = [-np.inf, 20.0, 25.0, 30.0, np.inf]
    route = ["carrier", "origin"]
    return [
        case("logistic", cancer, gather(*tumours), classes.LogisticRegression()),
        case("logistic_integer", blobs, gather(*six), classes.LogisticRegression(regParam=0.1, elasticNetParam=0.5)),
        case("logistic_multinomial", iris, gather(*flowers), classes.LogisticRegression(), rows=150),
        case("tree", iris, gather(*flowers), classes.DecisionTreeClassifier(), rows=150),
        case("forest", iris, gather(*flowers), classes.RandomForestClassifier(numTrees=6, maxDepth=4, seed=1)),
        case("gbt", cancer, gather(*tumours), classes.GBTClassifier(maxIter=6, maxDepth=4, seed=1)),
        case("naive_bayes", iris, gather(*flowers), classes.NaiveBayes(), rows=150),
        case("perceptron", iris, gather(*flowers), classes.MultilayerPerceptronClassifier(layers=[4, 5, 3], seed=1)),
        case("linear_svc", cancer, gather(*tumours), classes.LinearSVC()),
        case("linear", diabetes, gather(*patients), numbers.LinearRegression(regParam=1.0, elasticNetParam=0.5)),
        case("tree_regressor", diabetes, gather(*patients), numbers.DecisionTreeRegressor()),
        case(
            "forest_regressor",
            diabetes,
            gather(*patients),
            numbers.RandomForestRegressor(numTrees=5, maxDepth=4, seed=1),
        ),
        case("gbt_regressor", diabetes, gather(*patients), numbers.GBTRegressor(maxIter=6, maxDepth=4, seed=1)),
        case("glm_poisson", counts, gather(*five), glm(family="poisson", link="log")),
        case("glm_poisson_root", counts, gather(*five), glm(family="poisson", link="sqrt")),
        case("glm_gamma", amounts, gather(*five), glm(family="gamma", link="log")),
        case("isotonic", lengths, gather("petal_length"), numbers.IsotonicRegression()),
        case("k_means", lengths, gather("petal_length", "petal_width"), KMeans(k=4, seed=1)),
        case("scaled", diabetes, *after(features.StandardScaler, *patients, withMean=True), numbers.LinearRegression()),
        case("min_max", diabetes, *after(features.MinMaxScaler, *patients, min=-1.0), numbers.LinearRegression()),
        case("pca", diabetes, *after(features.PCA, *patients, k=3), numbers.LinearRegression()),
        case(
            "polynomial",
            lengths,
            *after(features.PolynomialExpansion, *list(lengths().X), degree=2),
            numbers.LinearRegression(),
        ),
        case(
            "vector_indexer",
            diabetes,
            *after(features.VectorIndexer, *patients, maxCategories=3),
            numbers.DecisionTreeRegressor(),
        ),
        case(
            "bucketizer",
            diabetes,
            features.Bucketizer(inputCol="bmi", outputCol="bmi_code", splits=ranges),
            onehot("bmi"),
            gather("bmi_flags", "age"),
            numbers.LinearRegression(),
        ),
        case(
            "imputer",
            lambda: punch(diabetes().only("bmi", "bp", "s5")),
            features.Imputer(inputCols=["bmi", "bp", "s5"], outputCols=["a", "b", "c"], strategy="median"),
            gather("a", "b", "c"),
            numbers.LinearRegression(),
        ),
        case(
            "interaction",
            diabetes,
            gather("bmi", "bp", into="both"),
            features.Interaction(inputCols=["age", "both"], outputCol="features"),
            numbers.LinearRegression(),
        ),
        case(
            "sql_numbers",
            diabetes,
            sql(
                "bmi * bp",
                "ln(s5)",
                "CASE WHEN age > 50 THEN 1 WHEN age < 30 THEN 3 ELSE 0 END",
                "greatest(s1, s2, s3)",
            ),
            gather("f0", "f1", "f2", "f3"),
            numbers.LinearRegression(),
        ),
        case(
            "sql_casts",
            diabetes,
            sql("cast(bmi AS int)", "cast(s4 * -10 AS int)"),
            gather("f0", "f1", "s5"),
            numbers.LinearRegression(),
        ),
        case(
            "categories_tree",
            routes,
            indexed(*route),
            gather("carrier_code", "origin_code", "hour", "distance"),
            classes.DecisionTreeClassifier(),
            rows=90,
            holes=False,
        ),
        case(
            "categories_gbt",
            routes,
            indexed(*route, unknown="keep"),
            gather("carrier_code", "origin_code", "hour"),
            classes.GBTClassifier(maxIter=5, seed=1),
            rows=90,
            holes=False,
            edit=strangers,
        ),
        case(
            "categories_onehot",
            routes,
            indexed(*route, unknown="keep"),
            onehot(*route),
            gather("carrier_flags", "origin_flags", "hour"),
            classes.LogisticRegression(regParam=0.01),
            rows=90,
            holes=False,
            edit=strangers,
        ),
        case(
            "formula",
            lambda: delays().only("carrier", "origin", "hour"),
            features.RFormula(formula="minutes ~ carrier:hour + origin"),
            numbers.LinearRegression(regParam=0.01),
            rows=90,
            holes=False,
        ),
        case(
            "words_count",
            texts,
            *bag(words(), features.CountVectorizer(minDF=8.0)),
            classes.LogisticRegression(regParam=0.1),
        ),
        case(
            "words_pairs",
            texts,
            *bag(words(), features.StopWordsRemover(), features.NGram(n=2), features.CountVectorizer(minDF=4.0)),
            classes.LogisticRegression(regParam=0.1),
        ),
        case(
            "words_idf",
            texts,
            *bag(words(), features.CountVectorizer(minDF=8.0, binary=True), features.IDF()),
            classes.RandomForestClassifier(numTrees=4, maxDepth=4, seed=1),
        ),
        case(
            "chain",
            cancer,
            gather(*tumours[:5], into="first"),
            KMeans(featuresCol="first", predictionCol="cluster", k=3, seed=1),
            gather("cluster", *tumours[5:]),
            classes.DecisionTreeClassifier(),
        ),
    ]


def export(case: Case, model: Fitted, path: Path) -> None:
    pyspark2pmml.PMMLBuilder(model.frame, model.model).buildFile(str(path))


if __name__ == "__main__":
    session().sparkContext.setLogLevel("OFF")
    sys.exit(run("sparkml", cases(), export))
