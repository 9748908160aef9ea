"""Imports between the package's parts point one way, and pyspark stays in its corner."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sparkpmml

PACKAGE = Path(sparkpmml.__file__).parent

LAYERS = (
    {"errors", "datatypes", "storage"},
    {"remote"},
    {"kernels"},
    {"runtime"},
    {"pmml"},
    {"compiler"},
    {"transformations"},
    {"models"},
    {"engine"},
    {"pmml4s"},
    {"spark"},
    {"functions", "ml"},
    {"__init__"},
    {"files", "describe", "support", "compare"},
    {"unity_catalog"},
    {"cli"},
    {"__main__"},
)
"""The lowest first: a part imports its own layer and those above it in this list."""

RANKS = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}

FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(module: str) -> str:
    """`sparkpmml.models.tree` is of the part `models`; the package's own face is `__init__`."""
    names = module.split(".")
    return names[1] if len(names) > 1 else "__init__"


def imports(path: Path, *, typing: bool = True) -> Iterator[str]:
    """Full names of the modules that a file imports, wherever in it; with or without those for type checkers alone."""
    nodes = [ast.parse(path.read_text())]
    for node in nodes:  # grows on the way
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module == "sparkpmml":
                yield from (f"sparkpmml.{alias.name}" if alias.name in RANKS else "sparkpmml" for alias in node.names)
            else:
                yield node.module
        elif typing or not is_for_typing(node):
            nodes.extend(ast.iter_child_nodes(node))


def is_for_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def own_part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    part = own_part(path)
    above = [name for name in imports(path) if name.split(".")[0] == "sparkpmml" and RANKS[part_of(name)] > RANKS[part]]
    assert not above, f"{part} imports from above itself"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_pyspark_is_imported_by_spark_alone(path):
    if own_part(path) != "spark":
        assert not [name for name in imports(path, typing=False) if name.split(".")[0] in ("pyspark", "py4j")]


@pytest.mark.parametrize("module", ["sparkpmml", "sparkpmml.functions", "sparkpmml.cli", "sparkpmml.runtime.program"])
def test_import_leaves_pyspark_alone(module):
    code = f"import {module}, sys; sys.exit(any(name.split('.')[0] in ('pyspark', 'py4j') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
