"""SupportVectorMachineModel: kernels, representations and ways to choose a class, as small documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from documents import listed

import sparkpmml

NAN = np.nan

FIELDS = """
<DataField name="x1" optype="continuous" dataType="double"/>
<DataField name="x2" optype="continuous" dataType="double"/>
<DataField name="c" optype="categorical" dataType="string"/>
<DataField name="class" optype="categorical" dataType="string">
  <Value value="no"/><Value value="yes"/>{more}
</DataField>
<DataField name="y" optype="continuous" dataType="double"/>"""

SCHEMA = """<MiningSchema><MiningField name="x1"/><MiningField name="x2"/><MiningField name="c"/>
<MiningField name="{target}" usageType="target"/></MiningSchema>"""

XOR_VECTORS = """
<VectorDictionary><VectorFields numberOfFields="2"><FieldRef field="x1"/><FieldRef field="x2"/></VectorFields>
<VectorInstance id="mv0"><REAL-SparseArray n="2"/></VectorInstance>
<VectorInstance id="mv1"><REAL-SparseArray n="2">
  <Indices>2</Indices><REAL-Entries>1.0</REAL-Entries></REAL-SparseArray></VectorInstance>
<VectorInstance id="mv2"><Array n="2" type="real">1 0</Array></VectorInstance>
<VectorInstance id="mv3"><REAL-SparseArray n="2">
  <Indices>1 2</Indices><REAL-Entries>1.0 1.0</REAL-Entries></REAL-SparseArray></VectorInstance>
</VectorDictionary>"""

TWO = pd.DataFrame({"x1": [0.0, 0.0, 1.0, 1.0, NAN], "x2": [0.0, 1.0, 0.0, 1.0, 1.0], "c": [*list("abca"), None]})


def load(body, attributes='functionName="regression"', target="y", more=""):
    return sparkpmml.load(
        f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
        <DataDictionary>{FIELDS.format(more=more)}</DataDictionary>
        <SupportVectorMachineModel {attributes}>{SCHEMA.format(target=target)}{body}</SupportVectorMachineModel>
        </PMML>""".encode()
    )


def classes(body, attributes="", more=""):
    return load(body, f'functionName="classification" {attributes}', "class", more)


def machine(weights, constant=0.0, vectors=("mv0", "mv1", "mv2", "mv3"), **attributes):
    """A SupportVectorMachine; without vectors its coefficients are those of the fields."""
    named = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    listed = "".join(f'<SupportVector vectorId="{each}"/>' for each in vectors)
    coefficients = "".join(f'<Coefficient value="{each}"/>' for each in weights)
    return f"""<SupportVectorMachine {named}>{f"<SupportVectors>{listed}</SupportVectors>" if vectors else ""}
        <Coefficients absoluteValue="{constant}">{coefficients}</Coefficients></SupportVectorMachine>"""


def hyperplane(weights, constant=0.0, **attributes):
    return machine(weights, constant, (), **attributes)


XOR = machine([-1, 1, 1, -1], targetCategory="no", alternateTargetCategory="yes")
RBF = '<RadialBasisKernelType gamma="1.0"/>'
E1, E2 = np.exp(-1), np.exp(-2)

# The value at vector j is the sum over i of a_i K(v_j, v_i), with a = (-1, 1, 1, -1), v = (0,0) (0,1) (1,0) (1,1).
# Inner products of v: rows (0 0 0 0) (0 1 0 1) (0 0 1 1) (0 1 1 2).
KERNELS = {
    "linear": ("<LinearKernelType/>", [0, 1 - 1, 1 - 1, 1 + 1 - 2]),
    "polynomial of degree 1": ('<PolynomialKernelType gamma="2" coef0="3"/>', [0, 2 - 2, 2 - 2, 2 + 2 - 4]),
    "polynomial": (  # (p + 1)² of p = 0, 1, 2 is 1, 4, 9
        '<PolynomialKernelType degree="2"/>',
        [-1 + 1 + 1 - 1, -1 + 4 + 1 - 4, -1 + 1 + 4 - 4, -1 + 4 + 4 - 9],
    ),
    "radial basis": (RBF, [-1 + E1 + E1 - E2, 1 - E1 - E1 + E2, 1 - E1 - E1 + E2, -1 + E1 + E1 - E2]),
    "sigmoid": ('<SigmoidKernelType gamma="0.5" coef0="0"/>', [0, 0, 0, 2 * np.tanh(0.5) - np.tanh(1)]),
}


