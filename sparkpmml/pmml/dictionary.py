"""The fields of the document (specification: DataDictionary, MiningSchema)."""

from __future__ import annotations

from sparkpmml.datatypes import DataType, OpType
from sparkpmml.pmml.node import ANY, Node, attribute, boolean, child, children, element, number, one_of

_DATA_TYPE_SPELLINGS = {
    # PMML 1 and 2 left the type out or used words of their own; PMML 3 wrote the epoch without brackets
    "real": "double",
    "decimal": "double",
    "long": "integer",
    "int": "integer",
    "dateTimeSecondsSince1960": "dateTimeSecondsSince[1960]",
    "dateTimeSecondsSince1970": "dateTimeSecondsSince[1970]",
    "dateTimeSecondsSince1980": "dateTimeSecondsSince[1980]",
    "dateDaysSince1960": "dateDaysSince[1960]",
    "dateDaysSince1970": "dateDaysSince[1970]",
    "dateDaysSince1980": "dateDaysSince[1980]",
}


def data_type(text: str) -> DataType:
    """The attribute `dataType`; `x-dateDaysSince[1990]` and its like are PMML 4.4's types under an older name."""
    spelling = text.strip().removeprefix("x-")
    try:
        return DataType(_DATA_TYPE_SPELLINGS.get(spelling, spelling))
    except ValueError:
        raise ValueError(f"must be a PMML data type, is {text!r}") from None


def op_type(text: str) -> OpType:
    """The attribute `optype`."""
    try:
        return OpType(text.strip().lower())
    except ValueError:
        raise ValueError(f"must be categorical, ordinal or continuous, is {text!r}") from None


@element("Value")
class Value(Node):
    """A value of a field: a valid one, an invalid one, or a spelling of "missing"."""

    value: str = attribute()
    display_value: str | None = attribute(default=None)
    property: str = attribute(one_of("valid", "invalid", "missing"), default="valid")


@element("Interval")
class Interval(Node):
    """A range of valid numbers; a margin that is not given is infinite."""

    closure: str = attribute(one_of("openOpen", "openClosed", "closedOpen", "closedClosed"), default="openOpen")
    left_margin: float | None = attribute(number, default=None)
    right_margin: float | None = attribute(number, default=None)

    def __str__(self) -> str:
        left = "(" if self.closure.startswith("open") or self.left_margin is None else "["
        right = ")" if self.closure.endswith("Open") or self.right_margin is None else "]"
        low = "-∞" if self.left_margin is None else f"{self.left_margin:g}"
        high = "∞" if self.right_margin is None else f"{self.right_margin:g}"
        return f"{left}{low}, {high}{right}"


@element("DataField", ignores=("Taxonomy", "taxonomy", "Extension"))
class DataField(Node):
    """A field of the data, before any treatment."""

    name: str = attribute()
    op_type: OpType = attribute(op_type, name="optype", older="opType")
    data_type: DataType | None = attribute(data_type, default=None)
    is_cyclic: bool = attribute(boolean, default=False)
    display_name: str | None = attribute(default=None)
    values: tuple[Value, ...] = children(Value)
    intervals: tuple[Interval, ...] = children(Interval)

    @property
    def type(self) -> DataType:
        """The data type; documents before PMML 2.1 leave it to the operational type."""
        if self.data_type is not None:
            return self.data_type
        return DataType.DOUBLE if self.op_type is OpType.CONTINUOUS else DataType.STRING

    @property
    def categories(self) -> tuple[str, ...]:
        """The valid values, in document order."""
        return tuple(value.value for value in self.values if value.property == "valid")


@element("DataDictionary", ignores=("Taxonomy", "numberOfFields"))
class DataDictionary(Node):
    """All fields of the data."""

    fields: tuple[DataField, ...] = children(DataField)


MISSING_TREATMENTS = ("asIs", "asMean", "asMode", "asMedian", "asValue", "returnInvalid")
INVALID_TREATMENTS = ("returnInvalid", "asIs", "asMissing", "asValue")


@element("MiningField")
class MiningField(Node):
    """How a model uses a field, and what it does about missing, invalid and extreme values."""

    name: str = attribute()
    usage_type: str = attribute(
        one_of(
            "active",
            "predicted",
            "target",
            "supplementary",
            "group",
            "order",
            "frequencyWeight",
            "analysisWeight",
            other_spellings={"": "active", "supplemental": "supplementary"},
        ),
        default="active",
    )
    op_type: OpType | None = attribute(op_type, name="optype", older="opType", default=None)
    importance: float | None = attribute(number, default=None)
    outliers: str = attribute(one_of("asIs", "asMissingValues", "asExtremeValues"), default="asIs")
    low_value: float | None = attribute(number, default=None)
    high_value: float | None = attribute(number, default=None)
    missing_value_replacement: str | None = attribute(default=None)
    missing_value_treatment: str = attribute(
        one_of(
            *MISSING_TREATMENTS,
            other_spellings={"x-returnInvalid": "returnInvalid", "constant": "asValue"},  # nyoka writes constant
        ),
        default="asIs",
    )
    invalid_value_treatment: str = attribute(
        one_of(*INVALID_TREATMENTS, other_spellings={"x-asValue": "asValue"}), default="returnInvalid"
    )
    invalid_value_replacement: str | None = attribute(
        name="invalidValueReplacement", older="x-invalidValueReplacement", default=None
    )

    def __post_init__(self) -> None:
        if self.outliers == "asExtremeValues" and self.low_value is None and self.high_value is None:
            raise ValueError(f"{self.name!r} clips outliers (asExtremeValues) but gives no lowValue or highValue")

    @property
    def is_target(self) -> bool:
        return self.usage_type in ("predicted", "target")

    @property
    def treats(self) -> bool:
        """Does this field ask for anything but the defaults?"""
        return (
            self.outliers != "asIs"
            or self.missing_value_replacement is not None
            or self.missing_value_treatment != "asIs"
            or self.invalid_value_treatment != "returnInvalid"
            or self.op_type is not None
        )


@element("MiningSchema")
class MiningSchema(Node):
    """The fields that a model uses."""

    fields: tuple[MiningField, ...] = children(MiningField)

    @property
    def targets(self) -> tuple[MiningField, ...]:
        return tuple(field for field in self.fields if field.is_target)

    @property
    def active(self) -> tuple[MiningField, ...]:
        return tuple(field for field in self.fields if field.usage_type == "active")


@element("Header", ignores=(ANY, "modelVersion", "Timestamp", "Annotation"))
class Header(Node):
    """Who made the document."""

    copyright: str | None = attribute(default=None)
    description: str | None = attribute(default=None)
    application: Application | None = child("Application")


@element("Application", ignores=(ANY,))
class Application(Node):
    """The program that wrote the document."""

    name: str = attribute(default="")
    version: str = attribute(default="")
