"""ClusteringModel: measures, comparisons, missing values and distributions, as small documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from documents import listed

import sparkpmml

NAN = np.nan

FIELDS = """
<DataField name="a" optype="continuous" dataType="double"/>
<DataField name="b" optype="continuous" dataType="double"/>
<DataField name="c" optype="categorical" dataType="string">
  <Value value="red"/><Value value="green"/><Value value="blue"/>
</DataField>"""

OUTPUT = """<Output>
<OutputField name="one" optype="continuous" dataType="double" feature="clusterAffinity" value="1"/>
<OutputField name="two" optype="continuous" dataType="double" feature="clusterAffinity" value="2"/>
<OutputField name="name" optype="categorical" dataType="string" feature="predictedDisplayValue"/>
<OutputField name="best" optype="categorical" dataType="string" feature="entityId"/>
<OutputField name="second" optype="categorical" dataType="string" feature="entityId" rank="2"/>
<OutputField name="nearest" optype="continuous" dataType="double" feature="affinity"/>
<OutputField name="farther" optype="continuous" dataType="double" feature="affinity" rank="2"/>
</Output>"""


def load(measure, fields, clusters, kind="distance", more="", model_class="centerBased"):
    names = "".join(f'<MiningField name="{name}"/>' for name in "abc")
    return sparkpmml.load(
        f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
        <DataDictionary>{FIELDS}</DataDictionary>
        <ClusteringModel functionName="clustering" modelClass="{model_class}" numberOfClusters="2">
        <MiningSchema>{names}</MiningSchema>{OUTPUT}
        <ComparisonMeasure kind="{kind}">{measure}</ComparisonMeasure>{fields}{more}{clusters}
        </ClusteringModel></PMML>""".encode()
    )


def field(name, **attributes):
    more = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f'<ClusteringField field="{name}" {more}/>'


def centers(*values):
    """Clusters with those coordinates; the first has a name."""
    arrays = [f'<Array n="{len(each)}" type="real">{" ".join(map(str, each))}</Array></Cluster>' for each in values]
    return '<Cluster name="first">' + "<Cluster>".join(arrays)


A_B = field("a") + field("b")
ROWS = pd.DataFrame({"a": [1.0, 4.0, NAN, NAN], "b": [2.0, 0.0, 1.0, NAN], "c": ["red", "blue", "green", None]})

# from (0, 0) and (4, 1) to (1, 2), (4, 0), and (?, 1), whose one difference counts for two
MEASURES = {
    "<euclidean/>": ([5**0.5, 4, 2**0.5], [10**0.5, 1, 0]),
    "<squaredEuclidean/>": ([5, 16, 2], [10, 1, 0]),
    "<cityBlock/>": ([3, 4, 2], [4, 1, 0]),
    "<chebychev/>": ([2, 4, 2], [3, 1, 0]),
    '<minkowski p-parameter="3"/>': ([9 ** (1 / 3), 4, 2 ** (1 / 3)], [28 ** (1 / 3), 1, 0]),
}


@pytest.mark.parametrize(("measure", "expected"), MEASURES.items(), ids=MEASURES)
def test_distances(measure, expected):
    result = load(measure, A_B, centers((0, 0), (4, 1))).predict(ROWS)
    for column, distances in zip(["one", "two"], expected, strict=True):
        np.testing.assert_allclose(result[column], [*distances, NAN], rtol=1e-15)
    assert listed(result["prediction"]) == ["1", "2", "2", None]
    assert listed(result["name"]) == ["first", "2", "2", None]
    assert listed(result["second"]) == ["2", "1", "1", None]
    np.testing.assert_array_equal(result["farther"], np.maximum(result["one"], result["two"]))


def test_weights_of_fields():
    """2 |a - x| + 0.5 |b - y|"""
    fields = field("a", fieldWeight=2) + field("b", fieldWeight=0.5)
    result = load("<cityBlock/>", fields, centers((0, 0), (4, 1))).predict(ROWS)
    np.testing.assert_array_equal(result["one"][:2], [3, 8])


def test_weights_for_missing_values():
    """Of weights 3 and 1 the 1 is left: the sum over b counts for four."""
    more = '<MissingValueWeights><Array n="2" type="real">3 1</Array></MissingValueWeights>'
    result = load("<cityBlock/>", A_B, centers((0, 0), (4, 1)), more=more).predict(ROWS)
    np.testing.assert_array_equal(result["one"], [3, 4, 4, NAN])


def test_a_field_that_is_no_coordinate():
    fields = field("a") + field("c", isCenterField="false") + field("b")
    result = load("<cityBlock/>", fields, centers((0, 0), (4, 1))).predict(ROWS)
    np.testing.assert_array_equal(result["one"][:2], [3, 4])


# of a - 0 and c - green, in squares, for the rows (1, red), (4, blue), (?, green)
COMPARISONS = {
    "delta": (field("c", compareFunction="delta"), [1 + 1, 16 + 1, 0]),
    "equal": (field("c", compareFunction="equal"), [1, 16, 2]),
    "gaussSim": (  # 2 ** -(a / 2)², to the square
        field("a", compareFunction="gaussSim", similarityScale=2),
        [2 ** (-2 / 4), 2 ** (-2 * 16 / 4), NAN],
    ),
    "table": (  # row: the record's value; column: the cluster's, green
        """<ClusteringField field="c" compareFunction="table"><Comparisons><Matrix>
        <Array n="3" type="real">0 5 1</Array><Array n="3" type="real">5 0 2</Array>
        <Array n="3" type="real">1 2 0</Array></Matrix></Comparisons></ClusteringField>""",
        [1 + 25, 16 + 4, 0],
    ),
}


