"""The handler of a batch function in Databricks' Unity Catalog; sparkpmml/unity_catalog.py writes the function.

Such a function gets an iterator of batches, a Series for one parameter or a tuple of Series for several, and yields one
result of the same length for each. No Spark is needed here.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sparkpmml.engine.load import load
from sparkpmml.spark.portable.functions import ModelFunction, PortableModel
from sparkpmml.spark.portable.wires import PandasWire

if TYPE_CHECKING:
    import pandas as pd

    from sparkpmml.engine.model import Model

Handler = Callable[[Iterator[Any]], "Iterator[pd.DataFrame]"]


def handler_of(model: Model, on_error: str = "null") -> Handler:
    """The handler whose parameters are `parameters_of(model)`, in that order; a STRUCT is given as a DataFrame."""
    function = ModelFunction(PortableModel.of(model, model.program.name), on_error, PandasWire())

    def handle(batches: Iterator[Any]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            yield function(*batch) if isinstance(batch, tuple) else function(batch)

    return handle


def handler_of_path(path: str, on_error: str = "null") -> Handler:
    """The handler of a document at a path, such as one in a volume."""
    return handler_of(load(path), on_error)


def handler_of_text(text: str, name: str, on_error: str = "null") -> Handler:
    """The handler of a document that `pack` has made a text of."""
    return handler_of(load(unpack(text), name=name), on_error)


def pack(document: bytes) -> str:
    """A document as text for the source code of a function: compressed, in base64."""
    return base64.b64encode(zlib.compress(document, 9)).decode("ascii")


def unpack(text: str) -> bytes:
    """The document that `pack` was given."""
    return zlib.decompress(base64.b64decode(text))
