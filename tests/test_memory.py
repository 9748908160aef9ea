"""What loading takes grows with the program that it makes, not with the text."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from documents import PMML, field, schema

import sparkpmml
from sparkpmml.engine import compiled

FIELDS = [f"x{place}" for place in range(8)]


def forest(trees: int, depth: int, seed: int) -> bytes:
    """Trees whose thresholds and scores are all different, as those of regressions are."""
    numbers = random.Random(seed)

    def node(depth: int, predicate: str) -> str:
        children = ""
        if depth:
            test = f'<SimplePredicate field="{numbers.choice(FIELDS)}" operator="lessOrEqual" value="{numbers.gauss()!r}"/>'
            children = node(depth - 1, test) + node(depth - 1, "<True/>")
        return f'<Node score="{numbers.gauss()!r}" recordCount="{1 << depth}">\n{predicate}{children}</Node>\n'

    one = '<Segment><True/><TreeModel functionName="regression">{}{}</TreeModel></Segment>\n'
    segments = "".join(one.format(schema(*FIELDS), node(depth, "<True/>")) for _ in range(trees))
    model = f"""<MiningModel functionName="regression">{schema(*FIELDS)}
        <Segmentation multipleModelMethod="sum">{segments}</Segmentation></MiningModel>"""
    return PMML.format(fields="".join(map(field, FIELDS)), transformations="", model=model).encode()


def table(rows: int, seed: int) -> bytes:
    """Nearest neighbours among so many instances."""
    numbers = random.Random(seed)
    cells = ("".join(f"<{name}>{numbers.gauss()!r}</{name}>" for name in FIELDS) for _ in range(rows))
    instances = "".join(f"<row><y>{numbers.gauss()!r}</y>{row}</row>\n" for row in cells)
    columns = "".join(f'<InstanceField field="{name}" column="{name}"/>' for name in ("y", *FIELDS))
    model = f"""<NearestNeighborModel functionName="regression" numberOfNeighbors="3">{schema(*FIELDS, target="y")}
        <TrainingInstances isTransformed="true"><InstanceFields>{columns}</InstanceFields>
        <InlineTable>{instances}</InlineTable></TrainingInstances>
        <ComparisonMeasure kind="distance"><squaredEuclidean/></ComparisonMeasure>
        <KNNInputs>{"".join(f'<KNNInput field="{name}"/>' for name in FIELDS)}</KNNInputs></NearestNeighborModel>"""
    fields = "".join(map(field, ("y", *FIELDS)))
    return PMML.format(fields=fields, transformations="", model=model).encode()


def peak_and_size(document: bytes) -> tuple[int, int]:
    """(the most that loading held beside the document, the size of the program), in bytes."""
    tracemalloc.start()
    try:
        program = sparkpmml.load(document).program
        return tracemalloc.get_traced_memory()[1], program.nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("make", "count", "times"),
    [
        pytest.param(lambda count, seed: forest(count, 9, seed), 70, 4, id="large-trees"),
        pytest.param(lambda count, seed: forest(count, 5, seed), 700, 4, id="small-trees"),
        pytest.param(table, 3000, 12, id="table"),  # its cells are held as texts until they are compiled
    ],
)
def test_memory_grows_with_the_program(make, count, times, monkeypatch):
    monkeypatch.setenv(compiled.SWITCH, "off")
    sparkpmml.load(make(3, 0))  # what is made once: kernels, tables of elements
    documents = [make(count, 1), make(4 * count, 2)]
    assert len(documents[1]) > 3 * len(documents[0])
    (peak, size), (larger_peak, larger_size) = map(peak_and_size, documents)
    assert larger_peak - peak < times * (larger_size - size)
