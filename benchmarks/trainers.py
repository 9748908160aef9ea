"""How the library that trained a model answers a pandas frame: a double per row. One thread, as the others have."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Answer = Callable[[pd.DataFrame], "np.ndarray[Any, Any]"]


def _predict(pipeline: Any) -> Answer:
    _use_one_thread(pipeline)
    labels = getattr(pipeline[-1], "classes_", None)
    if labels is None:
        return lambda frame: np.asarray(pipeline.predict(frame), dtype=np.float64)
    return lambda frame: (pipeline.predict(frame) == labels[1]).astype(np.float64)


def _predict_proba(pipeline: Any) -> Answer:
    _use_one_thread(pipeline)
    return lambda frame: np.asarray(pipeline.predict_proba(frame)[:, 1])


def _xgboost(pipeline: Any) -> Answer:
    booster = pipeline[-1].get_booster()
    booster.set_param({"nthread": 1})
    return lambda frame: np.asarray(booster.inplace_predict(frame.to_numpy(np.float32)), dtype=np.float64)


def _lightgbm(pipeline: Any) -> Answer:
    encoder, booster = pipeline[0], pipeline[-1].booster_
    return lambda frame: np.asarray(booster.predict(encoder.transform(frame).astype(np.float64), num_threads=1))


def _use_one_thread(pipeline: Any) -> None:
    if "n_jobs" in pipeline[-1].get_params():
        pipeline[-1].set_params(n_jobs=1)


def prepared(path: Path, frame: pd.DataFrame) -> Callable[[], Any]:
    """The library's own call on what it likes best, a matrix made beforehand; what is timed in process."""
    how, pipeline = pickle.loads(path.read_bytes())
    if how == "xgboost":
        booster, matrix = pipeline[-1].get_booster(), frame.to_numpy(np.float32)
        booster.set_param({"nthread": 1})
        return lambda: booster.inplace_predict(matrix)
    if how == "lightgbm":
        encoded = pipeline[0].transform(frame).astype(np.float64)
        return lambda: pipeline[-1].booster_.predict(encoded, num_threads=1)
    answer = _ANSWERS[how](pipeline)
    return lambda: answer(frame)


_ANSWERS = {"predict": _predict, "predict_proba": _predict_proba, "xgboost": _xgboost, "lightgbm": _lightgbm}


def load_answer(path: Path) -> Answer:
    """The trained model's way to answer, from the pickle that train.py wrote."""
    how, pipeline = pickle.loads(path.read_bytes())
    return _ANSWERS[how](pipeline)
