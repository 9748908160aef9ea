"""A model in words: what it is, its inputs and outputs, and the SQL that calls it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from sparkpmml import Input, Model

WIDTH = 110

SQL_TYPES = {
    pa.string(): "STRING",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP_NTZ",
}


def describe(model: Model, source: str) -> str:
    """Several lines for a person; `source` is what the user calls the model by, and appears in the SQL."""
    read = sum(each.is_read for each in model.inputs)
    outputs = [[field.name, sql_type(field.type)] for field in model.program.schema]
    sections = [
        "\n".join(_heading(model, source)),
        f"inputs: {len(model.inputs)}, of which {read} are read (*)\n"
        + table_rows([_input_row(each) for each in model.inputs]),
        "outputs: the fields of the STRUCT\n" + table_rows(outputs),
        "SQL\n" + textwrap.indent("\n".join(sql_calls(model, source)), "  "),
    ]
    return "\n\n".join(sections)


def sql_calls(model: Model, source: str) -> Iterator[str]:
    """The call by name and the call by position."""
    name = "'" + source.replace("\\", "\\\\").replace("'", "\\'") + "'"
    yield f"SELECT *, predict({name}, *) AS p FROM your_table;"
    arguments = ", ".join([name, *(quote(each.name) for each in model.inputs)])
    call = f"SELECT predict({arguments}).{quote(model.outputs[0].name)} FROM your_table;"
    yield textwrap.fill(call, WIDTH - 2, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def quote(name: str) -> str:
    """The name as SQL spells it: in backticks where it is not a plain word."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else "`" + name.replace("`", "``") + "`"


def sql_type(kind: pa.DataType) -> str:
    """Spark SQL's name of an Arrow type of a result."""
    if pa.types.is_map(kind):
        return f"MAP<{sql_type(kind.key_type)}, {sql_type(kind.item_type)}>"
    if pa.types.is_list(kind):
        return f"ARRAY<{sql_type(kind.value_type)}>"
    return SQL_TYPES.get(kind, str(kind).upper())


def _heading(model: Model, source: str) -> Iterator[str]:
    named = f" {model.name!r}" if model.name else ""
    yield f"{Path(source).name}: {model.element}{named}, {model.function}, PMML {model.version}"
    if model.description:
        yield textwrap.shorten(model.description, WIDTH)
    if model.producer:
        yield f"made by {model.producer}"
    if model.copyright:
        yield textwrap.shorten(model.copyright, WIDTH)
    yield f"sha256 {model.digest}"


def _input_row(field: Input) -> list[str]:
    allowed = ", ".join([*field.intervals, *field.values])
    return [
        ("* " if field.is_read else "  ") + field.name,
        str(field.data_type),
        str(field.op_type),
        textwrap.shorten(allowed, WIDTH - 50, placeholder=f" ... ({len(field.values)} values)") if allowed else "any",
        f"({field.display_name})" if field.display_name else "",
    ]


def table_rows(rows: Sequence[Sequence[str]]) -> str:
    """The rows as aligned columns, indented by two."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"  {line}".rstrip() for line in lines) if rows else "  none"
