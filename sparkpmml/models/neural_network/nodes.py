"""The elements of a NeuralNetwork (specification: NeuralNetwork)."""

from __future__ import annotations

from sparkpmml.kernels.activations import ACTIVATIONS, NORMALIZATIONS
from sparkpmml.pmml.expressions import DerivedField, Expression
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, number, one_of

RADIAL_BASIS = "radialBasis"

_activation = one_of(*ACTIVATIONS, RADIAL_BASIS)
_normalization = one_of("none", *NORMALIZATIONS)


@element("NeuralInput")
class NeuralInput(Node):
    """A neuron whose value is an expression's; PMML 1 and 2 write the expression without a DerivedField."""

    id: str = attribute()
    derived: DerivedField | None = child(DerivedField)
    expression: Expression | None = child(Expression)


@element("NeuralInputs", ignores=("numberOfInputs",))
class NeuralInputs(Node):
    """The first layer."""

    inputs: tuple[NeuralInput, ...] = children(NeuralInput)


@element("Con")
class Connection(Node):
    """The weight of an earlier neuron's value; for a radial basis function, the centre in its direction."""

    source: str = attribute(name="from")
    weight: float = attribute(number)


@element("Neuron")
class Neuron(Node):
    """A neuron and what it is connected to."""

    id: str = attribute()
    bias: float = attribute(number, default=0.0)
    width: float | None = attribute(number, default=None)
    altitude: float | None = attribute(number, default=None)
    connections: tuple[Connection, ...] = children(Connection)


@element("NeuralLayer", ignores=("numberOfNeurons",))
class NeuralLayer(Node):
    """Neurons that are computed together; what the layer does not say holds as the network says."""

    activation: str | None = attribute(_activation, name="activationFunction", default=None)
    normalization: str | None = attribute(_normalization, name="normalizationMethod", default=None)
    threshold: float | None = attribute(number, default=None)
    width: float | None = attribute(number, default=None)
    altitude: float | None = attribute(number, default=None)
    neurons: tuple[Neuron, ...] = children(Neuron)


@element("NeuralOutput")
class NeuralOutput(Node):
    """What a neuron's value says about a target: the expression from the target to the value, to be read backwards."""

    neuron: str = attribute(name="outputNeuron")
    derived: DerivedField | None = child(DerivedField)
    expression: Expression | None = child(Expression)


@element("NeuralOutputs", ignores=("numberOfOutputs",))
class NeuralOutputs(Node):
    """The neurons that speak of targets."""

    outputs: tuple[NeuralOutput, ...] = children(NeuralOutput)


@element("NeuralNetwork", ignores=("numberOfLayers",))
class NeuralNetwork(Model):
    """Neurons in layers; producers leave out the activation function when every layer has its own."""

    activation: str | None = attribute(_activation, name="activationFunction", default=None)
    normalization: str = attribute(_normalization, name="normalizationMethod", default="none")
    threshold: float = attribute(number, default=0.0)
    width: float | None = attribute(number, default=None)
    altitude: float = attribute(number, default=1.0)
    inputs: NeuralInputs = child(NeuralInputs, required=True)
    layers: tuple[NeuralLayer, ...] = children(NeuralLayer)
    outputs: NeuralOutputs = child(NeuralOutputs, required=True)
