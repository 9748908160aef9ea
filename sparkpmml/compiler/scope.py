"""Which field a name means, at each place of the document.

A model sees its own derived fields, its mining fields (treated), then what the models around it see; the outermost
model sees the transformation dictionary and the data fields. A field of the transformation dictionary is made of the
inputs as the model that reads it treats them. Fields are lowered when first asked for: what nothing
reads costs nothing and is no input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.prepare import make_prepare
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.errors import Finding, ModelError, UnsupportedMarkupError, nearest
from sparkpmml.pmml.dictionary import DataField, MiningField
from sparkpmml.pmml.expressions import DefineFunction, DerivedField, fields_read
from sparkpmml.pmml.model import Document, Model
from sparkpmml.pmml.node import Node


@dataclass(frozen=True, slots=True)
class Field:
    """A named value in scope; `categories` are the declared valid values, in order, where there are any."""

    name: str
    slot: Slot
    op_type: OpType
    categories: tuple[str, ...] = ()

    @property
    def data_type(self) -> DataType:
        return self.slot.data_type


@dataclass(frozen=True)
class Compilation:
    """What all scopes of a document share."""

    document: Document
    source: str
    builder: Builder

    @cached_property
    def data_fields(self) -> dict[str, DataField]:
        return {field.name: field for field in self.document.data_dictionary.fields}

    @cached_property
    def functions(self) -> dict[str, DefineFunction]:
        dictionary = self.document.transformations
        return {} if dictionary is None else {function.name: function for function in dictionary.functions}

    @cached_property
    def global_fields(self) -> dict[str, DerivedField]:
        dictionary = self.document.transformations
        return {} if dictionary is None else {field.name: field for field in dictionary.fields}

    def fields_behind(self, name: str) -> frozenset[str]:
        """The fields that a field of the transformation dictionary is made of, directly or not."""
        known: set[str] = set()
        waiting = [name]
        while waiting:
            derived = self.global_fields.get(waiting.pop())
            found = set() if derived is None else set(fields_read(derived)) - known
            known |= found
            waiting.extend(found)
        return frozenset(known)

    def error(self, node: Node, message: str) -> ModelError:
        """A ModelError that says where in the document."""
        return ModelError(f"{self.source}, {node.position}: <{node.tag}> {message}")

    @contextmanager
    def at(self, node: Node) -> Iterator[None]:
        """Type and value errors inside become model errors at the element."""
        try:
            yield
        except (TypeError, ValueError) as error:
            raise self.error(node, str(error)) from error


class Scope:
    """The names that a model sees."""

    def __init__(self, compilation: Compilation, model: Model | None = None, parent: Scope | None = None) -> None:
        self.compilation = compilation
        self.builder = compilation.builder
        self.model = model
        self.parent = parent
        self._guards = self.builder.guards
        self._fields: dict[str, Field] = {}
        self._defined: set[str] = set()
        self._open: set[str] = set()
        local = model.local_transformations if model is not None else None
        self._derived = {field.name: field for field in local.fields} if local is not None else {}
        self._mining = {field.name: field for field in model.mining_schema.fields} if model is not None else {}

    def mirrored(self, compilation: Compilation, parent: Scope | None) -> Scope:
        """The same declarations in another compilation; what is being lowered here is no field of its own there."""
        scope = Scope(compilation, self.model, parent)
        scope._open.update(self._open)
        scope._lowering.update(self._lowering)
        return scope

    def declare(self, fields: Iterable[DerivedField]) -> None:
        """Make further derived fields known, before anything asks for them."""
        self._derived.update((field.name, field) for field in fields)

    def define(self, field: Field) -> None:
        """Make a result (of an earlier segment, of an output field) known by its name."""
        self._fields[field.name] = field
        self._defined.add(field.name)

    def result(self, name: str) -> Field | None:
        """The result of an earlier model that goes by this name here, or None."""
        if name in self._defined:
            return self._fields[name]
        return None if self.parent is None or name in self._derived else self.parent.result(name)

    def field(self, name: str, node: Node) -> Field:
        """The field of that name; a ModelError at the node when there is none."""
        found = self.find(name)
        if found is None:
            names = sorted(self.names())
            listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            hint = nearest(name, names)
            raise self.compilation.error(
                node, f"refers to field {name!r}, which is not declared (known: {listed}){hint}"
            )
        return found

    def names(self) -> set[str]:
        """Every name in scope."""
        own = set(self._fields) | set(self._derived)
        if self.parent is not None:
            return own | self.parent.names()
        return own | set(self.compilation.global_fields) | set(self.compilation.data_fields)

    def find(self, name: str) -> Field | None:
        """The field of that name, or None. While a field is being lowered its name means the outer field."""
        known = self._fields.get(name)
        if known is not None:
            return known
        if name in self._open or self._passes_on(name):
            return self._outer(name)
        self._open.add(name)
        try:
            with self.builder.under(self._guards):
                found = self._lower(name)
        finally:
            self._open.discard(name)
        if found is not None:
            self._fields[name] = found
        return found

    def _passes_on(self, name: str) -> bool:
        """Does the name surely mean what it means around this model? A forest has thousands of such names."""
        if self.parent is None or name in self._derived or name in self.compilation.global_fields:
            return False
        mining = self._mining.get(name)
        return mining is None or not mining.treats

    def _lower(self, name: str) -> Field | None:
        if name in self._derived:
            return self._lower_derived(self._derived[name])
        mining = self._mining.get(name)
        if mining is None:
            return self._made_anew(name) or self._outer(name)
        if self.parent is None and name in self.compilation.data_fields:
            return self.treated_input(mining)
        outer = self._made_anew(name) or self._outer(name)
        return outer if outer is None or not mining.treats else self._treated(outer, mining)

    def _made_anew(self, name: str) -> Field | None:
        """A field of the transformation dictionary, if this model treats inputs of it unlike the models around it."""
        derived = self.compilation.global_fields.get(name)
        if derived is None or self.parent is None or self._redefines(name):
            return None
        if self._treated_inputs.isdisjoint(self.compilation.fields_behind(name)):
            return None
        return self._lower_derived(derived)

    def _redefines(self, name: str) -> bool:
        """Does the name mean another field than that of the transformation dictionary?"""
        own = name in self._defined or name in self._derived or name in self.compilation.data_fields
        return own or (self.parent is not None and self.parent._redefines(name))

    @cached_property
    def _treated_inputs(self) -> frozenset[str]:
        return frozenset(name for name, mining in self._mining.items() if mining.treats)

    def _outer(self, name: str) -> Field | None:
        """What the name means outside this model's own declarations."""
        if self.parent is not None:
            return self.parent.find(name)
        derived = self.compilation.global_fields.get(name)
        if derived is not None and ("global", name) not in self._lowering:
            self._lowering.add(("global", name))
            try:
                return self._lower_derived(derived)
            finally:
                self._lowering.discard(("global", name))
        mining = self._mining.get(name)
        if name in self.compilation.data_fields:
            return self.treated_input(mining or MiningField(name=name))
        return None

    @cached_property
    def _lowering(self) -> set[tuple[str, str]]:
        return set()

    def _lower_derived(self, node: DerivedField) -> Field:
        from sparkpmml.compiler.expressions import lower_derived_field

        return lower_derived_field(node, self)

    def mining_field(self, name: str) -> MiningField:
        """How the model here, or the nearest around it that says so, uses a field."""
        known = self._mining.get(name)
        if known is not None:
            return known
        return MiningField(name=name) if self.parent is None else self.parent.mining_field(name)

    def treated_input(self, mining: MiningField) -> Field:
        declared = self.compilation.data_fields[mining.name]
        raw = self.builder.input(mining.name, declared.type)
        return self._apply(raw, declared, mining, declared.type)

    def read_as(self, mining: MiningField, data_type: DataType, raw: Slot) -> Field:
        """An input as a field of another type than the document declares, here and inside; `raw` is its column."""
        declared = replace(self.compilation.data_fields[mining.name], data_type=data_type)
        field = self._fields[mining.name] = self._apply(raw, declared, mining, data_type)
        return field

    def _treated(self, outer: Field, mining: MiningField) -> Field:
        declared = self.compilation.data_fields.get(mining.name) or DataField(
            name=mining.name, op_type=outer.op_type, data_type=outer.data_type, values=(), intervals=()
        )
        return self._apply(outer.slot, declared, mining, outer.data_type)

    def _apply(self, raw: Slot, declared: DataField, mining: MiningField, data_type: DataType) -> Field:
        with self.compilation.at(mining):
            treated = self.builder.emit(make_prepare(declared, mining, data_type), raw)
        slot = self.builder.checked(treated, f"{declared.name} is not valid", raw)
        op_type = mining.op_type or declared.op_type
        return Field(declared.name, slot, op_type, declared.categories)


class ParameterScope(Scope):
    """The parameters of a defined function, around them the fields that the caller sees."""

    def __init__(self, caller: Scope, parameters: dict[str, Field]) -> None:
        super().__init__(caller.compilation, None, caller)
        self._fields = dict(parameters)
        self._guards = caller.builder.guards


class LocalScope(Scope):
    """Derived fields of a part of the document that is no model, around them what that part sees."""

    def __init__(self, around: Scope, fields: Iterable[DerivedField]) -> None:
        super().__init__(around.compilation, None, around)
        self.declare(fields)


def unsupported(node: Node, what: str, scope: Scope) -> UnsupportedMarkupError:
    """The error that says that this markup cannot be scored."""
    finding = Finding(node.position.line, node.position.column, what)
    return UnsupportedMarkupError([finding], scope.compilation.source)
