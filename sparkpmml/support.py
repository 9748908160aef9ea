"""What of PMML is supported, as a page of Markdown, out of the registries that reading and scoring use themselves.

python -m sparkpmml.support > docs/support.md
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import singledispatch
from types import ModuleType
from typing import Any

from sparkpmml.compiler import expressions, lowering, predicates
from sparkpmml.compiler.outputs import FEATURES
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.models import discover
from sparkpmml.models.time_series.algorithms import PATHS
from sparkpmml.models.time_series.nodes import Algorithm, TimeSeriesModel
from sparkpmml.pmml.dictionary import data_type, op_type
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.model import Document, Model
from sparkpmml.pmml.node import Converter, Node, OneOf, Spec, boolean, child_specs, elements, integer, number, spec_of
from sparkpmml.pmml.output import OutputField, any_op_type
from sparkpmml.pmml.predicates import Predicate
from sparkpmml.pmml.reader import DESCRIPTIVE, HARMLESS_ATTRIBUTES
from sparkpmml.runtime.builtin import builtins

VALUES: dict[Converter, str] = {
    float: "a number",
    number: "a number",
    integer: "a whole number",
    boolean: "`true`, `false`",
    data_type: "a data type",
    op_type: "an operational type",
    any_op_type: "an operational type",
}
"""What an attribute's converter takes, in words; any other takes text."""

OWN_READERS = {
    "Node": (
        "`id`, `score`, `recordCount`, `defaultChild`; inside: predicates, `ScoreDistribution` (`value`, `recordCount`,"
        " `probability`, `confidence`), `Regression`, `DecisionTree`, further `Node`s"
    ),
    "InlineTable": "rows, whatever the names and prefixes of their cells",
    "ModelStats": "kept as it stands",
    "ModelExplanation": "kept as it stands",
}
"""Elements whose contents are read without declarations, for speed."""

FAMILIES = (Model, Expression, Predicate)
"""Elements that have sections of their own."""

CALLED_BY_COMPILER = {"if": "2 to 3"}
"""Functions that are not in the table of built-in ones, because not all of their arguments are evaluated."""

HEAD = """\
# What is supported

This page is made by `make docs` out of the declarations that the reader, the compiler and the functions work with; a
test compares. What is not listed is not read: an element or attribute that is neither here nor without effect is an
`UnsupportedMarkupError` when the document is loaded, which lists all of them with their lines. Nothing that could
change a score is passed over. Older spellings are in brackets.

Without effect, wherever they stand: elements {elements}, elements whose names start with `X-`,
attributes with a namespace's prefix, and attributes {attributes}.
"""


def page() -> str:
    """The whole page."""
    discover()
    return "\n".join(_sections())


def _sections() -> Iterator[str]:
    yield HEAD.format(elements=_code(DESCRIPTIVE), attributes=_code(HARMLESS_ATTRIBUTES))
    yield from _models()
    yield "## Every model\n"
    yield from _table(_shared())
    yield "## Transformations\n"
    yield from _table(_family(Expression, expressions._lower))
    yield from _functions()
    yield "## Predicates\n"
    yield from _table(_family(Predicate, predicates._lower))
    yield "## Output features\n"
    yield "Of `OutputField`, as far as the model gives them; also with the prefix `x-`.\n"
    yield _code(FEATURES) + "\n"
    yield from _table([spec_of(OutputField)])
    yield "## Types\n"
    yield f"Data types: {_code(str(each) for each in DataType)}.\n"
    yield f"Operational types: {_code(str(each) for each in OpType)}.\n"
    yield from _refusals()


def _models() -> Iterator[str]:
    specs = sorted(elements(Model), key=lambda spec: spec.tags[0])
    yield "## Models\n"
    yield f"Scored: {_code(spec.tags[0] for spec in specs if _is_lowered(spec, lowering._lower))}.\n"
    unscored = [spec.tags[0] for spec in specs if not _is_lowered(spec, lowering._lower)]
    if unscored:
        yield f"Read, and refused because no score is known: {_code(unscored)}.\n"
    shared, common = _shared(), frozenset(_common_to_models().attributes)
    for spec in specs:
        yield f"### {spec.tags[0]}\n"
        yield inspect.getdoc(spec.type) or ""
        yield ""
        yield from _table([each for each in _inside([spec], FAMILIES) if each not in shared], common)
        if spec.type is TimeSeriesModel:
            rest = [each.tags[0] for each in elements(Algorithm) if each.type not in PATHS]
            yield f"Read, and refused as the algorithm that answers: {_code(rest)}.\n"


def _shared() -> list[Spec]:
    """The elements around a model, and those that every model may have."""
    tables = [child_specs(spec.type) for spec in elements(Model)]
    common = [inner for tag, (_, _, inner) in tables[0].items() if all(tag in table for table in tables)]
    return _inside([spec_of(Document), _common_to_models(), *common], FAMILIES)


