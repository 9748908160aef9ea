"""Makes functions built in: in the running session, and in every session that starts later in this JVM.

A temporary function could not be used in a persistent view; a built-in one can, and SHOW FUNCTIONS lists it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.java_gateway import ensure_callback_server_started

from sparkpmml.spark.jvm import Jvm
from sparkpmml.spark.usage import usage_of


def start_callbacks(gateway: Any) -> None:
    """Let the JVM call Python, and let a Java exception that Python raises reach the JVM as it is."""
    ensure_callback_server_started(gateway)  # type: ignore[no-untyped-call]  # pyspark's, without types
    gateway.python_parameters.propagate_java_exceptions = True
    gateway.callback_server_parameters.propagate_java_exceptions = True


def make_builtin(jvm: Jvm, java_session: Any, name: str, builder: Any) -> None:
    """Register `builder` as the built-in function `name`; again and again does no harm."""
    builtin = jvm.scala_object(_ANALYSIS + "FunctionRegistry").builtin()
    _register(jvm, (builtin, java_session.sessionState().functionRegistry()), name, "misc_funcs", builder)


def make_builtin_table(jvm: Jvm, java_session: Any, name: str, builder: Any) -> None:
    """Register `builder` as the built-in table function `name`."""
    builtin = jvm.scala_object(_ANALYSIS + "TableFunctionRegistry").builtin()
    _register(jvm, (builtin, java_session.sessionState().tableFunctionRegistry()), name, "table_funcs", builder)


_ANALYSIS = "org.apache.spark.sql.catalyst.analysis."


def _register(jvm: Jvm, registries: Sequence[Any], name: str, group: str, builder: Any) -> None:
    usage, extended = usage_of(name)
    info = jvm.java_class("org.apache.spark.sql.catalyst.expressions.ExpressionInfo")(
        "sparkpmml", None, name, usage, extended, "", "", group, "", "", "built-in"
    )
    for registry in registries:
        registry.registerFunction(_identifier(jvm, registry, name), info, builder)


def _identifier(jvm: Jvm, registry: Any, name: str) -> Any:
    """How this registry calls its built-in functions: that of a session of 4.3 says system.builtin.<name>."""
    identifier = jvm.java_class("org.apache.spark.sql.catalyst.FunctionIdentifier")
    system = (jvm.option("builtin"), jvm.option("system"))
    # Each registry has one of these two: a function, a table function.
    is_qualified = any(registry.lookupFunction(identifier(known, *system)).isDefined() for known in ("abs", "range"))
    return identifier(name, *system) if is_qualified else identifier(name)
