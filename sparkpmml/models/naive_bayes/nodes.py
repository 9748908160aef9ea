"""NaiveBayesModel as written (specification: NaiveBayes)."""

from __future__ import annotations

from sparkpmml.pmml.distributions import ContinuousDistribution
from sparkpmml.pmml.expressions import DerivedField
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, number


@element("TargetValueCount")
class TargetValueCount(Node):
    """How often a target value occurs."""

    value: str = attribute()
    count: float = attribute(number)


@element("TargetValueCounts")
class TargetValueCounts(Node):
    """The counts of all target values; one that is left out is 0."""

    counts: tuple[TargetValueCount, ...] = children(TargetValueCount)


@element("TargetValueStat")
class TargetValueStat(Node):
    """The distribution of a field where the target has a value."""

    value: str = attribute()
    distribution: ContinuousDistribution = child(ContinuousDistribution, required=True)


@element("TargetValueStats")
class TargetValueStats(Node):
    """A field's distribution for every target value."""

    stats: tuple[TargetValueStat, ...] = children(TargetValueStat)


@element("PairCounts")
class PairCounts(Node):
    """How often a field's value occurs with each target value."""

    value: str = attribute()
    counts: TargetValueCounts = child(TargetValueCounts, required=True)


@element("BayesInput")
class BayesInput(Node):
    """What a field says about the target: counts of its values, or of its derived intervals, or distributions."""

    field: str = attribute(name="fieldName", older="field")
    derived: DerivedField | None = child(DerivedField)
    pairs: tuple[PairCounts, ...] = children(PairCounts)
    stats: TargetValueStats | None = child(TargetValueStats)


@element("Extension", ignores=("name", "value", "extender"))
class ExtendedInputs(Node):
    """Before PMML 4.2 R's exporter put the inputs that have distributions into an extension."""

    inputs: tuple[BayesInput, ...] = children(BayesInput)


@element("BayesInputs")
class BayesInputs(Node):
    """All inputs."""

    inputs: tuple[BayesInput, ...] = children(BayesInput)
    extensions: tuple[ExtendedInputs, ...] = children(ExtendedInputs)

    @property
    def all_inputs(self) -> tuple[BayesInput, ...]:
        return (*self.inputs, *(each for extension in self.extensions for each in extension.inputs))


@element("BayesOutput")
class BayesOutput(Node):
    """How often each target value occurs."""

    field: str | None = attribute(name="fieldName", older="targetField", default=None)
    counts: TargetValueCounts = child(TargetValueCounts, required=True)


@element("NaiveBayesModel")
class NaiveBayesModel(Model):
    """Bayes' theorem, as if the inputs were independent; `threshold` stands for probabilities of zero."""

    threshold: float = attribute(number)
    inputs: BayesInputs = child(BayesInputs, required=True)
    bayes_output: BayesOutput = child(BayesOutput, required=True)

    @property
    def target_name(self) -> str | None:
        return super().target_name or self.bayes_output.field
