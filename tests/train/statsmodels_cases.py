"""Models of statsmodels as GeneralRegressionModel, written by hand: generalized linear, multinomial, ordinal, Cox's.

python tests/train/statsmodels_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from case import Case, run
from statsmodels.genmod.families import links
from statsmodels.miscmodels.ordinal_model import OrderedModel
from tables import Table, delays

Terms = Sequence[Sequence[tuple[str, str]]]
"""Each parameter's predictors: (field, exponent) of a number, (field, category) of a text."""

FIELDS = {"hour": "integer", "miles": "double", "month": "integer", "origin": "string"}
ORIGINS = ("EWR", "JFK", "LGA")
TERMS: Terms = (
    [("hour", "1")],
    [("miles", "1")],
    [("miles", "2")],
    [("origin", "JFK")],
    [("origin", "LGA")],
    [("origin", "JFK"), ("hour", "1")],
    [("origin", "LGA"), ("hour", "1"), ("miles", "1")],
)
MAIN: Terms = ([("hour", "1")], [("miles", "1")], [("origin", "JFK")], [("origin", "LGA")])
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>{fields}{target}</DataDictionary>
<GeneralRegressionModel functionName="{function}" {attributes}><MiningSchema>{schema}</MiningSchema>{output}
<ParameterList>{parameters}</ParameterList><FactorList><Predictor name="origin"/></FactorList>
<CovariateList><Predictor name="hour"/><Predictor name="miles"/></CovariateList>
<PPMatrix>{predictors}</PPMatrix>{covariances}
<ParamMatrix>{estimates}</ParamMatrix>{baseline}</GeneralRegressionModel></PMML>
"""


@cache
def trips() -> pd.DataFrame:
    """Flights that arrived: four fields and the minutes from 90 before the schedule."""
    table = delays()
    frame = table.X[["hour", "month", "origin"]].assign(miles=table.X["distance"] / 1000, minutes=table.y)
    return frame[frame["minutes"] > 0].astype({"hour": "int64", "month": "int64"}).reset_index(drop=True)


def table(answer: Callable[[pd.DataFrame], pd.Series], rows: int = 3000) -> Callable[[], Table]:
    def build() -> Table:
        frame = trips().head(rows)
        return Table(frame[list(FIELDS)], answer(frame).rename("y"), holes=True)

    return build


def minutes(frame: pd.DataFrame) -> pd.Series:
    return frame["minutes"].astype("float64")


def hours(frame: pd.DataFrame) -> pd.Series:
    return (frame["minutes"] // 60).astype("float64")


def late(frame: pd.DataFrame) -> pd.Series:
    return (frame["minutes"] > 105).astype("int64")


def kind(frame: pd.DataFrame) -> pd.Series:
    labels = pd.cut(frame["minutes"], [0, 80, 105, np.inf], labels=["early", "near", "late"])
    return labels.astype(str)


@dataclass
class Fitted:
    """A model of statsmodels: `fit` trains it, `answers` asks it, `document` says it in PMML."""

    terms: Terms
    parts: dict[str, str] = field(default_factory=dict)

    def design(self, rows: pd.DataFrame, constant: bool = True) -> np.ndarray:
        """A column per parameter; NaN where a predictor is missing."""
        columns = [np.ones(len(rows))] if constant else []
        for term in self.terms:
            product = np.ones(len(rows))
            for name, value in term:
                product = product * (indicator(rows[name], value) if name == "origin" else power(rows[name], value))
            columns.append(product)
        return np.column_stack(columns)

    def predictors(self, first: int = 1) -> str:
        return "".join(
            f'<PPCell parameterName="p{i}" predictorName="{name}" value="{value}"/>'
            for i, term in enumerate(self.terms, first)
            for name, value in term
        )


def indicator(column: pd.Series, value: str) -> np.ndarray:
    return np.where(column.isna(), np.nan, (column == value).astype("float64"))


def power(column: pd.Series, exponent: str) -> np.ndarray:
    return column.astype("float64").to_numpy() ** float(exponent)


def estimates(values: Iterable[float], category: str | None = None, first: int = 0) -> str:
    label = "" if category is None else f'targetCategory="{category}" '
    return "".join(
        f'<PCell parameterName="p{i}" {label}beta="{float(beta)!r}"/>' for i, beta in enumerate(values, first)
    )


@dataclass
class Generalized(Fitted):
    """GLM; `offset` and `trials` name fields."""

    family: Any = None
    attributes: str = ""
    offset: str | None = None
    classes: bool = False

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        offset = None if self.offset is None else X[self.offset].to_numpy(dtype="float64")
        self.result = sm.GLM(y.to_numpy(), self.design(X), family=self.family, offset=offset).fit()
        self.parts["estimates"] = estimates(self.result.params, "1" if self.classes else None)

    def means(self, rows: pd.DataFrame) -> np.ndarray:
        offset = None if self.offset is None else rows[self.offset].to_numpy(dtype="float64")
        return np.asarray(self.result.predict(self.design(rows), offset=offset))


def glm_answers(model: Generalized, rows: pd.DataFrame) -> dict[str, Any]:
    means = model.means(rows)
    return shares(["0", "1"], np.column_stack([1 - means, means])) if model.classes else {"prediction": means}


def shares(labels: Sequence[str], chances: np.ndarray) -> dict[str, Any]:
    missing = np.isnan(chances).any(axis=1)
    best = np.argmax(np.where(np.isnan(chances), 0, chances), axis=1)
    names = [None if none else labels[index] for none, index in zip(missing, best, strict=True)]
    chances = np.where(missing[:, None], np.nan, chances)
    return {"prediction": names} | {f"probability({label})": chances[:, i] for i, label in enumerate(labels)}


@dataclass
class Linear(Fitted):
    """Ordinary least squares, with the mean's standard error and the interval that holds it with 90 percent."""

    @property
    def attributes(self) -> str:
        return f'modelType="regression" modelDF="{self.result.df_resid}"'

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        self.result = sm.OLS(y.to_numpy(), self.design(X)).fit()
        self.parts["estimates"] = estimates(self.result.params)
        covariances = self.result.cov_params()
        cells = (
            f'<PCovCell pRow="p{i}" pCol="p{j}" value="{float(covariances[i, j])!r}"/>'
            for i in range(len(covariances))
            for j in range(i + 1)
        )
        self.parts["covariances"] = f"<PCovMatrix>{''.join(cells)}</PCovMatrix>"
        features = {"deviation": "standardError", "low": "confidenceIntervalLower", "high": "confidenceIntervalUpper"}
        fields = (
            f'<OutputField name="{name}" optype="continuous" dataType="double" feature="{feature}"'
            + ("/>" if name == "deviation" else ' value="90"/>')
            for name, feature in features.items()
        )
        self.parts["output"] = f"<Output>{''.join(fields)}</Output>"


