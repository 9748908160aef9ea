"""Long lists of children are held in columns, and are what they are as nodes."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import fields as dataclass_fields

import pytest
from documents import field, load, predict, schema, values

from sparkpmml.errors import ModelError, UnsupportedMarkupError
from sparkpmml.pmml import reader
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.node import Node, Position
from sparkpmml.pmml.packed import Packed
from sparkpmml.pmml.predicates import CompoundPredicate, SimplePredicate, SimpleSetPredicate, TruePredicate
from sparkpmml.pmml.sparse_array import Indices, SparseArray


def at(line: int) -> Position:
    return Position(line, 7)


def content(node: Node) -> object:
    """What nodes that are equal say alike: nodes themselves are equal to nothing else."""
    if not isinstance(node, Node):
        return (
            [content(each) for each in node]
            if isinstance(node, Sequence) and not isinstance(node, str)
            else (type(node), node)
        )
    return type(node), [content(getattr(node, each.name)) for each in dataclass_fields(node)]


def comparison(place: int) -> SimplePredicate:
    value = None if place % 3 else f"{place} ü"
    return SimplePredicate(position=at(place), field="x", operator="equal" if value else "isMissing", value=value)


NODES = [
    pytest.param([comparison(place) for place in range(9)], id="texts"),
    pytest.param([TruePredicate(position=at(place)) for place in range(3)], id="without-fields"),
    pytest.param(
        [
            CompoundPredicate(position=at(1), boolean_operator="and", predicates=(comparison(1), comparison(3))),
            TruePredicate(position=at(2)),
            CompoundPredicate(position=at(3), boolean_operator="or", predicates=()),
            SimpleSetPredicate(position=at(4), field="y", boolean_operator="isIn", array=Array(text="a b")),
            CompoundPredicate(
                position=at(5),
                boolean_operator="or",
                predicates=(
                    CompoundPredicate(boolean_operator="xor", predicates=(TruePredicate(), comparison(6))),
                    comparison(8),
                ),
            ),
        ],
        id="families",
    ),
    pytest.param(
        [
            SparseArray(n=3, default_value=-0.0, indices=(Indices(places=[1.0, 2.0]),)),
            SparseArray(n=1 << 70, default_value=float("inf")),
            SparseArray(n=None, default_value=0.0),
        ],
        id="numbers",
    ),
]


@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_nodes_are_what_they_were(nodes, size):
    packed = Packed()
    for start in range(0, len(nodes), size):
        packed.pack(nodes[start : start + size])
    wanted = [content(node) for node in nodes]
    assert len(packed) == len(nodes)
    assert [content(node) for node in packed] == wanted
    assert [content(packed[place]) for place in range(len(nodes))] == wanted
    assert content(packed[-1]) == wanted[-1]
    for part in (slice(1, 3), slice(2, None), slice(-2, None), slice(3, 1), slice(0, 9, 2), slice(None, None, -1)):
        assert [content(node) for node in packed[part]] == wanted[part]
    for node in packed:  # what is inside a node is the same each time
        assert all(map(operator.is_, *[getattr(node, "predicates", ()) for _ in range(2)]))
    with pytest.raises(IndexError):
        packed[len(nodes)]


COUNT = 2 * reader.PACKED_NODES + 3


def lines(pattern: str) -> str:
    return "\n".join(pattern.format(place) for place in range(COUNT))


def regression(predictors: str) -> str:
    return f"""<RegressionModel functionName="regression">{schema("c")}
<RegressionTable intercept="1">\n{predictors}</RegressionTable></RegressionModel>"""


PREDICTOR = '<CategoricalPredictor name="c" value="v{0}" coefficient="{0}"/>'


def test_a_long_list_is_scored_whole():
    model = load(regression(lines(PREDICTOR)), field("c", "string"))
    asked = [0, 1, reader.PACKED_NODES, reader.PACKED_NODES + 1, COUNT - 1]
    scores = predict(model, c=[f"v{place}" for place in asked])["prediction"]
    assert scores == [1.0 + place for place in asked]


@pytest.mark.parametrize("place", [3, COUNT - 2], ids=["first", "last"])
@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            'coefficient="{0}"',
            'coefficient="x{0}"',
            "coefficient of <CategoricalPredictor> must be a number, is 'x{0}'",
        ),
        ('coefficient="{0}"', "", "<CategoricalPredictor> lacks the attribute coefficient"),
        ('name="c"', 'name="d"', "<CategoricalPredictor> refers to field 'd', which is not declared"),
    ],
    ids=["value", "lacking", "field"],
)
def test_an_error_says_where_in_a_long_list(place, right, wrong, message):
    line = PREDICTOR.format(place)
    spoilt = line.replace(right.format(place), wrong.format(place))
    with pytest.raises(ModelError, match=rf"line {7 + place}, column 1: .*{message.format(place)}"):
        load(regression(lines(PREDICTOR).replace(line, spoilt)), field("c", "string"))


def test_unknown_markup_in_a_long_list_is_listed():
    spoilt = lines(PREDICTOR).replace('value="v500"', 'value="v500" valve="1"')
    with pytest.raises(UnsupportedMarkupError, match=r"line 507, column 1: attribute valve of <CategoricalPredictor>"):
        load(regression(spoilt), field("c", "string"))


def test_a_long_list_may_hold_descriptive_elements_and_elements_of_another_name():
    extended = lines(PREDICTOR.replace("/>", '><Extension name="a"><b>c</b></Extension></CategoricalPredictor>'))
    table = f'{extended}<NumericPredictor name="x" coefficient="1000"/>'
    model = load(
        regression(table).replace("<MiningSchema>", '<MiningSchema><MiningField name="x"/>'),
        field("c", "string"),
        field("x"),
    )
    assert predict(model, c=["v513", "v2"], x=[1.0, 2.0])["prediction"] == [1514.0, 2003.0]


def test_declared_values_of_a_long_list():
    declared = values(*(f"v{place}" for place in range(COUNT)))
    model = load(regression(PREDICTOR.format(400)), field("c", "string", declared))
    assert predict(model, on_error="null", c=["v400", "v1", "w"])["prediction"] == [401.0, 1.0, None]
