"""NearestNeighborModel: scoring methods, ties, ids and transformed instances, as small documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from documents import listed

import sparkpmml

NAN = np.nan

FIELDS = """
<DataField name="x" optype="continuous" dataType="double"/>
<DataField name="f" optype="continuous" dataType="float"/>
<DataField name="s" optype="categorical" dataType="string"/>
<DataField name="y" optype="continuous" dataType="double"/>
<DataField name="size" optype="categorical" dataType="string">
  <Value value="large"/><Value value="small"/><Value value="medium"/>
</DataField>"""

# the specification's kind of table: x, y, size; an id
INSTANCES = [(1, 10, "small", "a"), (2, 20, "medium", "b"), (3, 30, "medium", "c"), (4, 44, "large", "d")]
INSTANCES += [(5, 50, "large", "e")]

OUTPUT = """<Output>
<OutputField name="id" optype="categorical" dataType="string" feature="entityId"/>
<OutputField name="id3" optype="categorical" dataType="string" feature="entityId" rank="3"/>
<OutputField name="near" optype="continuous" dataType="double" feature="affinity" rank="2"/>
</Output>"""


def table(rows, columns):
    cells = ("".join(f"<{name}>{cell}</{name}>" for name, cell in zip(columns, row, strict=True)) for row in rows)
    fields = "".join(f'<InstanceField field="{name}" column="data:{name}"/>' for name in columns)
    body = "".join(f"<row>{each}</row>" for each in cells)
    return f"<InstanceFields>{fields}</InstanceFields><InlineTable>{body}</InlineTable>"


def load(
    targets=("y",),
    attributes="",
    k=3,
    rows=INSTANCES,
    columns=("x", "y", "size", "id"),
    inputs='<KNNInput field="x"/>',
    measure="<euclidean/>",
    kind="distance",
    more="",
    transformed="true",
):
    schema = "".join(f'<MiningField name="{name}" usageType="target"/>' for name in targets)
    schema += "".join(f'<MiningField name="{name}"/>' for name in "xfs")
    return sparkpmml.load(
        f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
        <DataDictionary>{FIELDS}</DataDictionary>
        <NearestNeighborModel functionName="mixed" numberOfNeighbors="{k}" {attributes}>
        <MiningSchema>{schema}</MiningSchema>{OUTPUT}{more}
        <TrainingInstances isTransformed="{transformed}">{table(rows, columns)}</TrainingInstances>
        <ComparisonMeasure kind="{kind}">{measure}</ComparisonMeasure>
        <KNNInputs>{inputs}</KNNInputs></NearestNeighborModel></PMML>""".encode()
    )


ROWS = pd.DataFrame({"x": [2.5, 4.0, 9.0, NAN], "f": 0.0, "s": "p"})
# The three nearest of 2.5 are 2, 3 and, before 4 (as far), 1; of 4 they are 4, 3, 5; of 9 they are 5, 4, 3.

NUMBERS = {
    "average": ("", [(20 + 30 + 10) / 3, (44 + 30 + 50) / 3, (50 + 44 + 30) / 3]),
    "median": ('continuousScoringMethod="median"', [20, 44, 44]),
    "weightedAverage": (  # weights 1 / (distance + 0.5)
        'continuousScoringMethod="weightedAverage" threshold="0.5"',
        [
            (20 + 30 + 10 / 2) / 2.5,
            (44 * 2 + (30 + 50) / 1.5) / (2 + 2 / 1.5),
            (50 / 4.5 + 44 / 5.5 + 30 / 6.5) / (1 / 4.5 + 1 / 5.5 + 1 / 6.5),
        ],
    ),
    "weightedAverage without threshold": (  # at no distance only the equal instance counts
        'continuousScoringMethod="weightedAverage" threshold="0"',
        [(20 * 2 + 30 * 2 + 10 / 1.5) / (4 + 1 / 1.5), 44, (50 / 4 + 44 / 5 + 30 / 6) / (1 / 4 + 1 / 5 + 1 / 6)],
    ),
}


