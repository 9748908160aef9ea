"""From a call of `predict` to the expression that scores: everything that happens while a query is analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sparkpmml.errors import BindingError, ModelNotFoundError, SparkPmmlError
from sparkpmml.spark.binding import Signature, bind
from sparkpmml.spark.blocks import find_blocks
from sparkpmml.spark.casts import carrier
from sparkpmml.spark.expressions import BoundArgument, Expressions
from sparkpmml.spark.information import INFO, MODELS, Row, broken_row, info_row, model_row
from sparkpmml.spark.jvm import HadoopFileSystems, Jvm, JvmConfiguration
from sparkpmml.spark.library import CAPACITY, Library, label_of
from sparkpmml.spark.once import OnceCache
from sparkpmml.spark.settings import MODEL_DIR, Settings, checked_on_error
from sparkpmml.spark.sources import Location, locate, names_in
from sparkpmml.spark.transport import transport
from sparkpmml.spark.udfs import ModelFunction, ModelFunctions
from sparkpmml.spark.values import Values

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
        self._literals = Values(self._jvm)
        self._infos: OnceCache[tuple[str, str | None], Any] = OnceCache(CAPACITY)
        self._functions = ModelFunctions(context, transport(), find_blocks(self._jvm))

    def bind(self, arguments: Any) -> BoundCall:
        """The struct of `predict(model, argument, ...)`; `arguments` is a Seq of Catalyst expressions.

        Raises a SparkPmmlError where there is no such model, or the arguments do not fit it.
        """
        configuration = JvmConfiguration(self._jvm)
        name = self._expressions.read_model(arguments)
        _, model = self._open(name, configuration)
        label = label_of(name)
        given, chosen = self._set_apart(model, self._expressions.read_arguments(arguments.tail()))
        places = self._places(model, label, given, configuration.is_case_sensitive)
        carriers, values = self._values(label, model.program.inputs, places)
        on_error = chosen or self._settings.choose_on_error(configuration)
        function = self._functions.get(model.program, label, on_error, carriers)
        return BoundCall(label, function, function.java.builder(self._jvm.sequence(values)), self._expressions)

    def describe(self, arguments: Any) -> Any:
        """The constant STRUCT of `model_info(model)`; `arguments` is a Seq of Catalyst expressions."""
        if arguments.size() > 1:
            raise BindingError("model_info takes one argument, the model's path or alias")
        _, model = self._open(self._expressions.read_model(arguments), JvmConfiguration(self._jvm))
        key = (model.digest, model.name)  # one document may have several models
        return self._infos.get(key, lambda: self._literals.literal(info_row(model), INFO))

    def list_models(self, arguments: Any) -> Any:
        """The plan of `pmml_models()`: a row for each alias, and for each file in spark.sparkpmml.modelDir."""
        if not arguments.isEmpty():
            raise BindingError("pmml_models takes no arguments")
        configuration = JvmConfiguration(self._jvm)
        folder = configuration.get(MODEL_DIR)
        files = names_in(folder, HadoopFileSystems(self._jvm)) if folder else []
        names = dict.fromkeys([*self._settings.names(configuration), *files])
        return self._literals.table([self._list(name, configuration) for name in names], MODELS)

    def _list(self, name: str, configuration: JvmConfiguration) -> Row:
        try:
            uri, model = self._open(name, configuration)
        except SparkPmmlError as error:
            return broken_row(name, self._settings.find_alias(name, configuration), str(error))
        return model_row(name, uri, model)

    def _open(self, name: str, configuration: JvmConfiguration) -> tuple[str | None, Model]:
        """The model, and where it lies, which is nowhere if it was loaded before."""
        held = self._library.find_held(self._settings.find_alias(name, configuration) or name)
        if held is not None:
            return None, held
        location = self._locate(name, configuration)
        return location.uri, self._library.open(location)

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
            carrier(label, each.name, each.data_type, present, is_list=each.is_list, note=each.note)
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
