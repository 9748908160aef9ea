"""The elements of a SupportVectorMachineModel (specification: SupportVectorMachine)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.regression.nodes import CategoricalPredictor
from sparkpmml.models.support_vector_machine.vectors import Vectors
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.columns import NumberColumn, Texts, number_column, text_column
from sparkpmml.pmml.expressions import FieldRef
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, columns, element, family, number, one_of
from sparkpmml.pmml.sparse_array import SparseArray

Parameters = tuple[str, float, float, float]


@family
class Kernel(Node):
    """Any kernel function."""

    @property
    def parameters(self) -> Parameters:
        """The kernel's name, then what it has of gamma, coef0 and degree."""
        raise NotImplementedError


@element("LinearKernelType")
class LinearKernel(Kernel):
    """<x, y>"""

    @property
    def parameters(self) -> Parameters:
        return "linear", 1.0, 0.0, 1.0


@element("PolynomialKernelType")
class PolynomialKernel(Kernel):
    """(gamma <x, y> + coef0) ** degree"""

    gamma: float = attribute(number, default=1.0)
    coef0: float = attribute(number, default=1.0)
    degree: float = attribute(number, default=1.0)

    @property
    def parameters(self) -> Parameters:
        return "polynomial", self.gamma, self.coef0, self.degree


@element("RadialBasisKernelType")
class RadialBasisKernel(Kernel):
    """exp(-gamma ||x - y||²)"""

    gamma: float = attribute(number, default=1.0)

    @property
    def parameters(self) -> Parameters:
        return "radialBasis", self.gamma, 0.0, 1.0


@element("SigmoidKernelType")
class SigmoidKernel(Kernel):
    """tanh(gamma <x, y> + coef0)"""

    gamma: float = attribute(number, default=1.0)
    coef0: float = attribute(number, default=1.0)

    @property
    def parameters(self) -> Parameters:
        return "sigmoid", self.gamma, self.coef0, 1.0


@element("VectorFields", ignores=("numberOfFields",))
class VectorFields(Node):
    """What the entries of vectors stand for: fields, and single values of fields."""

    references: tuple[FieldRef, ...] = children(FieldRef)
    predictors: tuple[CategoricalPredictor, ...] = children(CategoricalPredictor)

    @property
    def entries(self) -> list[FieldRef | CategoricalPredictor]:
        """Both kinds, in document order."""
        return sorted([*self.references, *self.predictors], key=lambda node: node.position)


@element("VectorInstance")
class VectorInstance(Node):
    """One vector, dense or sparse."""

    id: str = attribute()
    array: Array | None = child(Array)
    sparse_array: SparseArray | None = child(SparseArray)


@element("VectorDictionary", ignores=("numberOfVectors",))
class VectorDictionary(Node):
    """The vectors that machines refer to."""

    fields: VectorFields = child(VectorFields, required=True)
    vectors: Vectors = columns(VectorInstance, Vectors)


@element("SupportVector")
class SupportVector(Node):
    """A reference to a vector of the dictionary."""

    vector_id: str = attribute()


@element("SupportVectors", ignores=("numberOfAttributes", "numberOfSupportVectors"))
class SupportVectors(Node):
    """The vectors of one machine."""

    vectors: Texts = columns(SupportVector, text_column("vector_id"))


@element("Coefficient")
class Coefficient(Node):
    """The weight of a vector, or of a field."""

    value: float = attribute(number, default=0.0)


@element("Coefficients", ignores=("numberOfCoefficients",))
class Coefficients(Node):
    """A machine's weights."""

    absolute_value: float = attribute(number, default=0.0)
    coefficients: NumberColumn = columns(Coefficient, number_column("value"))

    @property
    def values(self) -> NDArray[np.float64]:
        return self.coefficients.numbers


@element("SupportVectorMachine")
class SupportVectorMachine(Node):
    """One function; for classes, the two it tells apart, or the one it tells from all others."""

    target_category: str | None = attribute(default=None)
    alternate_target_category: str | None = attribute(default=None)
    threshold: float | None = attribute(number, default=None)
    support_vectors: SupportVectors | None = child(SupportVectors)
    coefficients: Coefficients = child(Coefficients, required=True)


@element("SupportVectorMachineModel")
class SupportVectorMachineModel(Model):
    """Support vector machines for a number, for two classes, or for many."""

    threshold: float = attribute(number, default=0.0)
    representation: str = attribute(
        one_of("SupportVectors", "Coefficients"), name="svmRepresentation", default="SupportVectors"
    )
    classification_method: str | None = attribute(one_of("OneAgainstAll", "OneAgainstOne"), default=None)
    max_wins: bool = attribute(boolean, default=False)
    alternate_binary_target_category: str | None = attribute(default=None)
    kernel: Kernel | None = child(Kernel)
    dictionary: VectorDictionary = child(VectorDictionary, required=True)
    machines: tuple[SupportVectorMachine, ...] = children(SupportVectorMachine)
