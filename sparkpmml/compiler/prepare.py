"""Missing, invalid and extreme input values (specification: MiningSchema; DataDictionary, valid values).

The order is the specification's: a declared spelling of "missing" is missing, then validity is judged, then outliers;
what a treatment turns into a missing value is replaced like one that came missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from sparkpmml.datatypes import DataType, OpType
from sparkpmml.pmml.dictionary import DataField, Interval, MiningField
from sparkpmml.runtime.cast import cast, constant, parse_value
from sparkpmml.runtime.column import Array, Column, Mask, choose, either, storage_type, with_missing


@dataclass(frozen=True, slots=True, eq=False)
class ValueSet:
    """Some values of a type: strings by their text, all others by their stored value."""

    strings: frozenset[str]
    stored: Array

    @classmethod
    def of(cls, texts: Iterable[str], data_type: DataType) -> ValueSet:
        """The values of the type among the texts; a text that is no value of the type can never be met."""
        if data_type is DataType.STRING:
            return cls(frozenset(texts), np.empty(0))
        values = []
        for text in texts:
            try:
                values.append(parse_value(text, data_type))
            except ValueError:
                continue
        return cls(frozenset(), np.array(values, dtype=storage_type(data_type)))

    def __bool__(self) -> bool:
        return bool(self.strings) or bool(len(self.stored))

    def holds(self, column: Column) -> Mask:
        """bool[n]: is the value one of these? Strings are looked up once per dictionary entry."""
        if column.data_type is DataType.STRING:
            entries = column.dictionary if column.dictionary is not None else ()
            known = np.array([*(entry in self.strings for entry in entries), False], dtype=np.bool_)
            return known[column.values]
        if not len(self.stored):
            return np.zeros(len(column), dtype=np.bool_)
        return np.isin(column.values, self.stored) & ~column.is_missing()


@dataclass(frozen=True, slots=True)
class Range:
    """An interval in the field's own precision: a float is compared with the float nearest to the margin."""

    low: float
    high: float
    low_is_in: bool
    high_is_in: bool

    @classmethod
    def of(cls, interval: Interval, data_type: DataType) -> Range:
        low = -np.inf if interval.left_margin is None else interval.left_margin
        high = np.inf if interval.right_margin is None else interval.right_margin
        if data_type is DataType.FLOAT:
            low, high = float(np.float32(low)), float(np.float32(high))
        closure = interval.closure
        low_in = closure.startswith("closed") or interval.left_margin is None
        high_in = closure.endswith("Closed") or interval.right_margin is None
        return cls(low, high, low_in, high_in)

    def holds(self, values: Array) -> Mask:
        above = values >= self.low if self.low_is_in else values > self.low
        below = values <= self.high if self.high_is_in else values < self.high
        result: Mask = above & below
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Prepare:
    """The operation: a raw column in, the treated column out.

    Rows whose value makes the result invalid are marked `failed`; invalid values let through are marked `invalid`.
    """

    data_type: DataType
    missing_values: ValueSet
    invalid_values: ValueSet
    valid_values: ValueSet
    ranges: tuple[Range, ...]
    missing_fails: bool
    replacement: Column | None
    invalid_treatment: str
    invalid_replacement: Column | None
    outliers: str
    low: float
    high: float
    accepts_all: bool = False
    """Is there nothing to treat in a column whose values are all of the type? Most fields of most documents are so."""

    def __call__(self, raw: Column) -> Column:
        column = cast(raw.plain(), self.data_type)
        if self.accepts_all and column.failed is None:
            return column
        declared = self._declared_missing(raw)
        if self.missing_values:
            column = with_missing(column, declared | self.missing_values.holds(column))
        unreadable = None if column.failed is None else column.failed & ~declared
        missing = column.is_missing() if unreadable is None else column.is_missing() & ~unreadable
        invalid = self._invalid(column, missing)
        column = replace(column, failed=None)
        refused = either(unreadable, invalid)
        column, failed, missing = self._treat_invalid(column, refused, unreadable, missing)
        if self.outliers != "asIs":
            column, missing = self._treat_outliers(column, missing, refused)
        return self._treat_missing(column, missing, failed)

    def _declared_missing(self, raw: Column) -> Mask:
        """Texts such as "NA" that stand for missing but are no value of the field's type."""
        if raw.data_type is DataType.STRING and self.missing_values:
            return self._missing_texts.holds(raw)
        return np.zeros(1, dtype=np.bool_)

    @property
    def _missing_texts(self) -> ValueSet:
        return ValueSet(self.missing_values.strings, np.empty(0))

    def _invalid(self, column: Column, missing: Mask) -> Mask | None:
        invalid: Mask | None = None
        if self.ranges:
            inside = [each.holds(column.values) for each in self.ranges]
            valid = np.logical_or.reduce(inside)
            if self.valid_values:
                valid = valid | self.valid_values.holds(column)
            invalid = ~valid & ~missing
        elif self.valid_values:
            invalid = ~self.valid_values.holds(column) & ~missing
        if self.invalid_values:
            invalid = either(invalid, self.invalid_values.holds(column))
        return invalid if invalid is not None and invalid.any() else None

    def _treat_invalid(
        self, column: Column, invalid: Mask | None, unreadable: Mask | None, missing: Mask
    ) -> tuple[Column, Mask | None, Mask]:
        """(column, rows that fail, rows that are missing)."""
        if invalid is None:
            return column, None, missing
        if self.invalid_treatment == "returnInvalid":
            return column, invalid, missing
        if self.invalid_treatment == "asIs":  # a text that is no value of the type cannot be used as it is
            return replace(column, invalid=invalid), unreadable, missing
        if self.invalid_treatment == "asMissing":
            return with_missing(column, invalid), None, missing | invalid
        replaced = choose(invalid, self.invalid_replacement, column) if self.invalid_replacement is not None else column
        return replaced, None, missing

    def _treat_outliers(self, column: Column, missing: Mask, invalid: Mask | None) -> tuple[Column, Mask]:
        """Of valid values alone: an invalid one is what its own treatment makes of it."""
        settled = missing if invalid is None else missing | invalid
        if self.outliers == "asExtremeValues":
            low, high = (np.asarray(limit).astype(column.values.dtype) for limit in self._limits(column))
            return replace(column, values=np.where(settled, column.values, np.clip(column.values, low, high))), missing
        outside = ((column.values < self.low) | (column.values > self.high)) & ~settled
        return with_missing(column, outside), missing | outside

    def _limits(self, column: Column) -> tuple[float, float]:
        if column.data_type.is_floating:
            return self.low, self.high
        bounds = np.iinfo(column.values.dtype)
        return max(self.low, float(bounds.min)), min(self.high, float(bounds.max))

    def _treat_missing(self, column: Column, missing: Mask, failed: Mask | None) -> Column:
        if missing.any():
            if self.missing_fails:
                failed = either(failed, missing)
            elif self.replacement is not None:
                column = choose(missing, self.replacement, column)
        if failed is not None:
            column = with_missing(column, failed)
        return replace(column, failed=failed)


