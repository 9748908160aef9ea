"""The layers of a network as operations on one matrix that holds the values of all neurons, inputs first."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.activations import ACTIVATIONS, NORMALIZATIONS, Matrix
from sparkpmml.kernels.rows import some
from sparkpmml.models.neural_network.nodes import RADIAL_BASIS, NeuralLayer, NeuralNetwork, Neuron
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.design import CACHED_CELLS, batch_rows, fill_design, numbers_of, row_blocks

Places = dict[str, int]
"""By a neuron's id: its column in the matrix of all neurons."""


class Layer(Protocol):
    """Values of all earlier neurons, float64[p, n], to those of the layer's m neurons: `out` float64[m, n]."""

    def __call__(self, values: Matrix, out: Matrix) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Weighted sums, activated: the neurons' values are activation(weights @ values[sources] + bias)."""

    sources: slice | NDArray[np.int64]
    weights: Matrix
    bias: NDArray[np.float64]
    activation: str
    threshold: float
    single: bool

    def __call__(self, values: Matrix, out: Matrix) -> None:
        np.matmul(self.weights, values[self.sources], out=out)
        out += self.bias[:, None]
        if self.single:
            round_(out)
        ACTIVATIONS[self.activation](out, self.threshold)


@dataclass(frozen=True, slots=True, eq=False)
class Radial:
    """Radial basis functions: altitude ** (number of connections) * exp(-distance² / (2 width²)) for each neuron."""

    sources: tuple[NDArray[np.int64], ...]
    centres: tuple[NDArray[np.float64], ...]
    widths: tuple[float, ...]
    altitudes: tuple[float, ...]

    def __call__(self, values: Matrix, out: Matrix) -> None:
        for neuron, (source, centre) in enumerate(zip(self.sources, self.centres, strict=True)):
            distance = np.square(values[source] - centre[:, None]).sum(axis=0)
            height = len(source) * np.log(self.altitudes[neuron])
            np.exp(height - distance / (2 * self.widths[neuron] ** 2), out=out[neuron])


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The operation: the values of the output neurons, float64[n, k], NaN where any input is missing.

    Each neuron's values lie side by side, so that layers are parts of one matrix and nothing is copied between them.
    `single`: every sum, activation and normalisation is rounded to a float32; sums are exact to that, as no order of
    additions in single precision is.
    """

    layers: tuple[tuple[Layer, str], ...]
    widths: tuple[int, ...]
    outputs: NDArray[np.int64]
    single: bool

    def __call__(self, *columns: Column) -> Matrix:
        rows, numbers = batch_rows(columns), numbers_of(columns)
        result = np.empty((rows, len(self.outputs)))
        blocks = list(row_blocks(rows, sum(self.widths), CACHED_CELLS))
        size = max((block.stop - block.start for block in blocks), default=0)
        work = np.empty(size * sum(self.widths))  # one piece of memory for all blocks
        for block in blocks:
            count = block.stop - block.start
            values = work[: count * sum(self.widths)].reshape(-1, count)
            inputs = values[: self.widths[0]]
            fill_design(numbers, block, inputs.T)
            with np.errstate(all="ignore"):
                self._run(values)
            chosen = values[self.outputs].T
            unknown = some(np.isnan(inputs.T))
            if unknown.any():
                chosen[unknown] = np.nan
            result[block] = chosen
        return result

    def _run(self, values: Matrix) -> None:
        """Fill the values of all neurons after the inputs."""
        end = self.widths[0]
        if self.single:
            round_(values[:end])
        for (layer, normalization), width in zip(self.layers, self.widths[1:], strict=True):
            out = values[end : end + width]
            layer(values[:end], out)
            if self.single:
                round_(out)
            if normalization != "none":
                NORMALIZATIONS[normalization](out.T)
                if self.single:
                    round_(out)
            end += width


def round_(values: Matrix) -> None:
    """To the nearest float32s, in place."""
    values[...] = values.astype(np.float32)


def make_network(node: NeuralNetwork, outputs: list[str]) -> Network:
    """The network that gives the values of the neurons `outputs`; ValueError where its parts do not fit together."""
    places: Places = {}
    _place(places, [each.id for each in node.inputs.inputs])
    layers = []
    for layer in node.layers:
        layers.append((_make_layer(layer, node, dict(places)), layer.normalization or node.normalization))
        _place(places, [neuron.id for neuron in layer.neurons])
    unknown = [neuron for neuron in outputs if neuron not in places]
    if unknown:
        raise ValueError(f"has an output of neuron {unknown[0]!r}, which is not there")
    widths = (len(node.inputs.inputs), *(len(layer.neurons) for layer in node.layers))
    chosen = np.array([places[neuron] for neuron in outputs], dtype=np.int64)
    return Network(tuple(layers), widths, chosen, node.math_context == "float")


def _place(places: Places, ids: list[str]) -> None:
    for each in ids:
        if each in places:
            raise ValueError(f"has several neurons {each!r}")
        places[each] = len(places)


def _make_layer(layer: NeuralLayer, node: NeuralNetwork, places: Places) -> Layer:
    activation = layer.activation or node.activation
    if activation is None:
        raise ValueError("has a layer without an activationFunction")
    if activation == RADIAL_BASIS:
        return _make_radial(layer, node, places)
    connected, biases = [], []
    for neuron in layer.neurons:
        connected.append(_connections(neuron, places))
        biases.append(neuron.bias)
    sources = np.unique(np.concatenate([own for own, _ in connected])) if connected else np.empty(0, np.int64)
    weights, bias = np.zeros((len(connected), len(sources))), np.array(biases)
    for row, (own, values) in zip(weights, connected, strict=True):
        np.add.at(row, np.searchsorted(sources, own), values)
    threshold = node.threshold if layer.threshold is None else layer.threshold
    single = node.math_context == "float"
    if single:
        round_(weights)
        round_(bias)
    return Weighted(_as_slice(sources.tolist()), weights, bias, activation, threshold, single)


def _as_slice(sources: list[int]) -> slice | NDArray[np.int64]:
    """Neighbouring columns need no copy."""
    if sources and sources[-1] - sources[0] == len(sources) - 1:
        return slice(sources[0], sources[-1] + 1)
    return np.array(sources, dtype=np.int64)


def _connections(neuron: Neuron, places: Places) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(the columns of the neurons that it is connected from, the weights), in document order, read once."""
    sources, weights = array("q"), array("d")
    for connection in neuron.connections:
        place = places.get(connection.source)
        if place is None:
            raise ValueError(
                f"connects neuron {neuron.id!r} from {connection.source!r}, which is in no earlier layer: "
                "a network with loops has no value for one row alone"
            )
        sources.append(place)
        weights.append(connection.weight)
    return np.array(sources, dtype=np.int64), np.array(weights, dtype=np.float64)


def _make_radial(layer: NeuralLayer, node: NeuralNetwork, places: Places) -> Radial:
    connected = [_connections(neuron, places) for neuron in layer.neurons]
    sources, centres = tuple(own for own, _ in connected), tuple(weights for _, weights in connected)
    widths = tuple(_first(neuron.width, layer.width, node.width) for neuron in layer.neurons)
    altitudes = tuple(_first(neuron.altitude, layer.altitude, node.altitude) for neuron in layer.neurons)
    return Radial(sources, centres, widths, altitudes)


def _first(*values: float | None) -> float:
    """What the neuron, else the layer, else the network says."""
    for value in values:
        if value is not None:
            return value
    raise ValueError("has radial basis functions without a width")