@pytest.mark.parametrize(("attributes", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers(attributes, expected):
    result = load(attributes=attributes).predict(ROWS)
    np.testing.assert_allclose(result["prediction"], [*expected, NAN], rtol=1e-14)


def test_median_of_an_even_number():
    result = load(attributes='continuousScoringMethod="median"', k=2).predict(ROWS)
    np.testing.assert_array_equal(result["prediction"], [25, 37, 47, NAN])


def test_neighbours_by_rank():
    result = load(attributes='instanceIdVariable="id"').predict(ROWS)
    assert listed(result["id"]) == ["b", "d", "e", None]
    assert listed(result["id3"]) == ["a", "e", "c", None]
    np.testing.assert_array_equal(result["near"], [0.5, 1, 5, NAN])


def test_places_are_ids():
    assert listed(load().predict(ROWS)["id3"]) == ["1", "5", "3", None]


def test_more_neighbours_than_instances():
    result = load(k=99).predict(ROWS)
    np.testing.assert_allclose(result["prediction"][:3], [154 / 5] * 3)


# The two nearest of 1.5 are small and medium, of which there are more; of 3.5 they are medium and large, as many
# of each: "large" comes first in the alphabet. The three nearest of 1.5 are two medium, one small.
VOTES = {
    "a tie by frequency, then by value": ("", 2, [1.5, 3.5], ["medium", "large"]),
    "the majority": ("", 3, [1.5, 3.5], ["medium", "medium"]),
    "weights": ('categoricalScoringMethod="weightedMajorityVote"', 3, [1.01, 3.99], ["small", "large"]),
}


@pytest.mark.parametrize(("attributes", "k", "values", "expected"), VOTES.values(), ids=VOTES)
def test_votes(attributes, k, values, expected):
    result = load(("size",), attributes, k).predict(pd.DataFrame({"x": values, "f": 0.0, "s": "p"}))
    assert result["prediction"].tolist() == expected


def test_shares_of_votes():
    result = load(("size",)).predict(ROWS)
    assert dict(result["probability"][0]) == {"large": 0, "small": 1 / 3, "medium": 2 / 3}
    assert listed(result["prediction"])[3] is None
    assert result["probability"][3] is None


def test_several_targets():
    rescaled = '<Targets><Target field="y" rescaleConstant="1000"/></Targets>'
    result = load(("y", "size"), 'instanceIdVariable="id"', more=rescaled).predict(ROWS)
    np.testing.assert_allclose(result["y"][:2], [1020, 1000 + 124 / 3])
    assert listed(result["size"]) == ["medium", "large", "large", None]
    assert listed(result["id"]) == ["b", "d", "e", None]


def test_no_target():
    result = load((), 'instanceIdVariable="id"').predict(ROWS)
    assert listed(result["prediction"]) == ["b", "d", "e", None]


def test_strings_and_weights():
    """10 where s differs, and |x - x'|."""
    rows = [(1, "p", 1), (2, "q", 2), (9, "p", 3)]
    inputs = '<KNNInput field="x"/><KNNInput field="s" fieldWeight="10" compareFunction="delta"/>'
    model = load(k=1, rows=rows, columns=("x", "s", "y"), inputs=inputs, measure="<cityBlock/>")
    table = pd.DataFrame({"x": [2.0, 2.0, 8.0], "f": 0.0, "s": ["p", "q", None]})
    np.testing.assert_array_equal(model.predict(table)["prediction"], [1, 2, 3])


def test_similarities():
    """Shares of equal bits of (1, 1) with (1, 0), (1, 1), (0, 0): 0.5, 1, 0; they are weights themselves."""
    rows = [(1, 0, 8), (1, 1, 2), (0, 0, 5)]
    inputs = '<KNNInput field="x"/><KNNInput field="f"/>'
    attributes = 'continuousScoringMethod="weightedAverage" threshold="0"'
    model = load((["y"]), attributes, 3, rows, ("x", "f", "y"), inputs, "<simpleMatching/>", "similarity")
    result = model.predict(pd.DataFrame({"x": [1.0], "f": [1.0], "s": ["p"]}))
    assert result["prediction"][0] == pytest.approx((0.5 * 8 + 2) / 1.5, rel=1e-15)
    assert result["id"][0] == "2"


def test_instances_in_single_precision():
    """0.1 as a float is the very instance, not one at a small distance."""
    model = load(k=1, rows=[(0.1, 1), (0.2, 2)], columns=("f", "y"), inputs='<KNNInput field="f"/>')
    result = load(k=2, rows=[(0.1, 1), (0.2, 2)], columns=("f", "y"), inputs='<KNNInput field="f"/>')
    table = pd.DataFrame({"x": [0.0], "f": np.float32([0.2]), "s": ["p"]})
    assert model.predict(table)["prediction"][0] == 2
    assert result.predict(table)["near"][0] == np.float64(np.float32(0.2)) - np.float64(np.float32(0.1))


def test_instances_that_are_not_transformed():
    """Records and instances are compared by x², which the instances do not hold."""
    square = """<LocalTransformations><DerivedField name="x2" optype="continuous" dataType="double">
        <Apply function="pow"><FieldRef field="x"/><Constant>2</Constant></Apply>
        </DerivedField></LocalTransformations>"""
    model = load(k=2, inputs='<KNNInput field="x2"/>', more=square, transformed="false")
    np.testing.assert_allclose(model.predict(ROWS)["near"], [9 - 6.25, 16 - 9, 81 - 16, NAN])


def test_blocks_of_rows():
    """Many records give the answers that each gives alone."""
    table = pd.DataFrame({"x": np.linspace(0, 6, 300_000), "f": 0.0, "s": "p"})
    together = load().predict(table)["prediction"]
    some = [0, 149_999, 299_999]
    np.testing.assert_array_equal(load().predict(table.iloc[some])["prediction"], together.iloc[some])


BROKEN = {
    "an unknown field": ({"inputs": '<KNNInput field="f"/>'}, "'f', which is no InstanceField"),
    "no neighbours": ({"k": 0}, "at least one neighbour"),
    "no instances": ({"rows": []}, "has no training instances"),
    "text for a number": ({"rows": [("one", 1, "small", "a")]}, "without a double value of 'x'"),
}


@pytest.mark.parametrize(("changes", "message"), BROKEN.values(), ids=BROKEN)
def test_contradictions(changes, message):
    with pytest.raises(sparkpmml.ModelError, match=message):
        load(**changes)
