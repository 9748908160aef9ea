"""What a lowered model gives: the values that targets, outputs, segments and the result struct are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Compilation, Field
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.pmml.dictionary import DataField
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.output import OutputField, Target
from sparkpmml.runtime.cast import format_value, parse_value


@dataclass(frozen=True, slots=True)
class Scores:
    """A float64[n, k] matrix with a column per label (a class, a cluster, a neighbour); NaN where there is none."""

    labels: tuple[str, ...]
    slot: Slot


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """The target field as its model declares it."""

    name: str | None
    data_type: DataType | None
    op_type: OpType | None
    categories: tuple[str, ...]
    target: Target | None
    declared: DataField | None

    def label(self, text: str) -> str:
        """A class label as the data dictionary spells it: "1.0" is the integer 1, " a" is not the string a."""
        if text in self.categories or self.data_type in (None, DataType.STRING):
            return text
        try:
            value = parse_value(text, self.data_type)
        except ValueError:
            return text
        for category in self.categories:
            if parse_value(category, self.data_type) == value:
                return category
        return format_value(value, self.data_type) if not isinstance(value, str) else value

    def order(self, labels: list[str]) -> tuple[str, ...]:
        """The labels in the order in which ties are broken: declared ones first, in the declared order."""
        known = [category for category in self.categories if category in labels]
        return tuple(known + [label for label in dict.fromkeys(labels) if label not in self.categories])


def target_info(model: Model, compilation: Compilation, name: str | None = None) -> TargetInfo:
    """The target of a model; `name` picks one where there are several."""
    name = name if name is not None else model.target_name
    targets = model.targets.targets if model.targets is not None else ()
    target = next((each for each in targets if each.field in (None, name)), None)
    if name is None and target is not None:
        name = target.field
    declared = compilation.data_fields.get(name) if name is not None else None
    mining = next((each for each in model.mining_schema.fields if each.name == name), None)
    op_type = (target.op_type if target is not None else None) or (mining.op_type if mining is not None else None)
    if declared is None:
        return TargetInfo(name, None, op_type, (), target, None)
    return TargetInfo(name, declared.type, op_type or declared.op_type, declared.categories, target, declared)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Entities (clusters, neighbours) from best to worst: by rank, the id and the affinity or distance."""

    ids: Slot
    scores: Slot


@dataclass(frozen=True, slots=True)
class OutputValue:
    """An output field's value and its place in the result."""

    field: OutputField
    slot: Slot
    is_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A model's answer.

    `value` is the predicted value (typed as the target), `features` holds values of other output features by the
    feature's name, by rank where they have one: `features["reasonCode"][0]` is the first.
    `targets` holds one result per target where a model has several; `segments` those of a MiningModel by id, already
    missing where a segment is not active.
    """

    info: TargetInfo
    value: Slot | None = None
    display: Slot | None = None
    labels: tuple[str, ...] = ()
    """The classes that `value` may be, where no scores name them."""
    probability: Scores | None = None
    confidence: Scores | None = None
    affinity: Scores | None = None
    features: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    lookups: Mapping[str, Callable[[OutputField], Slot]] = field(default_factory=dict)
    """By feature name: values that depend on more of the output field than its rank."""
    targets: Mapping[str, Result] = field(default_factory=dict)
    segments: Mapping[str, Result] = field(default_factory=dict)
    outputs: tuple[OutputValue, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    """Every output field by name: what later segments of a chain, and `segmentId` outputs, can refer to."""