def linear_answers(model: Linear, rows: pd.DataFrame) -> dict[str, Any]:
    prediction = model.result.get_prediction(model.design(rows))
    low, high = prediction.conf_int(alpha=0.1).T
    return {"prediction": prediction.predicted_mean, "deviation": prediction.se_mean, "low": low, "high": high}


@dataclass
class Multinomial(Fitted):
    """MNLogit: the first label in sorted order is the reference."""

    attributes: str = 'modelType="multinomialLogistic" targetReferenceCategory="early"'

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        self.labels = sorted(y.unique())
        codes = y.map({label: i for i, label in enumerate(self.labels)}).to_numpy()
        self.result = sm.MNLogit(codes, self.design(X)).fit(disp=False)
        parameters = np.asarray(self.result.params).T
        self.parts["estimates"] = "".join(
            estimates(row, label) for label, row in zip(self.labels[1:], parameters, strict=True)
        )


def multinomial_answers(model: Multinomial, rows: pd.DataFrame) -> dict[str, Any]:
    return shares(model.labels, np.asarray(model.result.predict(model.design(rows))))


@dataclass
class Ordered(Fitted):
    """OrderedModel: P(at most j) is F(threshold j - x b), so the document has the coefficients' negatives."""

    link: str = "logit"
    labels: tuple[str, ...] = ("early", "near", "late")

    @property
    def attributes(self) -> str:
        return f'modelType="ordinalMultinomial" cumulativeLink="{self.link}"'

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        ordered = pd.Series(pd.Categorical(y, self.labels, ordered=True))
        model = OrderedModel(ordered, self.design(X, constant=False), distr=self.link)
        self.result = model.fit(method="bfgs", disp=False, maxiter=500)
        slopes, thresholds = self.result.params[: len(self.terms)], model.transform_threshold_params(self.result.params)
        self.parts["estimates"] = estimates(-np.asarray(slopes), first=1) + "".join(
            estimates([threshold], label) for threshold, label in zip(thresholds[1:-1], self.labels, strict=False)
        )


def ordered_answers(model: Ordered, rows: pd.DataFrame) -> dict[str, Any]:
    return shares(model.labels, np.asarray(model.result.predict(model.design(rows, constant=False))))


@dataclass
class Hazards(Fitted):
    """PHReg: the survival of the number of months, by stratum or not."""

    strata: bool = False

    @property
    def attributes(self) -> str:
        by = ' baselineStrataVariable="origin"' if self.strata else ""
        return f'modelType="CoxRegression" endTimeVariable="month"{by}'

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        groups = X["origin"].to_numpy() if self.strata else None
        times = X["month"].to_numpy(dtype="float64")
        self.model = sm.PHReg(times, self.design(X, constant=False), status=y.to_numpy(), strata=groups)
        self.result = self.model.fit()
        self.tables = {}
        for name, (ends, hazards, _) in zip(
            self.model.surv.stratum_names if self.strata else [None],
            self.result.baseline_cumulative_hazard,
            strict=True,
        ):
            steps = pd.Series(hazards, index=ends).groupby(level=0).last()
            self.tables[name] = steps
        self.parts["estimates"] = estimates(self.result.params, first=1)
        self.parts["baseline"] = self.baseline()

    def baseline(self) -> str:
        texts = []
        for name, steps in self.tables.items():
            cells = "".join(
                f'<BaselineCell time="{float(end)!r}" cumHazard="{float(hazard)!r}"/>' for end, hazard in steps.items()
            )
            end = f'maxTime="{float(steps.index.max())!r}"'
            texts.append(cells if name is None else f'<BaselineStratum value="{name}" {end}>{cells}</BaselineStratum>')
        outer = "" if self.strata else f' maxTime="{float(self.tables[None].index.max())!r}"'
        return f"<BaseCumHazardTables{outer}>{''.join(texts)}</BaseCumHazardTables>"


