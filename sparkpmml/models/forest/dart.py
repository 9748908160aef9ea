"""XGBoost's DART boosters in single precision.

XGBoost has two answers for them, which differ in the last digits: `Booster.predict` adds weight * leaf, tree by tree;
`Booster.inplace_predict`, by which its scikit-learn estimators answer, lets each tree start from the base score and
takes that off again, so adds weight * ((base + leaf) - base), each step rounded. A document that was exported from
scikit-learn has the estimator's answer, any other the booster's.
"""

from __future__ import annotations

import numpy as np

from sparkpmml.compiler.scope import Scope
from sparkpmml.runtime.column import Array

_ALGORITHM = "XGBoost (DART)"
_EXPORTERS = ("JPMML-SkLearn library", "SkLearn2PMML package")


def is_estimators_dart(scope: Scope) -> bool:
    """Is the model, or one around it, a DART booster that was a scikit-learn estimator?"""
    header = scope.compilation.document.header
    if header is None or header.application is None or header.application.name not in _EXPORTERS:
        return False
    within: Scope | None = scope
    while within is not None:
        if within.model is not None and within.model.algorithm_name == _ALGORITHM:
            return True
        within = within.parent
    return False


def upon(base: float, leaves: Array) -> Array:
    """What is left of each leaf (float32) after it was added to the base score."""
    start = np.float32(base)
    return (leaves + start) - start
