"""NeuralNetwork: activations, normalisations, connections and what outputs mean, as small documents."""

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
<DataField name="y" optype="continuous" dataType="double"/>
<DataField name="z" optype="continuous" dataType="double"/>
<DataField name="c" optype="categorical" dataType="string"><Value value="yes"/><Value value="no"/></DataField>"""

DERIVED = '<DerivedField optype="continuous" dataType="double">{}</DerivedField>'

INPUTS = f"""<NeuralInputs>
<NeuralInput id="a">{DERIVED.format('<FieldRef field="a"/>')}</NeuralInput>
<NeuralInput id="b">{DERIVED.format('<FieldRef field="b"/>')}</NeuralInput>
</NeuralInputs>"""

ROWS = pd.DataFrame({"a": [0.0, 1.0, -2.0, NAN], "b": [0.0, 0.5, 1.0, 1.0]})


def neuron(name, bias=0.0, more="", **weights):
    connections = "".join(f'<Con from="{source}" weight="{weight}"/>' for source, weight in weights.items())
    return f'<Neuron id="{name}" bias="{bias}" {more}>{connections}</Neuron>'


def layer(*neurons, attributes=""):
    return f"<NeuralLayer {attributes}>{''.join(neurons)}</NeuralLayer>"


def outputs(*pairs):
    """Of pairs of a neuron and an expression."""
    fields = [f'<NeuralOutput outputNeuron="{name}">{DERIVED.format(of)}</NeuralOutput>' for name, of in pairs]
    return f"<NeuralOutputs>{''.join(fields)}</NeuralOutputs>"


def is_value(field, value):
    return f'<NormDiscrete field="{field}" value="{value}"/>'


Y, Z = '<FieldRef field="y"/>', '<FieldRef field="z"/>'


def load(layers, ends, attributes='activationFunction="identity"', targets=("y",), function="regression", more=""):
    schema = "".join(f'<MiningField name="{name}" usageType="target"/>' for name in targets)
    return sparkpmml.load(
        f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
        <DataDictionary>{FIELDS}</DataDictionary>
        <NeuralNetwork functionName="{function}" {attributes}>
        <MiningSchema><MiningField name="a"/><MiningField name="b"/>{schema}</MiningSchema>{more}
        {INPUTS}{layers}{ends}</NeuralNetwork></PMML>""".encode()
    )


SUMS = np.array([0.25, 1.75, -0.75])  # a + b + 0.25

ACTIVATIONS = {
    "threshold": np.array([0.0, 1.0, 0.0]),  # above 1.5?
    "logistic": 1 / (1 + np.exp(-SUMS)),
    "tanh": np.tanh(SUMS),
    "identity": SUMS,
    "exponential": np.exp(SUMS),
    "reciprocal": 1 / SUMS,
    "square": SUMS**2,
    "Gauss": np.exp(-(SUMS**2)),
    "sine": np.sin(SUMS),
    "cosine": np.cos(SUMS),
    "Elliott": SUMS / (1 + abs(SUMS)),
    "arctan": 2 * np.arctan(SUMS) / np.pi,
    "rectifier": np.array([0.25, 1.75, 0.0]),
}


@pytest.mark.parametrize(("name", "expected"), ACTIVATIONS.items(), ids=ACTIVATIONS)
def test_activations(name, expected):
    layers = layer(neuron("n", 0.25, a=1, b=1), attributes='threshold="1.5"')
    result = load(layers, outputs(("n", Y)), f'activationFunction="{name}"').predict(ROWS)
    np.testing.assert_allclose(result["prediction"], [*expected, NAN], rtol=1e-15)


# of the point (1, 2), with two connections: altitude² exp(-((a - 1)² + (b - 2)²) / (2 width²))
DISTANCES = np.array([1 + 4, 0 + 2.25, 9 + 1])
RADIAL = {
    "the network's": ('width="2" altitude="3"', "", "", 9 * np.exp(-DISTANCES / 8)),
    "the layer's": ('width="2" altitude="3"', 'width="1" altitude="2"', "", 4 * np.exp(-DISTANCES / 2)),
    "the neuron's": ("", 'width="1"', 'width="3" altitude="0.5"', 0.25 * np.exp(-DISTANCES / 18)),
}


@pytest.mark.parametrize(("network", "of_layer", "of_neuron", "expected"), RADIAL.values(), ids=RADIAL)
def test_radial_basis_functions(network, of_layer, of_neuron, expected):
    layers = layer(neuron("n", more=of_neuron, a=1, b=2), attributes=of_layer)
    result = load(layers, outputs(("n", Y)), f'activationFunction="radialBasis" {network}').predict(ROWS)
    np.testing.assert_allclose(result["prediction"], [*expected, NAN], rtol=1e-14)


# two neurons: a + 2 and b + 1, (2, 1), (3, 1.5), (0, 2): the first one's share
NORMALIZATIONS = {
    "none": [2, 3, 0],
    "simplemax": [2 / 3, 3 / 4.5, 0],
    "softmax": [1 / (1 + np.exp(1 - 2)), 1 / (1 + np.exp(1.5 - 3)), 1 / (1 + np.exp(2 - 0))],
}


@pytest.mark.parametrize("place", ["network", "layer"])
@pytest.mark.parametrize(("name", "expected"), NORMALIZATIONS.items(), ids=NORMALIZATIONS)
def test_normalizations(name, expected, place):
    own, other = f'normalizationMethod="{name}"', 'normalizationMethod="softmax"'
    layers = layer(neuron("p", 2, a=1), neuron("q", 1, b=1), attributes=own if place == "layer" else "")
    attributes = f'activationFunction="identity" {own if place == "network" else other}'
    result = load(layers, outputs(("p", Y)), attributes).predict(ROWS)
    np.testing.assert_allclose(result["prediction"], [*expected, NAN], rtol=1e-15)