def survivals(model: Hazards, rows: pd.DataFrame) -> dict[str, Any]:
    """As statsmodels predicts; of a row with a hole nothing."""
    needed = ["hour", "miles", "month", "origin"]
    known = rows[needed].notna().all(axis=1).to_numpy()
    some = rows[known]
    answer = model.model.predict(
        model.result.params,
        exog=model.design(some, constant=False),
        endog=some["month"].to_numpy(dtype="float64"),
        strata=some["origin"].to_numpy() if model.strata else np.full(len(some), model.model.surv.stratum_names[0]),
        pred_type="surv",
    )
    survival = np.full(len(rows), np.nan)
    survival[known] = np.asarray(answer.predicted_values)
    return {"prediction": survival}


def export(case: Case, model: Any, path: Path) -> None:
    y = case.table().y
    classes = isinstance(model, Multinomial | Ordered) or getattr(model, "classes", False)
    labels = ["0", "1"] if y.dtype.kind in "if" else ["early", "near", "late"]
    values = "".join(f'<Value value="{label}"/>' for label in labels)
    kind = "string" if y.dtype == object else "integer"
    optype = "ordinal" if isinstance(model, Ordered) else "categorical"
    parts = {"output": "", "covariances": "", "baseline": ""} | model.parts
    origins = "".join(f'<Value value="{origin}"/>' for origin in ORIGINS)
    texts = {
        "fields": "".join(
            f'<DataField name="{name}" optype="{"categorical" if each == "string" else "continuous"}" '
            f'dataType="{each}">{origins if name == "origin" else ""}</DataField>'
            for name, each in FIELDS.items()
        ),
        "target": f'<DataField name="y" optype="{optype}" dataType="{kind}">{values}</DataField>'
        if classes
        else '<DataField name="y" optype="continuous" dataType="double"/>',
        "function": "classification" if classes else "regression",
        "attributes": model.attributes,
        "schema": "".join(f'<MiningField name="{name}"/>' for name in FIELDS)
        + '<MiningField name="y" usageType="target"/>',
        "parameters": "".join(f'<Parameter name="p{i}"/>' for i in range(len(model.terms) + 1)),
        "predictors": model.predictors(),
    }
    path.write_text(DOCUMENT.format(**texts | parts).replace("><", ">\n<"), encoding="utf-8")


def generalized(name: str, family: Any, answer: Any, attributes: str, **settings: Any) -> Case:
    attributes = f'modelType="generalizedLinear" {attributes}'
    terms = settings.pop("terms", MAIN)

    def build() -> Generalized:
        return Generalized(terms, family=family, attributes=attributes, **settings)

    return Case(name, build, table(answer), values=glm_answers)


def binomial(name: str, link: Any) -> Case:
    attributes = f'distribution="binomial" linkFunction="{name}"'
    return generalized(f"binomial_{name}", sm.families.Binomial(link), late, attributes, classes=True)


CASES = [
    Case("linear", lambda: Linear(TERMS), table(minutes), values=linear_answers),
    binomial("logit", links.Logit()),
    binomial("probit", links.Probit()),
    binomial("cloglog", links.CLogLog()),
    binomial("loglog", links.LogLog()),
    binomial("logc", links.LogC()),
    generalized(
        "poisson_offset", sm.families.Poisson(), hours, 'linkFunction="log" offsetVariable="month"', offset="month"
    ),
    generalized(
        "gamma_inverse", sm.families.Gamma(links.InversePower()), minutes, 'linkFunction="power" linkParameter="-1"'
    ),
    generalized(
        "tweedie_root",
        sm.families.Tweedie(links.Power(0.5), var_power=1.5),
        minutes,
        'linkFunction="power" linkParameter="0.5"',
    ),
    generalized(
        "negative_binomial",
        sm.families.NegativeBinomial(links.NegativeBinomial(0.5), alpha=0.5),
        hours,
        'distribution="negbin" linkFunction="negbin" distParameter="0.5"',
    ),
    generalized("gaussian_log", sm.families.Gaussian(links.Log()), minutes, 'linkFunction="log"', terms=TERMS),
    Case("multinomial", lambda: Multinomial(MAIN), table(kind), values=multinomial_answers),
    Case("ordered_logit", lambda: Ordered(MAIN), table(kind), values=ordered_answers),
    Case("ordered_probit", lambda: Ordered(MAIN, link="probit"), table(kind), values=ordered_answers),
    Case("hazards", lambda: Hazards(MAIN), table(late, 600), values=survivals),
    Case("hazards_strata", lambda: Hazards(MAIN[:2], strata=True), table(late, 600), values=survivals),
]

if __name__ == "__main__":
    sys.exit(run("statsmodels", CASES, export))
