"""The markup of SequenceModel."""

from __future__ import annotations

import math
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.sequences import LATER, NEXT, SAME
from sparkpmml.models.association.nodes import Item, Itemset, Itemsets
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.columns import Stated, Texts, as_array
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, columns, element, family, number, one_of


@family
class SequencePart(Node):
    """A set, or what stands between two."""


@element("SetReference")
class SetReference(SequencePart):
    """A set of the sequence."""

    set: str = attribute(name="setId")


@element("Delimiter")
class Delimiter(SequencePart):
    """How a set follows the one before it: in a later transaction, which `gap="false"` makes the next, or the same."""

    delimiter: str = attribute(
        one_of("acrossTimeWindows", "sameTimeWindow", other_spellings={"acrossTimeWindow": "acrossTimeWindows"})
    )
    gap: str = attribute(one_of("true", "false", "unknown"), default="unknown")

    @property
    def how(self) -> int:
        """As the kernel takes it."""
        if self.delimiter == "sameTimeWindow":
            return SAME
        return NEXT if self.gap == "false" else LATER


@element("Sequence", ignores=("numberOfSets", "occurrence", "support", "Time"))
class Sequence(Node):
    """Sets, each later than the one before it."""

    id: str = attribute()
    parts: tuple[SequencePart, ...] = children(SequencePart)


class Sequences:
    """Sequences, column by column: those of sequence i refer to `sets` from `offsets[i]` to `offsets[i + 1]`."""

    def __init__(self) -> None:
        self.ids = Texts()
        self.sets = Texts()
        self._hows = array("b")
        self._offsets = array("q", [0])

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`: the fields of a Sequence."""
        how = LATER
        for part in values.get("parts", ()):
            if isinstance(part, Delimiter):
                how = part.how
            elif isinstance(part, SetReference):
                self.sets.append(part.set)
                self._hows.append(how)
                how = LATER
        if len(self._hows) == self._offsets[-1]:
            raise ValueError("has no SetReference")
        self._offsets.append(len(self._hows))
        self.ids.append(values["id"])
        self.ids.pack()
        self.sets.pack()

    @property
    def hows(self) -> NDArray[np.int8]:
        """How each set follows the one before it."""
        return as_array(self._hows)

    @property
    def offsets(self) -> NDArray[np.int64]:
        return as_array(self._offsets)


@element("SequenceReference")
class SequenceReference(Node):
    """A reference to a sequence."""

    sequence: str = attribute(name="seqId")


@element("AntecedentSequence", ignores=("Time",))
class AntecedentSequence(Node):
    """What has happened."""

    reference: SequenceReference = child(SequenceReference, required=True)


@element("ConsequentSequence", ignores=("Time",))
class ConsequentSequence(Node):
    """What follows."""

    reference: SequenceReference = child(SequenceReference, required=True)


@element("SequenceRule", ignores=("numberOfSets", "occurrence", "Time"))
class SequenceRule(Node):
    """After the antecedent, the consequent."""

    id: str | None = attribute(default=None)
    support: float = attribute(number)
    confidence: float = attribute(number)
    lift: float | None = attribute(number, default=None)
    antecedent: AntecedentSequence = child(AntecedentSequence, required=True)
    delimiter: Delimiter = child(Delimiter, required=True)
    consequent: ConsequentSequence = child(ConsequentSequence, required=True)


class SequenceRules:
    """Rules, column by column."""

    def __init__(self) -> None:
        self.ids = Texts()
        self.antecedents = Texts()
        self.consequents = Texts()
        self.measures = {name: Stated() for name in ("support", "confidence", "lift")}
        self._hows = array("b")

    def __len__(self) -> int:
        return len(self._hows)

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`: the fields of a SequenceRule."""
        self.ids.append(values["id"])
        self.antecedents.append(values["antecedent"].reference.sequence)
        self.consequents.append(values["consequent"].reference.sequence)
        for name, column in self.measures.items():
            column.append(values[name])
        self._hows.append(values["delimiter"].how)
        self.ids.pack()
        self.antecedents.pack()
        self.consequents.pack()

    @property
    def hows(self) -> NDArray[np.int8]:
        """How each consequent's first set follows the antecedent's last."""
        return as_array(self._hows)


@element(
    "Constraints",
    ignores=(
        "minimumNumberOfItems",
        "maximumNumberOfItems",
        "minimumNumberOfAntecedentItems",
        "maximumNumberOfAntecedentItems",
        "minimumNumberOfConsequentItems",
        "maximumNumberOfConsequentItems",
        "minimumSupport",
        "minimumConfidence",
        "minimumLift",
    ),
)
class Constraints(Node):
    """What the rules were mined for; that about time says which histories hold a sequence.

    Time from the first set of a rule to its last, from a set to the one after it, and from a rule's antecedent to its
    consequent, in the unit of the order field.
    """

    shortest: float = attribute(number, name="minimumTotalSequenceTime", default=0.0)
    longest: float = attribute(number, name="maximumTotalSequenceTime", default=math.inf)
    least: float = attribute(number, name="minimumItemsetSeparationTime", default=0.0)
    most: float = attribute(number, name="maximumItemsetSeparationTime", default=math.inf)
    least_between: float = attribute(number, name="minimumAntConsSeparationTime", default=0.0)
    most_between: float = attribute(number, name="maximumAntConsSeparationTime", default=math.inf)

    @property
    def about_time(self) -> bool:
        """Does any of them say something?"""
        least = max(self.shortest, self.least, self.least_between)
        return least > 0 or min(self.longest, self.most, self.most_between) < math.inf


@element("SetPredicate")
class SetPredicate(Node):
    """Values of a field that a transaction holds all of, as an itemset has it."""

    id: str = attribute()
    field: str = attribute()
    operator: str = attribute(one_of("supersetOf"), default="supersetOf")
    array: Array = child(Array, required=True)


@element(
    "SequenceModel",
    ignores=(
        "numberOfTransactions",
        "maxNumberOfItemsPerTransaction",
        "avgNumberOfItemsPerTransaction",
        "numberOfTransactionGroups",
        "maxNumberOfTAsPerTAGroup",
        "avgNumberOfTAsPerTAGroup",
    ),
)
class SequenceModel(Model):
    """Sequences of sets of items, and rules that lead from one to another."""

    constraints: Constraints | None = child(Constraints)
    items: tuple[Item, ...] = children(Item)
    itemsets: Itemsets = columns(Itemset, Itemsets)
    predicates: tuple[SetPredicate, ...] = children(SetPredicate)
    sequences: Sequences = columns(Sequence, Sequences)
    rules: SequenceRules = columns(SequenceRule, SequenceRules)
