"""From bytes to nodes: one pass of an expat parser, no tree of XML objects in between.

Entities are never expanded and nothing outside the document is ever opened: a document that declares an entity is
refused. Markup that no class declares (see `node`) is collected with its position and raised as one error at the end;
`Extension` elements, `X-` elements and descriptive elements are passed over.
"""

from __future__ import annotations

import os
import xml.parsers.expat as expat
from collections.abc import Callable, Sequence
from typing import IO, Any

from sparkpmml.errors import Finding, ModelError, UnsupportedMarkupError, nearest
from sparkpmml.pmml.alike import Alike
from sparkpmml.pmml.encoding import as_utf8
from sparkpmml.pmml.feeder import Feeder, TextReader
from sparkpmml.pmml.node import ANY, Child, Columns, Node, Position, Spec, SubtreeReader, child_specs, spec_of
from sparkpmml.pmml.packed import Packed

DESCRIPTIVE = frozenset(
    {"Extension", "Annotation", "Timestamp", "ModelStats", "ModelExplanation", "MiningBuildTask", "UnivariateStats"}
)
"""Elements that never change a score, wherever they stand."""

HARMLESS_ATTRIBUTES = frozenset({"displayName", "description", "x-report", "x-leakage"})
"""Attributes that never change a score, of whatever element."""

_MOST_CONVERTED = 10_000
_FEWEST_ALIKE = 3
PACKED_NODES = 256
"""A list of more children is packed, so many at a time."""
_HANDLERS = tuple(
    f"{name}Handler"
    for name in ("StartElement", "EndElement", "CharacterData", "EntityDecl", "XmlDecl", "StartDoctypeDecl")
)


class _Frame:
    """An element that is open: what of it is read so far."""

    __slots__ = ("alike", "chunks", "columns", "many", "packed", "position", "spec", "table", "then", "values")

    def __init__(self, spec: Spec, position: Position, values: dict[str, Any]) -> None:
        self.spec = spec
        self.position = position
        self.values = values
        self.table = child_specs(spec.type)
        """What may stand in it, by tag."""
        self.alike: int | None = None
        """A number that all elements share which have these attributes and nothing inside; None for others."""
        self.many: dict[str, list[tuple[int | None, Any]]] = {}
        """By field the children that were read last, each after its `alike`."""
        self.packed: dict[str, Packed[Node]] = {}
        """By field the children before these."""
        self.chunks: list[str] = []
        self.then: Callable[[Node], None] | None = None
        self.columns: Columns | None = None
        """What takes it, in place of a node."""


