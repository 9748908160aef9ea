"""How records are compared (specification: ClusteringModel, ComparisonMeasure); clusters and neighbours share it."""

from __future__ import annotations

from sparkpmml.pmml.matrix import Matrix
from sparkpmml.pmml.node import Node, attribute, child, element, family, number, one_of

COMPARE_FUNCTIONS = ("absDiff", "gaussSim", "delta", "equal", "table")

compare_function = one_of(*COMPARE_FUNCTIONS)


@family
class Measure(Node):
    """Any way to make one number of the comparisons of all fields."""

    @property
    def power(self) -> float | None:
        """What differences are raised to before they are added; None for measures of bits."""
        return None


@element("euclidean")
class Euclidean(Measure):
    """The root of the sum of squares."""

    @property
    def power(self) -> float:
        return 2.0


@element("squaredEuclidean")
class SquaredEuclidean(Euclidean):
    """The sum of squares."""


@element("cityBlock")
class CityBlock(Measure):
    """The sum."""

    @property
    def power(self) -> float:
        return 1.0


@element("chebychev", "chebyshev")
class Chebychev(CityBlock):
    """The highest."""


@element("minkowski")
class Minkowski(Measure):
    """The root of the sum of powers."""

    exponent: float = attribute(number, name="p-parameter")

    @property
    def power(self) -> float:
        return self.exponent

    def __post_init__(self) -> None:
        if not self.exponent > 0:
            raise ValueError(f"needs a positive p-parameter, has {self.exponent:g}")


Bits = tuple[float, float, float, float]
"""Coefficients of the numbers of fields with bits (11, 10, 01, 00) of the record and of what it is compared with."""


@family
class BitMeasure(Measure):
    """Any ratio of counts of equal and of different bits."""

    @property
    def numerator(self) -> Bits:
        raise NotImplementedError

    @property
    def denominator(self) -> Bits:
        raise NotImplementedError


@element("simpleMatching")
class SimpleMatching(BitMeasure):
    """(a11 + a00) / (a11 + a10 + a01 + a00)"""

    @property
    def numerator(self) -> Bits:
        return 1, 0, 0, 1

    @property
    def denominator(self) -> Bits:
        return 1, 1, 1, 1


@element("jaccard")
class Jaccard(BitMeasure):
    """a11 / (a11 + a10 + a01)"""

    @property
    def numerator(self) -> Bits:
        return 1, 0, 0, 0

    @property
    def denominator(self) -> Bits:
        return 1, 1, 1, 0


@element("tanimoto")
class Tanimoto(BitMeasure):
    """(a11 + a00) / (a11 + 2 (a10 + a01) + a00)"""

    @property
    def numerator(self) -> Bits:
        return 1, 0, 0, 1

    @property
    def denominator(self) -> Bits:
        return 1, 2, 2, 1


@element("binarySimilarity")
class BinarySimilarity(BitMeasure):
    """(c11 a11 + c10 a10 + c01 a01 + c00 a00) / (d11 a11 + d10 a10 + d01 a01 + d00 a00)"""

    c11: float = attribute(number, name="c11-parameter")
    c10: float = attribute(number, name="c10-parameter")
    c01: float = attribute(number, name="c01-parameter")
    c00: float = attribute(number, name="c00-parameter")
    d11: float = attribute(number, name="d11-parameter")
    d10: float = attribute(number, name="d10-parameter")
    d01: float = attribute(number, name="d01-parameter")
    d00: float = attribute(number, name="d00-parameter")

    @property
    def numerator(self) -> Bits:
        return self.c11, self.c10, self.c01, self.c00

    @property
    def denominator(self) -> Bits:
        return self.d11, self.d10, self.d01, self.d00


@element("ComparisonMeasure", ignores=("minimum", "maximum"))
class ComparisonMeasure(Node):
    """The measure, whether small or great values mean alike, and how fields compare that do not say."""

    kind: str = attribute(one_of("distance", "similarity"), default="distance")
    compare_function: str = attribute(compare_function, default="absDiff")
    measure: Measure = child(Measure, required=True)

    @property
    def is_similarity(self) -> bool:
        return self.kind == "similarity" or isinstance(self.measure, BitMeasure)


@element("Comparisons")
class Comparisons(Node):
    """How alike, or far apart, the values of a field are: a row and a column per value in the declared order."""

    matrix: Matrix = child(Matrix, required=True)