def _common_to_models() -> Spec:
    """What all model elements declare, as if it were an element."""
    first, *others = (spec.attributes for spec in elements(Model))
    common = {name: entry for name, entry in first.items() if all(name in other for other in others)}
    return Spec(Model, ("any model element",), common, {}, None, frozenset(), None)


def _is_lowered(spec: Spec, generic: Any) -> bool:
    """Is a function registered for this very element, rather than the one that refuses all others?"""
    return generic.dispatch(spec.type) is not generic.dispatch(object)


def _family(family: type[Node], generic: Any) -> list[Spec]:
    """The elements of a family that can be compiled, each with the elements inside it that are not of the family."""
    found: list[Spec] = []
    for spec in sorted(elements(family), key=lambda spec: spec.tags):
        if _is_lowered(spec, generic):
            found += [each for each in _inside([spec], FAMILIES) if each not in found]
    return found


def _inside(specs: list[Spec], families: tuple[type[Node], ...]) -> list[Spec]:
    """The elements and all that can stand inside them, outer ones first, but for members of `families`."""
    found = list(specs)
    for spec in found:  # grows on the way
        tables = child_specs(spec.type).values() if spec.type is not Model else ()
        inner = {each.tags: each for _, _, each in tables if not issubclass(each.type, families)}
        found += [each for _, each in sorted(inner.items()) if each not in found]
    return found


def _table(specs: list[Spec], common: frozenset[str] = frozenset()) -> Iterator[str]:
    yield "| element | attributes | read, without effect |"
    yield "|---|---|---|"
    for spec in specs:
        yield f"| {_names(spec.tags)} | {_attributes(spec, common)} | {_code(spec.ignores)} |"
    yield ""


def _attributes(spec: Spec, common: frozenset[str]) -> str:
    if spec.reader is not None:
        return OWN_READERS[spec.tags[0]]
    fields: dict[str, list[str]] = {}
    for name, (field, _) in spec.attributes.items():
        if name not in common:
            fields.setdefault(field, []).append(name)
    return "<br>".join(
        f"{_names(tuple(names))}{_values(spec.attributes[names[0]][1].convert)}" for names in fields.values()
    )


def _values(convert: Converter) -> str:
    if isinstance(convert, OneOf):
        also = f" ({_code(convert.other_spellings)})" if any(convert.other_spellings) else ""
        return f": {', '.join(f'`{choice}`' for choice in convert.choices)}{also}"
    return f": {VALUES[convert]}" if convert in VALUES else ""


def _functions() -> Iterator[str]:
    counts = {name: _count(each.least, each.most) for name, each in builtins().items()} | CALLED_BY_COMPILER
    yield "## Built-in functions\n"
    yield "Of `Apply`, beside the document's own `DefineFunction`s; also with the prefix `x-`.\n"
    yield "| arguments | functions |"
    yield "|---|---|"
    for count in sorted(set(counts.values())):
        yield f"| {count} | {_code(name for name, each in counts.items() if each == count)} |"
    yield ""


def _count(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def _refusals() -> Iterator[str]:
    yield "## Refused\n"
    yield "Markup that is known and yet cannot be scored, in the words of the error (… stands for a name):\n"
    modules = {
        name: module
        for name, module in sys.modules.items()
        if name.startswith(("sparkpmml.models.", "sparkpmml.transformations."))
    }
    found = sorted({f"- {text}" for _, module in sorted(modules.items()) for text in _refused_by(module)})
    yield from found
    yield '- a model that says `isScorable="false"`'
    yield "- a document that declares entities\n"


def _refused_by(module: ModuleType) -> Iterator[str]:
    """What a module passes to `unsupported(node, what, scope)`."""
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(function, ast.FunctionDef):
            continue
        texts = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "unsupported":
                what = node.args[1]
                yield _text(texts.get(what.id, what) if isinstance(what, ast.Name) else what)


@singledispatch
def _text(node: ast.AST) -> str:
    """A string's expression as a reader would see it."""
    return "…"


@_text.register
def _(node: ast.Constant) -> str:
    return str(node.value).replace("<", "`<").replace(">", ">`")


@_text.register
def _(node: ast.JoinedStr) -> str:
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return text.replace("<", "`<").replace(">", ">`")


def _names(names: tuple[str, ...]) -> str:
    first, *older = names
    shown = f"`{first}`" if " " not in first else first
    return f"{shown} ({', '.join(f'`{name}`' for name in older)})" if older else shown


def _code(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in sorted(name for name in names if name))


if __name__ == "__main__":
    sys.stdout.write(page())
