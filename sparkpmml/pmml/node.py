"""How an element is declared: a frozen class whose fields say which attributes and children it has.

    @element("MiningField")
    class MiningField(Node):
        name: str = attribute()
        importance: float | None = attribute(number, default=None)

The reader does the rest: it converts and checks attributes, places children by their declared type, and reports what
is not declared. A field named `mining_schema` reads the attribute `miningSchema` unless it names another.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar, dataclass_transform

REQUIRED: Any = object()
"""The default of an attribute that must be there."""

Converter = Callable[[str], Any]
"""Turns an attribute's text into its value; raises ValueError with what would be right."""


class Position(NamedTuple):
    """Where an element starts in its document; 1-based."""

    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


_NOWHERE = Position()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """An element of the document. Nodes are equal only to themselves."""

    position: Position = _NOWHERE

    @property
    def tag(self) -> str:
        """The element's name as PMML spells it."""
        return spec_of(type(self)).tags[0]


class SubtreeReader(Protocol):
    """Reads one element's whole subtree itself, for elements that occur by the hundred thousand.

    Gets the parser's events from just inside the element to its own end; then it must call `reader.finish(value)`
    with the value for the node's field `subtree`. It sees its element's attributes when it is made.
    """

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...


class Columns(Protocol):
    """Holds what many elements say in place of a node for each, for elements that occur by the hundred thousand."""

    def add(self, values: dict[str, Any]) -> None:
        """The next element: what its class's fields would hold; ValueError says what is wrong with it.

        Children that the element does not have are not there.
        """


SubtreeReaderFactory = Callable[[Any, dict[str, str]], SubtreeReader]
"""Called with the document's reader and the element's attributes."""


@dataclass(frozen=True, slots=True)
class Attribute:
    names: tuple[str, ...]
    convert: Converter
    default: Any


@dataclass(frozen=True, slots=True)
class Child:
    type: type[Node] | str
    many: bool
    required: bool
    columns: Callable[[], Columns] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    convert: Converter


def attribute(convert: Converter = str, *, name: str = "", older: str = "", default: Any = REQUIRED) -> Any:
    """A field read from an attribute; `name` where it is not the field's in camel case, `older` an older one or two."""
    spec = Attribute(tuple(filter(None, (name, *older.split()))), convert, default)
    return dataclasses.field(default=None, metadata={"pmml": spec})


def child(kind: type[Node] | str, *, required: bool = False) -> Any:
    """A field that holds the one child of the given class, or a subclass; None where there is none."""
    return dataclasses.field(default=None, metadata={"pmml": Child(kind, many=False, required=required)})


def children(kind: type[Node] | str) -> Any:
    """A field that holds all children of the given class, or its subclasses, in document order."""
    return dataclasses.field(default=(), metadata={"pmml": Child(kind, many=True, required=False)})


def columns(kind: type[Node] | str, make: Callable[[], Columns]) -> Any:
    """A field that holds what all children of the given class say, in document order, in what `make` makes."""
    spec = Child(kind, many=True, required=False, columns=make)
    return dataclasses.field(default_factory=make, metadata={"pmml": spec})


def content(convert: Converter = str) -> Any:
    """A field that holds the element's text."""
    return dataclasses.field(default=None, metadata={"pmml": Text(convert)})


@dataclass(frozen=True, slots=True)
class Spec:
    """What the reader knows of an element."""

    type: type[Node]
    tags: tuple[str, ...]
    attributes: dict[str, tuple[str, Attribute]]
    children: dict[str, Child]
    text: tuple[str, Text] | None
    ignores: frozenset[str]
    reader: SubtreeReaderFactory | None
    defaults: dict[str, Any] = dataclasses.field(init=False)
    """Of the fields that are read from attributes which need not be there."""
    width: int = dataclasses.field(init=False)
    """How many fields are read from attributes."""

    def __post_init__(self) -> None:
        fields = dict(self.attributes.values())
        defaults = {name: spec.default for name, spec in fields.items() if spec.default is not REQUIRED}
        object.__setattr__(self, "defaults", defaults)
        object.__setattr__(self, "width", len(fields))

    @property
    def is_empty(self) -> bool:
        """Has the element nothing but attributes?"""
        return not self.children and self.text is None and self.reader is None


_SPECS: dict[type[Node], Spec] = {}
_REFERENCES: dict[str, type[Node]] = {}

ANY = "any other attribute"
"""Among what an element ignores: all attributes that are not declared."""

