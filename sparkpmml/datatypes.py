"""PMML's data types and operational types (specification: DataDictionary, simple types)."""

from __future__ import annotations

from enum import Enum
from functools import cached_property


class DataType(Enum):
    """The `dataType` attribute; `str()` gives the document's spelling."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "dateTime"
    DATE_DAYS_SINCE_0 = "dateDaysSince[0]"
    DATE_DAYS_SINCE_1960 = "dateDaysSince[1960]"
    DATE_DAYS_SINCE_1970 = "dateDaysSince[1970]"
    DATE_DAYS_SINCE_1980 = "dateDaysSince[1980]"
    DATE_DAYS_SINCE_1990 = "dateDaysSince[1990]"
    DATE_DAYS_SINCE_2000 = "dateDaysSince[2000]"
    DATE_DAYS_SINCE_2010 = "dateDaysSince[2010]"
    DATE_DAYS_SINCE_2020 = "dateDaysSince[2020]"
    TIME_SECONDS = "timeSeconds"
    DATE_TIME_SECONDS_SINCE_0 = "dateTimeSecondsSince[0]"
    DATE_TIME_SECONDS_SINCE_1960 = "dateTimeSecondsSince[1960]"
    DATE_TIME_SECONDS_SINCE_1970 = "dateTimeSecondsSince[1970]"
    DATE_TIME_SECONDS_SINCE_1980 = "dateTimeSecondsSince[1980]"
    DATE_TIME_SECONDS_SINCE_1990 = "dateTimeSecondsSince[1990]"
    DATE_TIME_SECONDS_SINCE_2000 = "dateTimeSecondsSince[2000]"
    DATE_TIME_SECONDS_SINCE_2010 = "dateTimeSecondsSince[2010]"
    DATE_TIME_SECONDS_SINCE_2020 = "dateTimeSecondsSince[2020]"

    def __str__(self) -> str:
        return self.value

    @cached_property  # asked of every column
    def is_floating(self) -> bool:
        """Is a missing value of this type a NaN?"""
        return self in (DataType.FLOAT, DataType.DOUBLE)

    @cached_property
    def is_numeric(self) -> bool:
        return self in (DataType.INTEGER, DataType.FLOAT, DataType.DOUBLE)

    @property
    def is_days_since(self) -> bool:
        return self.value.startswith("dateDaysSince[")

    @property
    def is_seconds_since(self) -> bool:
        return self.value.startswith("dateTimeSecondsSince[")

    @property
    def epoch_year(self) -> int:
        """The year in brackets of a `...Since[year]` type; for other types a ValueError."""
        return int(self.value[self.value.index("[") + 1 : -1])


class OpType(Enum):
    """The `optype` attribute: which comparisons make sense."""

    CATEGORICAL = "categorical"
    ORDINAL = "ordinal"
    CONTINUOUS = "continuous"

    def __str__(self) -> str:
        return self.value
