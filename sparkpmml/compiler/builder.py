"""Collects the steps of a program.

Every slot carries a sample: its value on a batch without rows, or, for a constant, its one value. Emitting a step runs
the operation on the samples, so result types are known, and type errors found, while the model is compiled; a step
whose inputs are all constants is folded into a constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import constant
from sparkpmml.runtime.column import Column, empty_column, missing_column
from sparkpmml.runtime.groups import pick
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.runtime.program import Check, Operation, ProgramInput, Step


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A value of the program under construction."""

    index: int
    sample: Any

    @property
    def is_constant(self) -> bool:
        return isinstance(self.sample, Column) and len(self.sample) == 1

    @property
    def data_type(self) -> DataType:
        """The data type of the column, or of a list column's values; TypeError for a matrix."""
        sample = self.sample.child if isinstance(self.sample, ListColumn) else self.sample
        if not isinstance(sample, Column):
            raise TypeError("a list of scores is no value")
        return sample.data_type


@dataclass(frozen=True, slots=True)
class Own:
    """The operation: the last value of each list; missing where there is none."""

    def __call__(self, lists: ListColumn) -> Column:
        absent = np.diff(lists.offsets) == 0
        absent = absent if lists.missing is None else absent | lists.missing
        return pick(lists.child, np.where(absent, len(lists.child), lists.offsets[1:] - 1))


class Builder:
    """The program under construction."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.inputs: dict[str, ProgramInput] = {}
        self.checks: dict[tuple[int, tuple[int, ...], str], Check] = {}
        self.constants: dict[int, Any] = {}
        self._slots: list[Slot] = []
        self._emitted: dict[Any, Slot] = {}
        self._guards: tuple[Slot, ...] = ()
        self._series: set[str] = set()

    def _slot(self, sample: Any) -> Slot:
        slot = Slot(len(self._slots), sample)
        self._slots.append(slot)
        return slot

    def input(
        self,
        name: str,
        data_type: DataType,
        is_list: bool = False,
        window: int | None = None,
        is_series: bool = False,
        note: str = "",
    ) -> Slot:
        """The raw column of a field, as it comes from the table: of any type that can stand for the field's.

        `window`: how many of a list's last values are looked at, None for all. `is_series`: the list's last value is
        the row's own, which is then the field's one value, too. `note`: see `ProgramInput`. TypeError for a field that
        is read both as one value and as a list of values, and never as a series.
        """
        known = self.inputs.get(name)
        if is_series:
            self._series.add(name)
        if known is None:
            sample: Any = empty_column(data_type)
            slot = self._slot(ListColumn(sample, np.zeros(1, dtype=np.int64)) if is_list else sample)
            self.inputs[name] = ProgramInput(name, data_type, slot.index, is_list, window, note)
            return slot
        if known.is_list is is_list:
            widest = None if window is None or known.window is None else max(window, known.window)
            self.inputs[name] = replace(known, window=widest)
            return self._slots[known.slot]
        if name not in self._series:
            raise TypeError(f"reads field {name!r} as one value, or as a list of values, and others do not")
        return self._as_series(known, window) if is_list else self.emit(Own(), self._slots[known.slot])

    def _as_series(self, known: ProgramInput, window: int | None) -> Slot:
        """The lists of a field that has been read as one value, which from now on is the last of these."""
        slot = self._slot(ListColumn(empty_column(known.data_type), np.zeros(1, dtype=np.int64)))
        self.inputs[known.name] = replace(known, slot=slot.index, is_list=True, window=window)
        self.steps.insert(0, Step(Own(), (slot.index,), known.slot))
        self._emitted[(Own(), (slot.index,))] = self._slots[known.slot]
        return slot

    def emit(self, operation: Operation, *inputs: Slot, sample: Any = None) -> Slot:
        """Add a step, or find the same step added before.

        `sample` spares running an operation whose result on no rows is known (and costs to compute).
        """
        key = (operation, tuple(slot.index for slot in inputs))
        known = self._emitted.get(key)
        if known is not None:
            return known
        folded = bool(inputs) and all(slot.is_constant for slot in inputs)
        if sample is None or folded:
            sample = operation(*[slot.sample for slot in inputs])
        slot = self._slot(sample)
        if folded:
            self.constants[slot.index] = sample
        else:
            self.steps.append(Step(operation, key[1], slot.index))
        self._emitted[key] = slot
        return slot

    def checked(self, slot: Slot, reason: str, source: Slot | None = None) -> Slot:
        """Rows where this column is marked failed cannot be scored, under the guards in force."""
        guards = tuple(guard.index for guard in self._guards)
        key = (slot.index, guards, reason)
        self.checks.setdefault(key, Check(slot.index, guards, reason, None if source is None else source.index))
        return slot

    def constant(self, column: Column) -> Slot:
        """A column of one row that every block sees."""
        slot = self._slot(column)
        self.constants[slot.index] = column
        return slot

    def literal(self, text: str, data_type: DataType) -> Slot:
        """A literal of the document; ValueError when its text is no value of the type."""
        key = ("literal", text, data_type)
        known = self._emitted.get(key)
        if known is None:
            known = self._emitted[key] = self.constant(constant(text, data_type))
        return known

    def missing(self, data_type: DataType) -> Slot:
        """The missing value."""
        key = ("missing", data_type)
        known = self._emitted.get(key)
        if known is None:
            known = self._emitted[key] = self.constant(missing_column(data_type))
        return known

    @property
    def guards(self) -> tuple[Slot, ...]:
        """Boolean columns that must all be true for a failure to count."""
        return self._guards

    @contextmanager
    def guarded(self, *guards: Slot) -> Iterator[None]:
        """Failures inside count only where these columns are true, too."""
        with self.under(self._guards + guards):
            yield

    @contextmanager
    def under(self, guards: tuple[Slot, ...]) -> Iterator[None]:
        """Failures inside count only where these columns are true, whatever was in force."""
        before, self._guards = self._guards, guards
        try:
            yield
        finally:
            self._guards = before

    def pruned(self, wanted: list[int]) -> tuple[list[Step], list[Check], dict[int, Any]]:
        """The steps, checks and constants that the wanted slots depend on, directly or not.

        A check belongs to the program when the column that it watches does.
        """
        needed = set(wanted)
        kept: list[Step] = []
        for step in reversed(self.steps):
            if step.output in needed:
                kept.append(step)
                needed.update(step.inputs)
        checks = [check for check in self.checks.values() if check.slot in needed]
        missing_guards = {guard for check in checks for guard in check.guards} - needed
        missing_guards |= {check.source for check in checks if check.source is not None} - needed
        if missing_guards:
            return self.pruned(sorted(needed | missing_guards))
        constants = {slot: value for slot, value in self.constants.items() if slot in needed}
        return kept[::-1], checks, constants