class Reader:
    """Reads one document whose root is the element `root`."""

    def __init__(self, root: type[Node], source: str) -> None:
        self.source = source
        self.root = root
        self.findings: list[Finding] = []
        self.result: Node | None = None
        self._stack: list[_Frame] = []
        self._skipping = 0
        self._prefix = ""
        self.shared: dict[Any, Any] = {}
        """What readers of subtrees keep from one to the next."""
        self._converted: dict[tuple[Any, ...], tuple[int, dict[str, Any]]] = {}
        """Attributes that were met before: each of a forest's trees lists the fields that it reads."""
        self._met: dict[tuple[int | None, ...], tuple[Node, ...]] = {}
        """Lists of children that were met before, by the children's `alike`."""
        self._taken: dict[type[Node], _Frame] = {}
        """What stands for an element that is taken already, for its attributes were all that it may have."""
        self._parser = self._make_parser()
        self._feeder = Feeder(self._parser)

    def _make_parser(self) -> Any:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.EntityDeclHandler = self._refuse_entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    def read(self, stream: IO[bytes]) -> Node:
        """The root node; ModelError for what is no XML, no PMML or contradicts PMML."""
        try:
            source = as_utf8(stream)
        except ValueError as error:
            raise ModelError(f"{self.source} {error}") from None
        try:
            self._feeder.feed(source)
        except UnicodeDecodeError as error:
            raise ModelError(f"{self.source} is not in the encoding that it declares: {error}") from None
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code) if error.code else str(error)
            raise ModelError(
                f"{self.source} is not well-formed XML: {what} at line {error.lineno}, column {error.offset + 1}"
            ) from None
        finally:
            for handler in _HANDLERS:  # they and the parser know one another: nothing of them would be let go
                setattr(self._parser, handler, None)
        if self.findings:
            raise UnsupportedMarkupError(self.findings, self.source)
        if self.result is None:
            raise ModelError(f"{self.source} is empty")
        return self.result

    def position(self) -> Position:
        """Where the parser stands."""
        return Position(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def line(self) -> int:
        """The line where the parser stands."""
        line: int = self._parser.CurrentLineNumber
        return line

    def error(self, message: str, position: Position | None = None) -> ModelError:
        """A ModelError that says where in which document."""
        return ModelError(f"{self.source}, {position or self.position()}: {message}")

    def unsupported(self, what: str, position: Position | None = None) -> None:
        """Note markup that cannot be scored."""
        where = position or self.position()
        self.findings.append(Finding(where.line, where.column, what))

    def _refuse_entity(self, name: str, *_: Any) -> None:
        raise self.error(f"the document declares an entity ({name}); entities are not accepted")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipping:
            self._skipping += 1
            return
        if not self._stack:
            self._start_root(tag, attributes)
            return
        parent = self._stack[-1]
        local = tag.removeprefix(self._prefix) if self._prefix else tag
        entry = parent.table.get(local)
        if entry is None:
            self._skip(local, parent)
            return
        if entry[1].columns is not None:
            self._open_in_columns(parent, entry[0], entry[1].columns, entry[2], attributes)
        elif entry[0] in parent.packed and entry[2].is_empty:
            self._take_one_of_many(parent, entry, attributes)
        else:
            self._open(entry[2], attributes)

    def _start_root(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, colon, local = tag.rpartition(":")
        if local != spec_of(self.root).tags[0]:
            raise self.error(f"not a PMML document: the root element is <{tag}>")
        self._prefix = prefix + colon
        self._open(spec_of(self.root), attributes)

    def _skip(self, tag: str, parent: _Frame) -> None:
        self._skipping = 1
        if tag in DESCRIPTIVE or tag in parent.spec.ignores or tag.startswith(("X-", "x-")):
            return
        hint = nearest(tag, list(parent.table))
        self.unsupported(f"element <{tag}> in <{parent.spec.tags[0]}>{hint}")

    def _open(self, spec: Spec, attributes: dict[str, str]) -> None:
        position = self.position()
        if spec.reader is not None:
            self._stack.append(_Frame(spec, position, {}))
            self._parser.CharacterDataHandler = None
            self.delegate(spec.reader(self, attributes))
            return
        number, values = self._read_attributes(spec, attributes, position)
        frame = _Frame(spec, position, values)
        if not spec.children and spec.text is None:
            frame.alike = number
        self._stack.append(frame)
        self._parser.CharacterDataHandler = frame.chunks.append if spec.text else None

    def _open_in_columns(
        self,
        parent: _Frame,
        field: str,
        make: Callable[[], Columns],
        spec: Spec,
        attributes: dict[str, str],
    ) -> None:
        """Open one of many elements that columns hold. They hardly ever have attributes that were met before."""
        columns = parent.values.get(field)
        if columns is None:
            columns = parent.values[field] = make()
        if not spec.is_empty:
            position = self.position()
            frame = _Frame(spec, position, self._convert(spec, attributes, position))
            frame.columns = columns
            self._stack.append(frame)
            self._parser.CharacterDataHandler = frame.chunks.append if spec.text else None
            return
        self._add(columns, spec, self._convert(spec, attributes, None), None)
        self._stack.append(self._as_taken(spec))

    def _take_one_of_many(self, parent: _Frame, entry: tuple[str, Child, Spec], attributes: dict[str, str]) -> None:
        """Read one of many elements that have nothing but attributes, which were hardly ever met before."""
        spec, position = entry[2], self.position()
        self._place(parent, entry, self._make_node(spec, position, self._convert(spec, attributes, position)), None)
        self._stack.append(self._as_taken(spec))

    def _as_taken(self, spec: Spec) -> _Frame:
        taken = self._taken.get(spec.type)
        if taken is None:
            taken = self._taken[spec.type] = _Frame(spec, self.position(), {})
        return taken

    def _add(self, columns: Columns, spec: Spec, values: dict[str, Any], position: Position | None) -> None:
        try:
            columns.add(values)
        except ValueError as error:
            raise self.error(f"<{spec.tags[0]}> {error}", position) from None

    def read_attributes(self, spec: Spec, attributes: dict[str, str], position: Position) -> dict[str, Any]:
        """The declared attributes, converted; notes the others as unsupported."""
        return self._read_attributes(spec, attributes, position)[1]

    def _read_attributes(
        self, spec: Spec, attributes: dict[str, str], position: Position
    ) -> tuple[int | None, dict[str, Any]]:
        """(a number that such an element with these attributes always has, or None; the attributes)."""
        key, noted = (spec.type, *attributes.items()), len(self.findings)
        known = self._converted.get(key)
        if known is not None:
            return known[0], known[1].copy()
        values = self._convert(spec, attributes, position)
        if len(self.findings) > noted or len(self._converted) == _MOST_CONVERTED:
            return None, values
        number = len(self._converted)
        self._converted[key] = number, values
        return number, values.copy()

    def _convert(self, spec: Spec, attributes: dict[str, str], position: Position | None) -> dict[str, Any]:
        """The attributes of the element at the position: where the parser stands unless given."""
        values = spec.defaults.copy()
        known = spec.attributes
        for name, text in attributes.items():
            entry = known.get(name)
            if entry is None:
                self._unknown_attribute(spec, name, position)
                continue
            try:
                values[entry[0]] = entry[1].convert(text)
            except ValueError as error:
                raise self.error(f"attribute {name} of <{spec.tags[0]}> {error}", position) from None
        if len(values) < spec.width:
            lacking = next(name for name, (field, _) in known.items() if field not in values)
            raise self.error(f"<{spec.tags[0]}> lacks the attribute {lacking}", position)
        return values

    def _unknown_attribute(self, spec: Spec, name: str, position: Position | None) -> None:
        if name in spec.ignores or ANY in spec.ignores or name in HARMLESS_ATTRIBUTES or ":" in name or name == "xmlns":
            return
        hint = nearest(name, list(spec.attributes))
        self.unsupported(f"attribute {name} of <{spec.tags[0]}>{hint}", position)

    def delegate(self, reader: SubtreeReader) -> None:
        """Let a reader of the element's own take the parser's events until it calls `finish`."""
        self._parser.StartElementHandler = reader.start
        self._parser.EndElementHandler = reader.end

    def read_element(self, kind: type[Node], attributes: dict[str, str], then: Callable[[Any], None]) -> None:
        """Called by a subtree's reader at the start of an element that is declared: read it, then give it to `then`.

        The subtree's reader gets the events back after the element's end.
        """
        spec, handlers = spec_of(kind), (self._parser.StartElementHandler, self._parser.EndElementHandler)
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._stack.append(_Frame(spec, self.position(), self.read_attributes(spec, attributes, self.position())))

        def resume(node: Node) -> None:
            self._parser.StartElementHandler, self._parser.EndElementHandler = handlers
            then(node)

        self._stack[-1].then = resume

    def skip_element(self) -> None:
        """Called by a subtree's reader at the start of an element: pass over it, to its end."""
        handlers, depth = (self._parser.StartElementHandler, self._parser.EndElementHandler), 1

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1

        def end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if not depth:
                self._parser.StartElementHandler, self._parser.EndElementHandler = handlers

        self._parser.StartElementHandler, self._parser.EndElementHandler = start, end

    def listen(self, handler: Callable[[str], Any] | None) -> None:
        """Where text goes while a subtree is read; None drops it, which is much faster."""
        self._parser.CharacterDataHandler = handler

    def offer_text(self, reader: TextReader) -> None:
        """Called by a subtree's reader when it is made: it may be given its element's text before the first event."""
        self._feeder.offer(reader)

    def finish(self, value: Any) -> None:
        """Called by a subtree's reader at its element's end: take the events back, the field `subtree` is `value`."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._stack[-1].values["subtree"] = value
        self._end("")

    @property
    def prefix(self) -> str:
        """The namespace prefix, colon included, of the document's elements; empty for most documents."""
        return self._prefix

    def _end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        frame = self._stack.pop()
        if frame is self._taken.get(frame.spec.type):
            return
        self._collect(frame)
        if frame.columns is not None:
            self._add(frame.columns, frame.spec, frame.values, frame.position)
            parent = self._stack[-1]
            self._parser.CharacterDataHandler = parent.chunks.append if parent.spec.text else None
            return
        node = self._make_node(frame.spec, frame.position, frame.values)
        if frame.then is not None:
            frame.then(node)
            return
        if not self._stack:
            self.result = node
            return
        parent = self._stack[-1]
        self._place(parent, parent.table[frame.spec.tags[0]], node, frame.alike)
        self._parser.CharacterDataHandler = parent.chunks.append if parent.spec.text else None

    def _place(self, parent: _Frame, entry: tuple[str, Child, Spec], node: Node, alike: int | None) -> None:
        field, declared, _ = entry
        if declared.many:
            last = parent.many.setdefault(field, [])
            last.append((alike, node))
            if len(last) > PACKED_NODES:
                self._pack(parent, field)
            return
        if field in parent.values:
            raise self.error(f"<{parent.spec.tags[0]}> has a second <{node.tag}>", node.position)
        parent.values[field] = node

    def _pack(self, parent: _Frame, field: str) -> None:
        packed = parent.packed.setdefault(field, Packed())
        packed.pack([node for _, node in parent.many[field]])
        parent.many[field].clear()

    def _collect(self, frame: _Frame) -> None:
        """What the element's fields hold, complete."""
        spec, values = frame.spec, frame.values
        for field in frame.packed:
            self._pack(frame, field)
        for field, nodes in frame.many.items():
            values[field] = frame.packed.get(field) or self._as_met(nodes)
        for field, declared in spec.children.items():
            if declared.required and field not in values and not self.findings:  # else it may be what was not read
                raise self.error(f"<{spec.tags[0]}> lacks {_any_of(declared, field, frame)}", frame.position)
        if spec.text is not None:
            field, text = spec.text
            try:
                values[field] = text.convert("".join(frame.chunks))
            except ValueError as error:
                raise self.error(f"the text of <{spec.tags[0]}> {error}", frame.position) from None

    def _make_node(self, spec: Spec, position: Position, values: dict[str, Any]) -> Node:
        try:
            return spec.type(position=position, **values)
        except ValueError as error:
            raise self.error(f"<{spec.tags[0]}> {error}", position) from None

    def _as_met(self, children: list[tuple[int | None, Any]]) -> Sequence[Node]:
        """The children; if a list of such was met before, what that one has."""
        nodes = tuple([node for _, node in children])
        key = tuple([alike for alike, _ in children])
        if len(nodes) < _FEWEST_ALIKE or None in key:
            return nodes
        met = self._met.get(key)
        if met is not None:
            return Alike(met, [node.position for node in nodes])
        if len(self._met) < _MOST_CONVERTED:
            self._met[key] = nodes
        return nodes


def _any_of(declared: Child, field: str, frame: _Frame) -> str:
    """The elements that the field may hold in words: a few by their names, many by what they are."""
    tags = dict.fromkeys(f"<{spec.tags[0]}>" for name, _, spec in frame.table.values() if name == field)
    if len(tags) > 4:
        kind = declared.type if isinstance(declared.type, str) else declared.type.__name__
        return f"an element that is a {kind}"
    *first, last = tags
    return f"{', '.join(first)} or {last}" if first else last


def read(root: type[Node], stream: IO[bytes], source: str | os.PathLike[str]) -> Node:
    """Read a document from a binary stream; `source` is what error messages call it."""
    return Reader(root, os.fspath(source)).read(stream)
