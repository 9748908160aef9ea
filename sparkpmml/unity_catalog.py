"""The SQL that makes a model a function in Databricks' Unity Catalog, for warehouses and clusters of all kinds.

The function is a batch Python UDF (Databricks' manual, "Batch Python user-defined functions in Unity Catalog" and
"CREATE FUNCTION (SQL and Python)"): Databricks Runtime 16.3 or later, or a pro or serverless SQL warehouse. Its result
is the model's STRUCT, its parameters are the inputs that the model reads, so calls by name (`input => column`) work.
"""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass

import pyarrow as pa

import sparkpmml
from sparkpmml import Model, ModelError
from sparkpmml.describe import quote, sql_type
from sparkpmml.runtime.program import ProgramInput
from sparkpmml.spark.portable.batch_handler import pack

MAX_EMBEDDED = 256 * 1024
"""How many characters of a document go into a function's source; Databricks states no limit, but shows that source."""
OURS = f"sparkpmml=={sparkpmml.__version__}"
_LINE = 100
_NAME = re.compile(r"[^.`$'\s]+(\.[^.`$'\s]+){0,2}")


@dataclass(frozen=True, slots=True)
class FunctionOptions:
    """How the function is made. `model_path` is where the function itself finds the document, if not in its source."""

    name: str
    model_path: str | None = None
    on_error: str = "null"
    dependencies: tuple[str, ...] = (OURS,)
    environment_version: str = "None"


def create_function(model: Model, document: bytes, options: FunctionOptions) -> str:
    """The CREATE FUNCTION statement; a ModelError where the model cannot be such a function."""
    if not _NAME.fullmatch(options.name):
        raise ModelError(f"{options.name!r} is no name of a function: write catalog.schema.function")
    if not model.program.inputs:
        raise ModelError(f"the model {model.program.name!r} reads no input, and a batch function needs a parameter")
    parameters = ",\n".join(f"  {quote(each.name)} {_parameter_type(each)}" for each in model.program.inputs)
    return f"""\
CREATE OR REPLACE FUNCTION {".".join(quote(part) for part in options.name.split("."))}(
{parameters}
)
RETURNS {_result_type(model, options.on_error)}
LANGUAGE PYTHON
DETERMINISTIC
PARAMETER STYLE PANDAS
HANDLER 'score'
ENVIRONMENT (
  dependencies = {_literal(json.dumps(list(options.dependencies)))},
  environment_version = {_literal(options.environment_version)}
)
COMMENT {_literal(_comment(model))}
AS $$
{_body(model, document, options)}
$$;"""


_SCORE = """
def score(batches):
    yield from handle(batches)"""


def _body(model: Model, document: bytes, options: FunctionOptions) -> str:
    """The Python source: the model is loaded once in each environment that runs the function, not for each batch."""
    if options.model_path is not None:
        if "$$" in options.model_path:
            raise ModelError(f"the path {options.model_path!r} holds $$, which ends the function's source")
        call = f"handler_of_path({options.model_path!r}, {options.on_error!r})"
        return f"from sparkpmml.spark.portable.batch_handler import handler_of_path\n\nhandle = {call}\n{_SCORE}"
    text = pack(document)
    if len(text) > MAX_EMBEDDED:
        raise ModelError(
            f"the document is too large for a function's source ({len(text):,} characters, at most {MAX_EMBEDDED:,}):"
            " put it into a volume and give its path as --model-path /Volumes/..."
        )
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(text, _LINE))
    return f"""\
from sparkpmml.spark.portable.batch_handler import handler_of_text

DOCUMENT = (
{lines}
)

handle = handler_of_text(DOCUMENT, {model.program.name.replace("$$", "$")!r}, {options.on_error!r})
{_SCORE}"""


def _parameter_type(wanted: ProgramInput) -> str:
    return sql_type(wanted.arrow_type)


def _result_type(model: Model, on_error: str) -> str:
    fields = [*model.program.schema, *([pa.field("error", pa.string())] if on_error == "capture" else [])]
    return "STRUCT<\n" + ",\n".join(f"  {quote(field.name)}: {sql_type(field.type)}" for field in fields) + "\n>"


def _comment(model: Model) -> str:
    words = [model.element, model.name and repr(model.name), model.producer and f"by {model.producer}"]
    return f"{' '.join(word for word in words if word)}, sha256 {model.digest}"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