@pytest.mark.parametrize(("kernel", "expected"), KERNELS.values(), ids=KERNELS)
def test_kernels(kernel, expected):
    result = load(kernel + XOR_VECTORS + machine([-1, 1, 1, -1], 0.25)).predict(TWO)
    np.testing.assert_allclose(result["prediction"], [*(np.array(expected) + 0.25), NAN], rtol=1e-12, atol=1e-15)


def test_radial_basis_far_from_the_origin():
    """Terms of 1e14 would leave no digit of a squared distance of 1."""
    far = XOR_VECTORS.replace('<REAL-SparseArray n="2"', '<REAL-SparseArray n="2" defaultValue="10000000"')
    far = (
        far.replace("1.0 1.0", "10000001 10000001").replace(">1.0<", ">10000001<").replace("1 0<", "10000001 10000000<")
    )
    table = TWO.assign(x1=TWO.x1 + 1e7, x2=TWO.x2 + 1e7)
    near = load(RBF + XOR_VECTORS + machine([-1, 1, 1, -1])).predict(TWO)
    pd.testing.assert_frame_equal(load(RBF + far + machine([-1, 1, 1, -1])).predict(table), near)


THREE = '<Value value="maybe"/>'
VOTES = (  # values x1 - 0.5 for no | yes, x2 - 0.5 for yes | maybe, x1 + x2 - 1 for no | maybe
    hyperplane([1, 0], -0.5, targetCategory="no", alternateTargetCategory="yes")
    + hyperplane([0, 1], -0.5, targetCategory="yes", alternateTargetCategory="maybe")
    + hyperplane([1, 1], -1, targetCategory="no", alternateTargetCategory="maybe")
)
ALL = hyperplane([1, 0], targetCategory="yes") + hyperplane([0, 1], targetCategory="no")
LINEAR = "<LinearKernelType/>"
PLANES = 'svmRepresentation="Coefficients"'

# (body, attributes, further values of the target, expected classes of the rows of TWO)
CHOICES = {
    "below the threshold is the target category": (RBF + XOR_VECTORS + XOR, "", "", ["no", "yes", "yes", "no"]),
    "maxWins: above the threshold": (RBF + XOR_VECTORS + XOR, 'maxWins="true"', "", ["yes", "no", "no", "yes"]),
    "the model's threshold": (RBF + XOR_VECTORS + XOR, 'threshold="0.5"', "", ["no", "no", "no", "no"]),
    "a machine's threshold": (
        RBF + XOR_VECTORS + XOR.replace("targetC", 'threshold="-0.5" targetC', 1),
        'threshold="0.5"',
        "",
        ["yes", "yes", "yes", "yes"],
    ),
    "the only other class": (
        RBF + XOR_VECTORS + XOR.replace('alternateTargetCategory="yes"', ""),
        "",
        "",
        ["no", "yes", "yes", "no"],
    ),
    # values 0, 1, 1, 2 - 0.4: rounded to 1 is the target category
    "alternateBinaryTargetCategory": (
        LINEAR + XOR_VECTORS + hyperplane([1, 1], -0.4, targetCategory="yes"),
        f'alternateBinaryTargetCategory="no" {PLANES}',
        "",
        ["no", "yes", "yes", "yes"],
    ),
    # (0,0): no, yes, no; (0,1): no, maybe, maybe (0 is not below 0); (1,0): yes, yes, maybe; (1,1): yes, maybe, maybe
    "one against one": (
        LINEAR + XOR_VECTORS + VOTES,
        f'classificationMethod="OneAgainstOne" {PLANES}',
        THREE,
        ["no", "maybe", "yes", "maybe"],
    ),
    "one against one, by its attributes": (
        LINEAR + XOR_VECTORS + VOTES,
        PLANES,
        THREE,
        ["no", "maybe", "yes", "maybe"],
    ),
    # values (yes, no): (0,0), (0,1), (1,0), (1,1): the lowest wins, of equals the first declared
    "one against all": (LINEAR + XOR_VECTORS + ALL, PLANES, "", ["no", "yes", "no", "no"]),
    "one against all, maxWins": (LINEAR + XOR_VECTORS + ALL, f'{PLANES} maxWins="true"', "", ["no", "no", "yes", "no"]),
}


