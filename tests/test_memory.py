"""What loading takes grows with the program that it makes, not with the text."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from functools import partial

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


def machine(vector: Callable[[random.Random], str], vectors: int, seed: int) -> bytes:
    """A support vector machine of so many vectors of 8 fields."""
    numbers = random.Random(seed)
    instances = (f'<VectorInstance id="v{place}">{vector(numbers)}</VectorInstance>\n' for place in range(vectors))
    fields = "".join(f'<FieldRef field="{name}"/>' for name in FIELDS)
    model = f"""<SupportVectorMachineModel functionName="regression">{schema(*FIELDS)}<RadialBasisKernelType/>
        <VectorDictionary><VectorFields>{fields}</VectorFields>{"".join(instances)}</VectorDictionary>
        <SupportVectorMachine>
        <SupportVectors>{"".join(f'<SupportVector vectorId="v{place}"/>' for place in range(vectors))}</SupportVectors>
        <Coefficients>{"".join(f'<Coefficient value="{numbers.gauss()!r}"/>' for _ in range(vectors))}</Coefficients>
        </SupportVectorMachine></SupportVectorMachineModel>"""
    return PMML.format(fields="".join(map(field, FIELDS)), transformations="", model=model).encode()


def whole(numbers: random.Random) -> str:
    return f"<Array>{' '.join(repr(numbers.gauss()) for _ in FIELDS)}</Array>"


def sparse(numbers: random.Random) -> str:
    entries = f"<Indices>2 5</Indices><REAL-Entries>{numbers.gauss()!r} {numbers.gauss()!r}</REAL-Entries>"
    return f'<REAL-SparseArray n="{len(FIELDS)}">{entries}</REAL-SparseArray>'


def rules(count: int, seed: int) -> bytes:
    """Three rules for each itemset of three of 500 items."""
    numbers = random.Random(seed)
    sets = count // 3 + 1
    references = "".join('<ItemRef itemRef="{}"/>' for _ in range(3))
    itemset = f'<Itemset id="set {{}}" support="{{!r}}">{references}</Itemset>\n'
    rule = '<AssociationRule id="{}" antecedent="set {}" consequent="set {}" support="{!r}" confidence="{!r}"/>\n'
    parts = [f'<Item id="{place}" value="item {place}"/>' for place in range(500)]
    for place in range(sets):
        parts.append(itemset.format(place, numbers.random(), *(numbers.randrange(500) for _ in range(3))))
    for place in range(count):
        ends = numbers.randrange(sets), numbers.randrange(sets)
        parts.append(rule.format(place, *ends, numbers.random(), numbers.random()))
    model = f'<AssociationModel functionName="associationRules">{schema("item")}{"".join(parts)}</AssociationModel>'
    fields = '<DataField name="item" optype="categorical" dataType="string"/>'
    return PMML.format(fields=fields, transformations="", model=model).encode()


def sequences(count: int, seed: int) -> bytes:
    """So many sequences of two of 500 sets, and as many rules."""
    numbers = random.Random(seed)
    later = '<Delimiter delimiter="acrossTimeWindows" gap="true"/>'
    parts = [f'<Item id="{place}" value="item {place}"/>' for place in range(500)]
    parts += [f'<Itemset id="s{place}"><ItemRef itemRef="{place}"/></Itemset>' for place in range(500)]
    for place in range(count):
        sets = (f'<SetReference setId="s{numbers.randrange(500)}"/>' for _ in range(2))
        parts.append(f'<Sequence id="q{place}">{later.join(sets)}</Sequence>\n')
    for place in range(count):
        ends = (f'<SequenceReference seqId="q{numbers.randrange(count)}"/>' for _ in range(2))
        between = f"</AntecedentSequence>{later}<ConsequentSequence>"
        rule = f"<AntecedentSequence>{between.join(ends)}</ConsequentSequence>"
        measures = f'support="{numbers.random()!r}" confidence="{numbers.random()!r}"'
        parts.append(f'<SequenceRule id="r{place}" {measures}>{rule}</SequenceRule>\n')
    model = f'<SequenceModel functionName="sequences">{schema("item")}{"".join(parts)}</SequenceModel>'
    fields = '<DataField name="item" optype="categorical" dataType="string"/>'
    return PMML.format(fields=fields, transformations="", model=model).encode()


def network(neurons: int, seed: int) -> bytes:
    """A layer of so many neurons, each of 300 inputs."""
    numbers, inputs = random.Random(seed), range(300)
    reading = '<DerivedField optype="continuous" dataType="double"><FieldRef field="{}"/></DerivedField>'
    layer = (
        f'<Neuron id="n{place}" bias="{numbers.gauss()!r}">'
        + "".join(f'<Con from="i{each}" weight="{numbers.gauss()!r}"/>\n' for each in inputs)
        + "</Neuron>"
        for place in range(neurons)
    )
    last = "".join(f'<Con from="n{place}" weight="{numbers.gauss()!r}"/>' for place in range(neurons))
    model = f"""<NeuralNetwork functionName="regression" activationFunction="tanh">{schema("x0", target="y")}
        <NeuralInputs>{"".join(f'<NeuralInput id="i{each}">{reading.format("x0")}</NeuralInput>' for each in inputs)}
        </NeuralInputs><NeuralLayer>{"".join(layer)}</NeuralLayer>
        <NeuralLayer><Neuron id="out">{last}</Neuron></NeuralLayer>
        <NeuralOutputs><NeuralOutput outputNeuron="out">{reading.format("y")}</NeuralOutput></NeuralOutputs>
        </NeuralNetwork>"""
    return PMML.format(fields=field("x0") + field("y"), transformations="", model=model).encode()


def predictors(count: int, seed: int) -> bytes:
    """A coefficient for each of so many categories."""
    numbers = random.Random(seed)
    one = '<CategoricalPredictor name="c" value="category {}" coefficient="{!r}"/>\n'
    table = "".join(one.format(place, numbers.gauss()) for place in range(count))
    model = f"""<RegressionModel functionName="regression">{schema("c")}
        <RegressionTable intercept="1">{table}</RegressionTable></RegressionModel>"""
    return PMML.format(fields=field("c", "string"), transformations="", model=model).encode()


def mapped(count: int, seed: int) -> bytes:
    """A number for each of so many pairs of texts."""
    numbers = random.Random(seed)
    row = "<row><c>category {}</c><d>kind {}</d><out>{!r}</out></row>\n"
    rows = "".join(row.format(place, place % 5000, numbers.gauss()) for place in range(count))
    pairs = "".join(f'<FieldColumnPair field="{name}" column="{name}"/>' for name in "cd")
    transformations = f"""<TransformationDictionary><DerivedField name="m" optype="continuous" dataType="double">
        <MapValues outputColumn="out" dataType="double">{pairs}<InlineTable>{rows}</InlineTable></MapValues>
        </DerivedField></TransformationDictionary>"""
    model = f"""<RegressionModel functionName="regression">{schema("c", "d")}
        <RegressionTable><NumericPredictor name="m" coefficient="2"/></RegressionTable></RegressionModel>"""
    fields = field("c", "string") + field("d", "string")
    return PMML.format(fields=fields, transformations=transformations, model=model).encode()


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
        pytest.param(partial(machine, whole), 5000, 4, id="vectors"),
        pytest.param(partial(machine, sparse), 5000, 4, id="sparse-vectors"),
        pytest.param(sequences, 4000, 4, id="sequences"),
        pytest.param(network, 40, 16, id="network"),  # each source is named, and each place noted
        pytest.param(predictors, 8000, 6, id="predictors"),
        pytest.param(mapped, 8000, 4, id="mapped"),
        pytest.param(rules, 5000, 8, id="rules"),  # whose program is small: 12 bytes for a rule, and its consequent
    ],
)
def test_memory_grows_with_the_program(make, count, times, monkeypatch):
    monkeypatch.setenv(compiled.SWITCH, "off")
    sparkpmml.load(make(count, 0))  # what is made once: kernels, tables of elements
    documents = [make(count, 1), make(4 * count, 2)]
    assert len(documents[1]) > 3 * len(documents[0])
    (peak, size), (larger_peak, larger_size) = map(peak_and_size, documents)
    assert larger_peak - peak < times * (larger_size - size)
