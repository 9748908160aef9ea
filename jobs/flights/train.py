"""Train the demo's model: which flights out of New York come late. Run once; flights.pmml is committed.

    python jobs/flights/train.py            (the packages of tests/train/requirements.txt, and Java)

Late means more than 15 minutes after schedule, or cancelled. Diverted flights never arrived where they were going, but
were not cancelled either: they are left out of training. June and December are held out, and say how good the model is.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from data import INPUTS, flights_table
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.metrics import roc_auc_score
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.decoration import CategoricalDomain, ContinuousDomain
from sklearn2pmml.pipeline import PMMLPipeline

HERE = Path(__file__).parent
CASE = HERE.parents[1] / "tests" / "cases" / "lightgbm" / "flights"
CATEGORIES = ("carrier", "origin", "dest", "manufacturer", "engine")
HELD_OUT = (6, 12)
MINUTES = 15


def is_late(flights: pd.DataFrame) -> pd.Series:
    """``late`` or ``on time`` of flights that arrived or were cancelled (neither delay is known)."""
    late = (flights["arr_delay"] > MINUTES) | flights["dep_delay"].isna()
    return late.map({True: "late", False: "on time"}).rename("arrival")


def known(flights: pd.DataFrame) -> pd.DataFrame:
    """Flights without the diverted ones: they departed, and no arrival is recorded."""
    return flights[flights["arr_delay"].notna() | flights["dep_delay"].isna()]


def inputs_as_the_model_takes_them() -> ColumnTransformer:
    """Categories by their names, an unknown one as missing; numbers as they are, whatever their range."""
    parts = []
    for name in INPUTS:
        if name in CATEGORIES:
            domain = CategoricalDomain(invalid_value_treatment="as_missing", dtype="category")
        else:
            domain = ContinuousDomain(invalid_value_treatment="as_is", with_data=False, dtype="float64")
        parts.append((name, domain, [name]))
    return ColumnTransformer(parts, verbose_feature_names_out=False).set_output(transform="pandas")


def pipeline() -> PMMLPipeline:
    """Preprocessing and 150 trees of at most 31 leaves."""
    trees = LGBMClassifier(
        n_estimators=150,
        learning_rate=0.1,
        num_leaves=31,
        min_child_samples=100,
        min_data_per_group=200,
        cat_smooth=50,
        random_state=2013,
        verbosity=-1,
    )
    return PMMLPipeline([("inputs", inputs_as_the_model_takes_them()), ("trees", trees)])


def auc(model: PMMLPipeline, flights: pd.DataFrame) -> float:
    """Area under the ROC curve of the probability of ``late``."""
    chance = model.predict_proba(flights[list(INPUTS)])[:, list(model.classes_).index("late")]
    return float(roc_auc_score(is_late(flights) == "late", chance))


def sample(flights: pd.DataFrame) -> pd.DataFrame:
    """A hundred flights: one lacks each input, one lacks all, some have a carrier or a destination nobody knows."""
    rows = flights[list(INPUTS)].sample(100, random_state=3).reset_index(drop=True).astype(object)
    for position, name in enumerate(INPUTS):
        rows.loc[position, name] = None
    rows.loc[len(INPUTS)] = None
    rows.loc[30:33, "carrier"] = "ZZ"
    rows.loc[32:35, "dest"] = "XXX"
    return rows


def write_case(model: PMMLPipeline, rows: pd.DataFrame) -> None:
    """The rows and the model's own answers, for the tests."""
    numbers = {name: "float64" for name in INPUTS if name not in CATEGORIES}
    chances = model.predict_proba(rows.astype(numbers))
    expected = pd.DataFrame({"prediction": model.predict(rows.astype(numbers))})
    for index, label in enumerate(model.classes_):
        expected[f"probability({label})"] = chances[:, index]
    CASE.mkdir(parents=True, exist_ok=True)
    rows.to_csv(CASE / "input.csv", index=False)
    expected.to_csv(CASE / "expected.csv", index=False)


def main() -> None:
    flights = known(flights_table())
    held_out = flights["month"].isin(HELD_OUT)
    model = pipeline()
    model.fit(flights.loc[~held_out, list(INPUTS)], is_late(flights[~held_out]))
    print(f"{len(flights):,} flights, {(is_late(flights) == 'late').mean():.1%} late")
    print(f"AUC held out {auc(model, flights[held_out]):.3f}, trained on {auc(model, flights[~held_out]):.3f}")
    model.verify(flights.loc[~held_out, list(INPUTS)].sample(20, random_state=1), precision=1e-9, zeroThreshold=1e-9)
    write_case(model, sample(flights))
    sklearn2pmml(model, str(HERE / "flights.pmml"))
    print(f"flights.pmml: {(HERE / 'flights.pmml').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