@pytest.mark.parametrize(("body", "attributes", "more", "expected"), CHOICES.values(), ids=CHOICES)
def test_choice_of_a_class(body, attributes, more, expected):
    result = classes(body, attributes, more).predict(TWO)
    assert listed(result["prediction"]) == [*expected, None]


def test_votes_are_shares():
    result = classes(LINEAR + XOR_VECTORS + VOTES, PLANES, THREE).predict(TWO)
    assert dict(result["probability"][0]) == {"no": 2 / 3, "yes": 1 / 3, "maybe": 0.0}
    assert result["probability"][4] is None


def test_affinity_is_the_value_against_all_others():
    output = (
        '<Output><OutputField name="a" optype="continuous" dataType="double" feature="affinity" value="yes"/></Output>'
    )
    result = classes(output + LINEAR + XOR_VECTORS + ALL, PLANES).predict(TWO)
    np.testing.assert_array_equal(result["a"], [0, 0, 1, 1, NAN])


def test_values_of_fields_as_entries_in_document_order():
    """Entries are x1, (c = "a") and x2: the value is x1 + 10 (c = "a") + 100 x2."""
    fields = XOR_VECTORS.replace(
        '<FieldRef field="x2"/>', '<CategoricalPredictor name="c" value="a" coefficient="1"/><FieldRef field="x2"/>'
    )
    fields = fields[: fields.index("<VectorInstance")] + "</VectorDictionary>"
    result = load(LINEAR + fields + hyperplane([1, 10, 100]), f'functionName="regression" {PLANES}').predict(TWO)
    np.testing.assert_array_equal(result["prediction"], [10, 100, 1, 111, NAN])


def test_a_vector_is_what_is_said_of_it_last():
    """A vector that no machine names may be of any length."""
    again = '<VectorInstance id="{}"><Array type="real">{}</Array></VectorInstance>'
    vectors = XOR_VECTORS.replace("</VectorFields>", "</VectorFields>" + again.format("mv3", "5 5"))
    vectors = vectors.replace("</VectorDictionary>", again.format("unused", "1 2 3") + "</VectorDictionary>")
    expected = load(RBF + XOR_VECTORS + machine([-1, 1, 1, -1])).predict(TWO)
    pd.testing.assert_frame_equal(load(RBF + vectors + machine([-1, 1, 1, -1])).predict(TWO), expected)


def test_no_rows():
    assert len(classes(RBF + XOR_VECTORS + XOR).predict(TWO[:0])) == 0


BROKEN = {
    "a vector that is not there": (machine([1], vectors=["mv9"]), "'mv9', which is not in the VectorDictionary"),
    "a coefficient too many": (machine([1, 2], vectors=["mv1"]), "of 1 support vectors and 2 coefficients"),
    "two machines for a number": (machine([1] * 4) * 2, "has 2 SupportVectorMachines for one number"),
}


WRONG_VECTORS = {
    "no number": (">1 0<", ">1 zero<", r"line 16, column 1: <VectorInstance> has a value that is no number: .*'zero'"),
    "another length": ('n="2" type="real">1 0<', ">1 0 1<", "vector 'mv2' has 3 values, there are 2 vector fields"),
    "nothing": ('<Array n="2" type="real">1 0</Array>', "", "vector 'mv2' has 0 values, there are 2 vector fields"),
    "too few entries": (">1.0 1.0<", ">1.0<", "has 2 indices for 1 entries"),
    "another n": ('n="2"/>', 'n="3"/>', "says n=3, 2 values are needed"),
    "no place": (">1 2<", ">1 3<", "has an index outside 1 to 2"),
    "half a place": (">1 2<", ">1 1.5<", "the text of <Indices> must be a whole number, is '1.5'"),
    "endless place": (">1 2<", ">1 inf<", "the text of <Indices> must be a whole number, is 'inf'"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG_VECTORS.values(), ids=WRONG_VECTORS)
def test_wrong_vectors(old, new, message):
    assert old in XOR_VECTORS
    with pytest.raises(sparkpmml.ModelError, match=message):
        load(RBF + XOR_VECTORS.replace(old, new) + machine([-1, 1, 1, -1]))


@pytest.mark.parametrize(("body", "message"), BROKEN.values(), ids=BROKEN)
def test_contradictions(body, message):
    with pytest.raises(sparkpmml.ModelError, match=message):
        load(RBF + XOR_VECTORS + body)
