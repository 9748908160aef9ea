"""The time that a row asks for, in the field that orders the series.

A number is a time on the document's own axis, as its TimeValues' indexes are. A date is looked up in the document's
calendar. Where the document has none (nyoka's exports name the field of the dates, and number the values from 0 on),
no date can be: the field is then read as such a number, too, of which the input's type tells the user.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot
from sparkpmml.compiler.scope import Scope, unsupported
from sparkpmml.datatypes import DataType
from sparkpmml.models.time_series.calendar import Calendar, Times, calendar_of, undefined_dates
from sparkpmml.models.time_series.nodes import TimeSeries, TimeSeriesModel
from sparkpmml.pmml.dictionary import MiningField
from sparkpmml.runtime.column import Column, missing_column

_UNDATED = (
    "the document numbers its series and says of no number which date it is (TimeAnchor, Timestamps), so that rows ask"
    " for numbers"
)


@dataclass(frozen=True, slots=True)
class Undated:
    """The operation: a raw column as it is, failed in all rows if it holds dates."""

    def __call__(self, raw: Column) -> Column:
        if not is_date(raw.data_type):
            return raw
        nowhere = missing_column(DataType.INTEGER, len(raw))
        return replace(nowhere, failed=nowhere.missing)


def is_number(data_type: DataType) -> bool:
    return data_type.is_numeric


def is_date(data_type: DataType) -> bool:
    return data_type in (DataType.DATE, DataType.DATE_TIME) or data_type.is_days_since or data_type.is_seconds_since


def time_of(order: MiningField, series: TimeSeries, node: TimeSeriesModel, scope: Scope) -> Slot:
    """float64[n]: the row's time; UnsupportedMarkupError for a field that says none."""
    declared = scope.compilation.data_fields.get(order.name)
    kind = scope.field(order.name, node).data_type if declared is None else declared.type
    if kind.is_numeric:
        return scope.field(order.name, node).slot
    if not is_date(kind):
        what = (
            f"<MiningField> {order.name!r} as the order of the series, which is a {kind}: neither a number nor a date"
        )
        raise unsupported(order, what, scope)
    calendar = _calendar(series, scope)
    if calendar is None:
        return _number(order, scope)
    dates = cast_slot(scope.field(order.name, node).slot, DataType.DATE_TIME, scope, order.name)
    return scope.builder.emit(Times(calendar), dates)


def _calendar(series: TimeSeries, scope: Scope) -> Calendar | None:
    for part, reason in undefined_dates(series):
        what = f"<{part.tag}> of a series whose dates rows ask for: PMML does not say {reason}"
        raise unsupported(part, what, scope)
    with scope.compilation.at(series):
        return calendar_of(series)


def _number(order: MiningField, scope: Scope) -> Slot:
    """The input as a number, whatever the document declares."""
    builder = scope.builder
    if scope.parent is not None or order.name not in scope.compilation.data_fields or order.name in builder.inputs:
        what = (
            f"<MiningField> {order.name!r} as the order of a series without dates (TimeAnchor, Timestamps) in a chain"
        )
        raise unsupported(order, what, scope)
    raw = builder.input(order.name, DataType.INTEGER, note=_UNDATED)
    numbered = builder.checked(builder.emit(Undated(), raw), f"{order.name} is a date: {_UNDATED}", raw)
    return scope.read_as(order, DataType.INTEGER, numbered).slot
