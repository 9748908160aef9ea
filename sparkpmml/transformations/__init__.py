"""One file per transformation expression: its nodes, its operation, its lowering. `discover` imports them all."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache


@cache
def discover() -> None:
    """Import every expression's module, which declares its nodes and registers its lowering."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
