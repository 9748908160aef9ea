"""The function builders that Spark's analyser calls, implemented in Python.

A function's builder is a `Seq[Expression] => Expression`, a table function's a `Seq[Expression] => LogicalPlan`.

`predict_value` and `predict_proba` are fields of the same struct that `predict` gives, so a query that uses all three
scores once. Spark ships the whole struct then; that is cheap beside scoring twice.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, local
from typing import Any, ClassVar

from py4j.protocol import Py4JJavaError
from pyspark import SparkContext

from sparkpmml.engine.load import load
from sparkpmml.errors import BindingError, SparkPmmlError
from sparkpmml.spark.binder import Binder, BoundCall
from sparkpmml.spark.jvm import JAVA_ERRORS, reason_of
from sparkpmml.spark.library import Library
from sparkpmml.spark.settings import Settings


class Driver:
    """This process's settings and models, and the binder of the application that runs at the time."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.library = Library(load)
        self._binder: Binder | None = None
        self._lock = Lock()
        self.registered: set[str] = set()

    def binder(self) -> Binder:
        """The binder of the running application: broadcasts and JVM functions die with theirs."""
        context = SparkContext._active_spark_context
        if context is None:
            raise BindingError("no Spark application is running in this Python process")
        with self._lock:
            if self._binder is None or self._binder.application != context.applicationId:
                self._binder = Binder(context, self.settings, self.library)
            return self._binder


DRIVER = Driver()


def whole(call: BoundCall) -> Any:
    """predict: the model's whole result."""
    return call.struct


def value_alone(call: BoundCall) -> Any:
    """predict_value: the prediction."""
    if "prediction" not in call.names:
        raise BindingError(
            f"the model {call.label!r} has no single prediction: use predict(...) and one of its fields"
            f" ({', '.join(call.names)})"
        )
    return call.field("prediction")


def probabilities_alone(call: BoundCall) -> Any:
    """predict_proba: the probability of each class."""
    if "probability" not in call.names:
        raise BindingError(
            f"the model {call.label!r} gives no probabilities: use predict(...), whose fields are"
            f" {', '.join(call.names)}"
        )
    return call.field("probability")


class FunctionBuilder:
    """A scala.Function1 in Python. The JVM calls `apply`, and the three methods by which Scala compares builders."""

    def __init__(self, name: str, make: Callable[[Binder, Any], Any], driver: Driver = DRIVER) -> None:
        self._name = name
        self._make = make
        self._driver = driver

    def apply(self, arguments: Any) -> Any:
        """The expression, or the plan, for a call with these argument expressions.

        No Python exception may leave: py4j would show it as a stack of its own frames. One that holds a Java exception
        surfaces as that, so every error becomes an IllegalArgumentException with one sentence.
        """
        try:
            return _kept(self._make(self._driver.binder(), arguments))
        except SparkPmmlError as error:
            raise as_java(f"{self._name}: {error}") from None
        except JAVA_ERRORS as error:
            raise as_java(f"{self._name}: {reason_of(error)}") from None
        except Exception as error:  # the boundary to the JVM, see above
            raise as_java(f"{self._name}: internal error, please report it: {error!r}") from error

    def equals(self, other: Any) -> bool:
        return self is other

    def hashCode(self) -> int:
        return hash(self._name) & 0x7FFFFFFF

    def toString(self) -> str:
        return f"sparkpmml.{self._name}"

    class Java:
        implements: ClassVar = ["scala.Function1"]


def as_java(message: str) -> Py4JJavaError:
    """An IllegalArgumentException: unchecked, so it passes py4j's proxy, and PySpark shows its message alone."""
    jvm: Any = SparkContext._jvm
    return Py4JJavaError(message, _kept(jvm.java.lang.IllegalArgumentException(message)))


_ANSWERS = local()


def _kept(answer: Any) -> Any:
    """The Java object, kept until this thread's next answer, before which the JVM has taken this one.

    An answer travels as a number, under which py4j's JVM knows the object for as long as Python holds it. A collection
    of garbage after the call returned could else be faster than the answer, and the JVM find nothing under that number.
    """
    _ANSWERS.last = answer
    return answer


def _scoring(select: Callable[[BoundCall], Any]) -> Callable[[Binder, Any], Any]:
    """Makes the part of a model's result that `select` chooses."""
    return lambda binder, arguments: select(binder.bind(arguments))


BUILDERS = {
    "predict": FunctionBuilder("predict", _scoring(whole)),
    "predict_value": FunctionBuilder("predict_value", _scoring(value_alone)),
    "predict_proba": FunctionBuilder("predict_proba", _scoring(probabilities_alone)),
    "model_info": FunctionBuilder("model_info", Binder.describe),
}
"""The functions of values."""

TABLE_BUILDERS = {"pmml_models": FunctionBuilder("pmml_models", Binder.list_models)}
"""The functions of tables."""