def make_prepare(field: DataField, mining: MiningField, data_type: DataType) -> Prepare:
    """The treatment of a mining field.

    ValueError when a replacement is no value of the field's type.
    """
    operation_type = mining.op_type or field.op_type
    texts = {kind: [v.value for v in field.values if v.property == kind] for kind in ("missing", "invalid", "valid")}
    texts["missing"] = [text for text in texts["missing"] if not _is_nan(text, data_type)]
    continuous = operation_type is OpType.CONTINUOUS and data_type is not DataType.STRING
    ranges = tuple(Range.of(interval, data_type) for interval in field.intervals) if continuous else ()
    missing_values = ValueSet.of(texts["missing"], data_type)
    prepare = Prepare(
        data_type=data_type,
        missing_values=replace(missing_values, strings=frozenset(texts["missing"])),
        invalid_values=ValueSet.of(texts["invalid"], data_type),
        valid_values=ValueSet.of(texts["valid"], data_type),
        ranges=ranges,
        missing_fails=mining.missing_value_treatment == "returnInvalid",
        replacement=_literal(mining.missing_value_replacement, data_type),
        invalid_treatment=mining.invalid_value_treatment,
        invalid_replacement=_literal(mining.invalid_value_replacement, data_type),
        outliers=mining.outliers if data_type is not DataType.STRING else "asIs",
        low=-np.inf if mining.low_value is None else mining.low_value,
        high=np.inf if mining.high_value is None else mining.high_value,
    )
    if prepare.invalid_treatment == "asValue" and prepare.invalid_replacement is None:
        raise ValueError(f"{field.name!r} replaces invalid values (asValue) but gives no invalidValueReplacement")
    return replace(prepare, accepts_all=_accepts_all(prepare))


def _is_nan(text: str, data_type: DataType) -> bool:
    """Is it the number that stands for a missing value anyway? XGBoost's exports declare it for each field."""
    try:
        return data_type.is_floating and math.isnan(float(parse_value(text, data_type)))
    except ValueError:
        return False


def _accepts_all(prepare: Prepare) -> bool:
    declares = prepare.missing_values or prepare.invalid_values or prepare.valid_values or prepare.ranges
    treats = prepare.missing_fails or prepare.replacement is not None or prepare.outliers != "asIs"
    return not declares and not treats


def _literal(text: str | None, data_type: DataType) -> Column | None:
    return None if text is None else constant(text, data_type)