@pytest.mark.parametrize(("how", "expected"), COMPARISONS.values(), ids=COMPARISONS)
def test_comparisons_of_values(how, expected):
    alone = 'field="a"' in how
    fields = how if alone else field("a") + how
    clusters = centers((0,), (1,)) if alone else centers((0, "green"), (1, "red"))
    result = load("<squaredEuclidean/>", fields, clusters).predict(ROWS)
    np.testing.assert_allclose(result["one"][:3], expected, rtol=1e-14)


# a11 a10 a01 a00 of the records (1, 1), (1, 0) and the cluster (1, 1): 2 0 0 0, 1 0 1 0; and (0, 1): 1 1 0 0, 0 1 1 0
PARAMETERS = """c11-parameter="2" c10-parameter="0" c01-parameter="1" c00-parameter="0"
    d11-parameter="4" d10-parameter="1" d01-parameter="2" d00-parameter="1" """
RATIOS = {
    "<simpleMatching/>": ([1, 1 / 2], [1 / 2, 0]),
    "<jaccard/>": ([1, 1 / 2], [1 / 2, 0]),
    "<tanimoto/>": ([1, 1 / 3], [1 / 3, 0]),
    f"<binarySimilarity {PARAMETERS}/>": ([4 / 8, 3 / 6], [2 / 5, 1 / 3]),
}


@pytest.mark.parametrize(("measure", "expected"), RATIOS.items(), ids=[text.split()[0].strip("</>") for text in RATIOS])
def test_similarities_of_bits(measure, expected):
    bits = pd.DataFrame({"a": [1.0, 1.0, 0.5, NAN], "b": [1.0, 0.0, 1.0, 1.0], "c": None})
    result = load(measure, A_B, centers((1, 1), (0, 1)), "similarity").predict(bits)
    for column, ratios in zip(["one", "two"], expected, strict=True):
        np.testing.assert_allclose(result[column], [*ratios, NAN, NAN], rtol=1e-15)
    assert listed(result["prediction"]) == ["1", "1", None, None]


def test_similar_is_high():
    """gaussSim of 1 and 4 with 0 and with 4, added."""
    fields = field("a", compareFunction="gaussSim", similarityScale=1)
    result = load("<cityBlock/>", fields, centers((0,), (4,)), "similarity").predict(ROWS)
    np.testing.assert_allclose(result["one"][:2], [0.5, 2.0**-16])
    assert listed(result["prediction"]) == ["1", "2", None, None]


def partition(mean, *frequencies):
    numbers = " ".join(map(str, frequencies))
    return f"""<Cluster><Partition name="p"><PartitionFieldStats field="a"><NumericInfo mean="{mean}"/>
        </PartitionFieldStats><PartitionFieldStats field="c"><Counts totalFreq="10"/>
        <Array n="3" type="int">{numbers}</Array></PartitionFieldStats></Partition></Cluster>"""


def test_distributions():
    """By mean |a - mean| and by the share of records with another colour: 0.2 and 0.8 red, 0.5 and 0.1 blue."""
    fields = field("a") + field("c", compareFunction="delta")
    clusters = partition(0, 2, 3, 5) + partition(3, 8, 1, 1)
    result = load("<cityBlock/>", fields, clusters, model_class="distributionBased").predict(ROWS)
    np.testing.assert_allclose(result["one"], [1 + 0.8, 4 + 0.5, 2 * 0.7, NAN], rtol=1e-15)
    np.testing.assert_allclose(result["two"], [2 + 0.2, 1 + 0.9, 2 * 0.9, NAN], rtol=1e-15)
    assert listed(result["prediction"]) == ["1", "2", "1", None]


def test_coordinates_of_old_documents():
    fields = """<ClusteringField field="a"/><CenterFields>
        <DerivedField name="x" optype="continuous" dataType="double"><FieldRef field="a"/></DerivedField>
        <NormDiscrete field="c" value="red"/></CenterFields>"""
    result = load("<cityBlock/>", fields, centers((0, 0), (4, 1))).predict(ROWS)
    np.testing.assert_array_equal(result["one"], [1 + 1, 4, 0, NAN])


BROKEN = {
    "a coordinate too few": (A_B, centers((0, 0), (1,)), "a cluster with 1 coordinates for 2 fields"),
    "strings subtracted": (field("c"), centers(("red",), ("blue",)), "field 'c', and 'red' is no number"),
    "no scale": (field("a", compareFunction="gaussSim"), centers((0,), (1,)), "without a similarityScale"),
}


@pytest.mark.parametrize(("fields", "clusters", "message"), BROKEN.values(), ids=BROKEN)
def test_contradictions(fields, clusters, message):
    with pytest.raises(sparkpmml.ModelError, match=message):
        load("<euclidean/>", fields, clusters)


@pytest.mark.parametrize("clusters", [2, 3])
@pytest.mark.parametrize("measured", ["a", "b"])
def test_rows_beside_a_missing_value_have_the_same_affinities(clusters, measured):
    points = np.random.default_rng(clusters).standard_normal((clusters, 2)).tolist()
    model = load("<squaredEuclidean/>", A_B, centers(*points))
    rows = pd.DataFrame(np.random.default_rng(0).standard_normal((300, 2)), columns=["a", "b"]).assign(c="red")
    complete = model.predict(rows)
    rows.loc[7, measured] = NAN
    holed = model.predict(rows)
    others = rows.index != 7
    assert holed[others].equals(complete[others])
    expected = [sum((rows.iloc[0][axis] - point[place]) ** 2 for place, axis in enumerate("ab")) for point in points]
    assert complete[["one", "two"]].iloc[0].tolist() == pytest.approx(expected[:2], rel=1e-15)