def test_softmax_of_high_sums():
    layers = layer(neuron("p", 800, a=1), neuron("q", 801), attributes='normalizationMethod="softmax"')
    result = load(layers, outputs(("p", Y))).predict(ROWS)
    np.testing.assert_allclose(result["prediction"][:2], [1 / (1 + np.e), 0.5], rtol=1e-14)


def test_connections_skip_layers_and_come_in_any_order():
    """h = 2 a, g = -h + b, n = h + 10 g + 100 a."""
    layers = layer(neuron("h", a=2)) + layer(neuron("g", b=1, h=-1)) + layer(neuron("n", a=100, g=10, h=1))
    result = load(layers, outputs(("n", Y))).predict(ROWS)
    np.testing.assert_array_equal(result["prediction"], [0, 2 - 15 + 100, -4 + 50 - 200, NAN])


def test_output_through_the_inverse_of_norm_continuous():
    """y from 10 to 20 is 0 to 1, from 20 to 40 is 1 to 2; beyond, the lines go on. a is 0, 1, -2."""
    points = "".join(f'<LinearNorm orig="{y}" norm="{norm}"/>' for y, norm in ((10, 0), (20, 1), (40, 2)))
    ends = outputs(("n", f'<NormContinuous field="y">{points}</NormContinuous>'))
    result = load(layer(neuron("n", 0.5, a=1)), ends).predict(ROWS)
    np.testing.assert_allclose(result["prediction"], [15, 30, -5, NAN])


CLASSES = outputs(("p", is_value("c", "no")), ("q", is_value("c", "yes")))
PAIR = layer(neuron("p", a=1), neuron("q", b=1), attributes='normalizationMethod="softmax"')
CLASSIFIED = {"targets": ("c",), "function": "classification"}


def test_classes():
    """p is 0, 1, -2 and speaks of no; q is 0, 0.5, 1 and speaks of yes; a tie goes to yes, which is declared first."""
    entity = '<Output><OutputField name="id" optype="categorical" dataType="string" feature="entityId"/></Output>'
    result = load(PAIR, CLASSES, more=entity, **CLASSIFIED).predict(ROWS)
    assert listed(result["prediction"]) == ["yes", "no", "yes", None]
    assert listed(result["id"]) == ["q", "p", "q", None]
    assert dict(result["probability"][0]) == {"yes": 0.5, "no": 0.5}
    assert dict(result["probability"][1])["no"] == pytest.approx(1 / (1 + np.exp(-0.5)), rel=1e-15)


def test_one_output_for_two_classes():
    layers = layer(neuron("p", 0.25, b=1))
    result = load(layers, outputs(("p", is_value("c", "no"))), **CLASSIFIED).predict(ROWS)
    assert [dict(each) for each in result["probability"][:2]] == [{"yes": 0.75, "no": 0.25}, {"yes": 0.25, "no": 0.75}]
    assert result["prediction"].tolist()[:2] == ["yes", "no"]


def test_outputs_that_refer_to_derived_fields():
    field = f"""<LocalTransformations><DerivedField name="isNo" optype="continuous" dataType="double">
        {is_value("c", "no")}</DerivedField></LocalTransformations>"""
    ends = outputs(("p", '<FieldRef field="isNo"/>'), ("q", is_value("c", "yes")))
    result = load(PAIR, ends, more=field, **CLASSIFIED).predict(ROWS)
    assert listed(result["prediction"]) == ["yes", "no", "yes", None]


def test_several_targets():
    layers = layer(neuron("p", a=1), neuron("q", b=1))
    rescaled = '<Targets><Target field="z" rescaleFactor="10"/></Targets>'
    model = load(layers, outputs(("p", Y), ("q", Z)), targets=("y", "z"), more=rescaled)
    result = model.predict(ROWS)
    np.testing.assert_array_equal(result["y"], [0, 1, -2, NAN])
    np.testing.assert_array_equal(result["z"], [0, 5, 10, NAN])


def test_single_precision():
    """Each step is rounded: the weight, the sum, the activation."""
    model = load(layer(neuron("n", 0.1, b=0.3)), outputs(("n", Y)), 'activationFunction="tanh" x-mathContext="float"')
    sums = np.float32(np.float64(np.float32(0.3)) * ROWS.b[:3] + np.float64(np.float32(0.1)))
    expected = np.float32(np.tanh(sums.astype(np.float64)))
    np.testing.assert_array_equal(np.float32(model.predict(ROWS)["prediction"][:3]), expected)


BROKEN = {
    "a loop": (layer(neuron("n", n=1)), outputs(("n", Y)), "'n', which is in no earlier layer"),
    "an output of nothing": (layer(neuron("n", a=1)), outputs(("m", Y)), "an output of neuron 'm'"),
    "two neurons of one name": (layer(neuron("a", a=1)), outputs(("a", Y)), "several neurons 'a'"),
    "no width": (
        layer(neuron("n", a=1), attributes='activationFunction="radialBasis"'),
        outputs(("n", Y)),
        "without a width",
    ),
    "an output that cannot be inverted": (
        layer(neuron("n", a=1)),
        outputs(("n", '<Apply function="exp"><FieldRef field="y"/></Apply>')),
        "cannot be read backwards: <Apply>",
    ),
}


@pytest.mark.parametrize(("layers", "ends", "message"), BROKEN.values(), ids=BROKEN)
def test_contradictions(layers, ends, message):
    with pytest.raises(sparkpmml.ModelError, match=message):
        load(layers, ends)
