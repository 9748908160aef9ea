"""A file or folder per PMML model element, found by `discover`: its nodes, and its lowering to a program."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from sparkpmml import transformations


@cache
def discover() -> None:
    """Import every model element's module, which declares its nodes and registers its lowering; expressions' too."""
    transformations.discover()
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