T = TypeVar("T", bound=type[Node])


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(attribute, child, children, columns, content),
)
def element(*tags: str, ignores: tuple[str, ...] = (), reader: SubtreeReaderFactory | None = None) -> Callable[[T], T]:
    """Declare the class of an element with the given name (and older names).

    `ignores`: attributes and child elements that never change a score, `ANY` for all other attributes.
    `reader`: reads the subtree itself.
    """

    def declare(cls: T) -> T:
        made: Any = dataclass(frozen=True, kw_only=True, eq=False)(cls)
        _SPECS[made] = _make_spec(made, tags, frozenset(ignores), reader)
        _REFERENCES[made.__name__] = made
        return made  # type: ignore[no-any-return]

    return declare


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(attribute, child, children, columns, content),
)
def family(cls: T) -> T:
    """Declare the common base of several elements: a field typed with it accepts any of them."""
    made: Any = dataclass(frozen=True, kw_only=True, eq=False)(cls)
    _REFERENCES[made.__name__] = made
    return made  # type: ignore[no-any-return]


def _make_spec(
    cls: type[Node],
    tags: tuple[str, ...],
    ignores: frozenset[str],
    reader: SubtreeReaderFactory | None,
) -> Spec:
    attributes: dict[str, tuple[str, Attribute]] = {}
    kids: dict[str, Child] = {}
    text: tuple[str, Text] | None = None
    for each in dataclasses.fields(cls):
        spec = each.metadata.get("pmml")
        if isinstance(spec, Attribute):
            names = spec.names or (camel_case(each.name),)
            for name in names:
                attributes[name] = (sys.intern(each.name), spec)
        elif isinstance(spec, Child):
            kids[each.name] = spec
        elif isinstance(spec, Text):
            text = (each.name, spec)
    return Spec(cls, tags, attributes, kids, text, ignores, reader)


def camel_case(name: str) -> str:
    """`missing_value_treatment` as `missingValueTreatment`."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def spec_of(cls: type[Node]) -> Spec:
    """The declaration of an element's class."""
    return _SPECS[cls]


def child_specs(cls: type[Node]) -> dict[str, tuple[str, Child, Spec]]:
    """By tag: the field that holds such a child, how, and the child's declaration.

    Kept from the first call on, so every element must be declared before the first document is read.
    """
    known = _CHILD_SPECS.get(cls)
    if known is None:
        known = _CHILD_SPECS[cls] = _find_child_specs(cls)
    return known


_CHILD_SPECS: dict[type[Node], dict[str, tuple[str, Child, Spec]]] = {}


def _find_child_specs(cls: type[Node]) -> dict[str, tuple[str, Child, Spec]]:
    table: dict[str, tuple[str, Child, Spec]] = {}
    for name, declared in spec_of(cls).children.items():
        wanted = _REFERENCES[declared.type] if isinstance(declared.type, str) else declared.type
        for spec in elements(wanted):
            for tag in spec.tags:
                table.setdefault(tag, (name, declared, spec))
    return table


def elements(family: type[Node] = Node) -> Iterator[Spec]:
    """The declarations of all elements of a family."""
    return (spec for cls, spec in list(_SPECS.items()) if issubclass(cls, family))


def number(text: str) -> float:
    """An attribute's real number."""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"must be a number, is {text!r}") from None


def integer(text: str) -> int:
    """An attribute's whole number; producers write 3.0, too."""
    value = number(text)
    if not value.is_integer():
        raise ValueError(f"must be a whole number, is {text!r}")
    return int(value)


def boolean(text: str) -> bool:
    """An attribute's true or false; PMML 3 wrote 1 and 0."""
    lowered = text.strip().lower()
    if lowered in ("true", "1"):
        return True
    if lowered in ("false", "0"):
        return False
    raise ValueError(f"must be true or false, is {text!r}")


class OneOf:
    """A converter that takes one of a few words, blanks around them or not.

    `other_spellings` maps what producers write instead.
    """

    def __init__(self, choices: tuple[str, ...], other_spellings: dict[str, str]) -> None:
        self.choices = choices
        self.other_spellings = other_spellings
        self._spellings = {choice: choice for choice in choices} | other_spellings

    def __call__(self, text: str) -> str:
        try:
            return self._spellings[text.strip()]
        except KeyError:
            raise ValueError(f"must be one of {', '.join(self.choices)}, is {text!r}") from None


def one_of(*choices: str, other_spellings: dict[str, str] | None = None) -> OneOf:
    """One of the given words; `other_spellings` maps what producers write instead."""
    return OneOf(choices, other_spellings or {})
