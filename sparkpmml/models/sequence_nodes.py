"""The markup of SequenceModel."""

from __future__ import annotations

from sparkpmml.models.association_items import Item, Itemset
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, number, one_of


@family
class SequencePart(Node):
    """A set, or what stands between two."""


@element("SetReference")
class SetReference(SequencePart):
    """A set of the sequence."""

    set: str = attribute(name="setId")


@element("Delimiter")
class Delimiter(SequencePart):
    """How a set follows the one before it: in a later transaction, which `gap="false"` makes the next one."""

    delimiter: str = attribute(one_of("acrossTimeWindows", other_spellings={"acrossTimeWindow": "acrossTimeWindows"}))
    gap: str = attribute(one_of("true", "false", "unknown"), default="unknown")


@element("Sequence", ignores=("numberOfSets", "occurrence", "support", "Time"))
class Sequence(Node):
    """Sets, each later than the one before it."""

    id: str = attribute()
    parts: tuple[SequencePart, ...] = children(SequencePart)


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
    """What the rules were mined for. Those about time would say which histories hold a sequence."""


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
    itemsets: tuple[Itemset, ...] = children(Itemset)
    sequences: tuple[Sequence, ...] = children(Sequence)
    rules: tuple[SequenceRule, ...] = children(SequenceRule)
