"""One file per PMML model element: its nodes and its lowering. `discover` imports them all: a file is all it takes."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from sparkpmml import transformations


@cache
def discover() -> None:
    """Import every model element's module, which declares its nodes and registers its lowering; expressions' too."""
    transformations.discover()
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
