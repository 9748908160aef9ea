"""From a call of `predict` to the expression that scores: everything that happens while a query is analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sparkpmml.errors import ModelNotFoundError
from sparkpmml.spark.binding import Signature, bind
from sparkpmml.spark.casts import carrier
from sparkpmml.spark.expressions import BoundArgument, Expressions
from sparkpmml.spark.jvm import HadoopFileSystems, Jvm, JvmConfiguration
from sparkpmml.spark.library import Library, label_of
from sparkpmml.spark.settings import Settings, checked_on_error
from sparkpmml.spark.sources import Location, locate
from sparkpmml.spark.transport import transport
from sparkpmml.spark.udfs import ModelFunction, ModelFunctions

if TYPE_CHECKING:
    from pyspark import SparkContext

    from sparkpmml.engine.model import Model
    from sparkpmml.runtime.program import ProgramInput

ON_ERROR_ARGUMENT = "on_error"
"""`predict(model, *, on_error => 'capture')` chooses for one call what the setting chooses for all."""


class Binder:
    """Binds calls for one application; the models it knows outlive it."""

    def __init__(self, context: SparkContext, settings: Settings, library: Library) -> None:
        self.application: str = context.applicationId
        self._jvm = Jvm(context)
        self._settings = settings
        self._library = library
        self._expressions = Expressions(self._jvm)
        self._functions = ModelFunctions(context, transport())

    def bind(self, arguments: Any) -> BoundCall:
        """The struct of `predict(model, argument, ...)`; `arguments` is a Seq of Catalyst expressions.

        Raises a SparkPmmlError where there is no such model, or the arguments do not fit it.
        """
        configuration = JvmConfiguration(self._jvm)
        name = self._expressions.read_model(arguments)
        model = self._open(name, configuration)
        label = label_of(name)
        given, chosen = self._set_apart(model, self._expressions.read_arguments(arguments.tail()))
        places = self._places(model, label, given, configuration.is_case_sensitive)
        carriers, values = self._values(label, model.program.inputs, places)
        on_error = chosen or self._settings.choose_on_error(configuration)
        function = self._functions.get(model.program, label, on_error, carriers)
        return BoundCall(label, function, function.java.builder(self._jvm.sequence(values)), self._expressions)

    def _open(self, name: str, configuration: JvmConfiguration) -> Model:
        target = self._settings.find_alias(name, configuration) or name
        held = self._library.find_held(target)
        if held is not None:
            return held
        return self._library.open(self._locate(name, configuration))

    def locate(self, name: str, java_session: Any) -> Location:
        """The existing, allowed file that `name` means to this session; a ModelNotFoundError where it is no file."""
        configuration = JvmConfiguration(self._jvm, java_session)
        if self._library.find_held(self._settings.find_alias(name, configuration) or name) is not None:
            raise ModelNotFoundError(
                f"the model {name!r} was loaded before it was registered, and its document is not kept: give its path"
            )
        return self._locate(name, configuration)

    def _locate(self, name: str, configuration: JvmConfiguration) -> Location:
        return locate(name, self._settings, configuration, HadoopFileSystems(self._jvm))

    def _set_apart(self, model: Model, given: list[BoundArgument]) -> tuple[list[BoundArgument], str | None]:
        """The arguments that are inputs, and the policy of `on_error => '...'`, unless that is an input."""
        if ON_ERROR_ARGUMENT in (each.name for each in model.inputs):
            return given, None
        options = [each for each in given if each.argument.is_explicit and each.argument.name == ON_ERROR_ARGUMENT]
        inputs = [each for each in given if each not in options]
        return inputs, checked_on_error(self._expressions.read_text(options[0].fetch())) if options else None

    def _places(
        self, model: Model, label: str, given: list[BoundArgument], is_case_sensitive: bool
    ) -> list[BoundArgument]:
        """The argument for each input of the program."""
        names = tuple(each.name for each in model.inputs)
        signature = Signature(label, names, tuple(each.name for each in model.program.inputs))
        places = bind(signature, [each.argument for each in given], is_case_sensitive=is_case_sensitive)
        return [given[place] for place in places]

    def _values(
        self, label: str, wanted: Sequence[ProgramInput], given: Sequence[BoundArgument]
    ) -> tuple[tuple[str, ...], list[Any]]:
        """The SQL types to send and the expressions; one constant where the model reads nothing, to count the rows."""
        types = [each.argument.sql_type for each in given]
        carriers = tuple(
            carrier(label, each.name, each.data_type, present, is_list=each.is_list)
            for each, present in zip(wanted, types, strict=True)
        )
        encode, cast = self._functions.transport.encode, self._expressions.cast
        values = [
            encode(self._expressions, cast(each.fetch(), present, target), target)
            for each, present, target in zip(given, types, carriers, strict=True)
        ]
        return carriers, values or [self._expressions.literal(True)]


class BoundCall:
    """One call of a model's function, and the parts of its result."""

    def __init__(self, label: str, function: ModelFunction, struct: Any, expressions: Expressions) -> None:
        self.label = label
        self.struct = struct
        self.names: list[str] = function.result.names
        self._expressions = expressions

    def field(self, name: str) -> Any:
        return self._expressions.field(self.struct, self.names.index(name), name)
