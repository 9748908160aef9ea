"""Gaussian processes of scikit-learn, written by hand: no exporter knows them.

python tests/train/gaussian_process_cases.py [WORD ...]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
from case import Case, run
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel
from tables import Table, diabetes

COLUMNS = ["bmi", "bp", "s5"]
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>{fields}</DataDictionary>
<GaussianProcessModel functionName="regression"><MiningSchema>{schema}</MiningSchema><Output>
<OutputField name="deviation" dataType="double" optype="continuous" feature="standardDeviation"/>
<OutputField name="low" dataType="double" optype="continuous" feature="confidenceIntervalLower" value="90"/>
<OutputField name="high" dataType="double" optype="continuous" feature="confidenceIntervalUpper" value="90"/></Output>
{kernel}<TrainingInstances><InstanceFields>{instances}</InstanceFields><InlineTable>
{rows}
</InlineTable></TrainingInstances></GaussianProcessModel></PMML>
"""
Z90 = 1.6448536269514722


def some(*names: str) -> Any:
    """Every sixth row of a table, with these columns."""

    def table() -> Table:
        whole = diabetes()
        X = whole.X[list(names)].iloc[::6].reset_index(drop=True)
        return Table(X, pd.Series(np.asarray(whole.y)[::6], name="y"), holes=True)

    return table


def process(kernel: Any) -> Any:
    """The process with its hyperparameters as they are."""
    return lambda: GaussianProcessRegressor(kernel=kernel, optimizer=None)


def moments(model: Any, rows: pd.DataFrame) -> dict[str, Any]:
    """The posterior; of a row with a hole there is none."""
    known = rows.notna().all(axis=1).to_numpy()
    means, deviations = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    means[known], deviations[known] = model.predict(rows[known].to_numpy(), return_std=True)
    bounds = {"low": means - Z90 * deviations, "high": means + Z90 * deviations}
    return {"prediction": means, "deviation": deviations} | bounds


def kernel_markup(model: Any) -> str:
    """gamma * shape + noise."""
    shape = model.kernel_.k1.k2
    gamma, noise = model.kernel_.k1.k1.constant_value, model.kernel_.k2.noise_level
    common = f'gamma="{gamma}" noiseVariance="{noise}"'
    if isinstance(shape, RBF) and not isinstance(shape, Matern) and np.ndim(shape.length_scale) == 0:
        return f'<RadialBasisKernel {common} lambda="{shape.length_scale}"/>'
    tag = "AbsoluteExponentialKernel" if isinstance(shape, Matern) else "ARDSquaredExponentialKernel"
    scales = np.atleast_1d(shape.length_scale)
    array = f'<Array type="real" n="{len(scales)}">{" ".join(map(str, scales))}</Array>'
    return f"<{tag} {common}><Lambda>{array}</Lambda></{tag}>"


def export(case: Case, model: Any, path: Path) -> None:
    names = list(case.table().X.columns)
    data = np.column_stack([model.X_train_, model.y_train_])
    rows = ("".join(f"<{n}>{v}</{n}>" for n, v in zip([*names, "y"], row, strict=True)) for row in data)
    usage = [(name, "active") for name in names] + [("y", "target")]
    document = HEAD.format(
        fields="".join(f'<DataField name={quoteattr(n)} optype="continuous" dataType="double"/>' for n, _ in usage),
        schema="".join(f'<MiningField name={quoteattr(n)} usageType="{u}"/>' for n, u in usage),
        instances="".join(f'<InstanceField field="{n}" column="{n}"/>' for n, _ in usage),
        kernel=kernel_markup(model),
        rows="\n".join(f"<row>{row}</row>" for row in rows),
    )
    path.write_text(document, encoding="utf-8")


def of(shape: Any) -> Any:
    return ConstantKernel(7000.0) * shape + WhiteKernel(2900.0)


CASES = [
    Case("gaussian_process_radial", process(of(RBF(8.0))), some(*COLUMNS), values=moments),
    Case("gaussian_process_squared", process(of(RBF([6.0, 20.0, 0.8]))), some(*COLUMNS), values=moments),
    Case("gaussian_process_absolute", process(of(Matern(5.0, nu=0.5))), some("bmi"), values=moments),
]

if __name__ == "__main__":
    sys.exit(run("sklearn", CASES, export))
