"""The arguments as Spark's analyser hands them over: resolved Catalyst expressions, reached through py4j.

Every call into the JVM costs about 0.1 ms, and a table may have hundreds of columns. So the names and types of all
arguments are read at once, as the JSON of the struct that they would make, and only the arguments that the model reads
are fetched one by one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sparkpmml.errors import BindingError
from sparkpmml.spark.binding import Argument
from sparkpmml.spark.jvm import Jvm

_CATALYST = "org.apache.spark.sql.catalyst.expressions."


@dataclass(frozen=True, slots=True)
class BoundArgument:
    """An argument's description, and how to get its expression."""

    argument: Argument
    fetch: Callable[[], Any]


class Expressions:
    """Reads and makes Catalyst expressions."""

    def __init__(self, jvm: Jvm) -> None:
        self._jvm = jvm
        self._types: dict[str, Any] = {}

    def read_arguments(self, expressions: Any) -> list[BoundArgument]:
        """The arguments in a Seq of expressions; those of a struct that is the only one are its fields."""
        arguments = self._read(expressions)
        if len(arguments) == 1 and arguments[0].argument.sql_type.startswith("struct<"):
            return self._fields_of(arguments[0].fetch())
        return arguments

    def read_model(self, expressions: Any) -> str:
        """The model's name: the first expression, which must be constant text; a BindingError if it is not."""
        if expressions.isEmpty():
            raise BindingError("the first argument must be the model's path or alias, such as 'iris.pmml'")
        first = expressions.head()
        if not first.foldable() or first.dataType().typeName() != "string":
            raise BindingError(
                "the first argument must be the model's path or alias as constant text, such as 'iris.pmml', "
                f"not {first.sql()}"
            )
        value = first.eval(None)
        if value is None:
            raise BindingError("the first argument must be the model's path or alias, not NULL")
        return str(value.toString())

    def read_text(self, expression: Any) -> str:
        """The text of `on_error => 'capture'`; a BindingError if it is not constant text."""
        if not expression.foldable() or expression.dataType().typeName() != "string":
            raise BindingError(f"on_error must be constant text, such as 'capture', not {expression.sql()}")
        return str(expression.eval(None))

    def literal(self, value: Any) -> Any:
        return self._jvm.scala_object(_CATALYST + "Literal").apply(value)  # on 3.5 the class has no static apply

    def make(self, name: str, *arguments: Any) -> Any:
        """A Catalyst expression by its class, as `make("UnixDate", child)`."""
        return self._jvm.java_class(_CATALYST + name)(*arguments)

    def cast(self, expression: Any, present: str, wanted: str, zone: str | None = None) -> Any:
        """The expression as the SQL type `wanted`, in the session's time zone unless one is given."""
        if present == wanted:
            return expression
        return self.make("Cast", expression, self._data_type(wanted), self._jvm.option(zone))

    def as_bytes(self, expression: Any) -> Any:
        """An integer's bytes, most significant first: a cast that Spark's ANSI mode would not make."""
        mode = self._jvm.java_class(_CATALYST + "EvalMode").LEGACY()
        return self.make("Cast", expression, self._data_type("binary"), self._jvm.option("UTC"), mode)

    def field(self, struct: Any, index: int, name: str) -> Any:
        return self.make("GetStructField", struct, index, self._jvm.option(name))

    def _read(self, expressions: Any) -> list[BoundArgument]:
        fields = self._struct_of(expressions)
        return [self._argument(expressions, index, field) for index, field in enumerate(fields)]

    def _argument(self, expressions: Any, index: int, field: dict[str, Any]) -> BoundArgument:
        """Spark names a field `col1` where the expression has no name, which a column of that name has."""
        name, sql_type = field["name"], sql_type_of(field["type"])
        if name != f"col{index + 1}":
            return BoundArgument(Argument(name, sql_type), lambda: expressions.apply(index))
        expression = expressions.apply(index)
        if self._jvm.is_instance(expression, _CATALYST + "NamedArgumentExpression"):
            return BoundArgument(Argument(expression.key(), sql_type, True), expression.value)
        return BoundArgument(Argument(self._name_of(expression, name), sql_type), lambda: expression)

    def _name_of(self, expression: Any, name: str) -> str | None:
        """The name of a column that seems to have none: it may be called `col1`, or be a struct's field (in 3.5)."""
        if self._jvm.is_instance(expression, _CATALYST + "GetStructField"):
            return str(expression.extractFieldName())
        return name if self._jvm.is_instance(expression, _CATALYST + "NamedExpression") else None

    def _fields_of(self, struct: Any) -> list[BoundArgument]:
        """The fields of a struct: those of `struct(...)` are the expressions it is made of, no struct is built."""
        fields = json.loads(struct.dataType().json())["fields"]
        is_made_here = self._jvm.is_instance(struct, _CATALYST + "CreateNamedStruct")
        values = struct.valExprs() if is_made_here else None

        def fetcher(index: int, name: str) -> Callable[[], Any]:
            if values is not None:
                return lambda: values.apply(index)
            return lambda: self.field(struct, index, name)

        return [
            BoundArgument(Argument(field["name"], sql_type_of(field["type"])), fetcher(index, field["name"]))
            for index, field in enumerate(fields)
        ]

    def _struct_of(self, expressions: Any) -> Sequence[dict[str, Any]]:
        struct = self._jvm.scala_object(_CATALYST + "CreateStruct").apply(expressions)
        fields: list[dict[str, Any]] = json.loads(struct.dataType().json())["fields"]
        return fields

    def _data_type(self, sql_type: str) -> Any:
        if sql_type not in self._types:
            self._types[sql_type] = self._jvm.java_class("org.apache.spark.sql.types.DataType").fromDDL(sql_type)
        return self._types[sql_type]


_JSON_NAMES = {"byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint"}


def sql_type_of(json_type: Any) -> str:
    """The SQL spelling of a type in Spark's JSON: "bigint" of "long", "array<double>", "struct<...>".

    Of types that no input takes only the kind matters, so structs and user-defined types are cut short.
    """
    if isinstance(json_type, str):
        return _JSON_NAMES.get(json_type, json_type)
    if json_type["type"] == "array":
        return f"array<{sql_type_of(json_type['elementType'])}>"
    if json_type["type"] == "map":
        return f"map<{sql_type_of(json_type['keyType'])},{sql_type_of(json_type['valueType'])}>"
    return f"{json_type['type']}<...>"
