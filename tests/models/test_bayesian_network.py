"""BayesianNetworkModel: posteriors against sums over the whole joint distribution, written out."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError


def values(probabilities: dict[str, float]) -> str:
    return "".join(f'<ValueProbability value="{v}" probability="{p}"/>' for v, p in probabilities.items())


def given(parents: dict[str, str], content: str, kind: str = "Discrete") -> str:
    named = "".join(f'<ParentValue parent="{parent}" value="{value}"/>' for parent, value in parents.items())
    return f"<{kind}ConditionalProbability>{named}{content}</{kind}ConditionalProbability>"


def discrete(name: str, content: str) -> str:
    return f'<DiscreteNode name="{name}">{content}</DiscreteNode>'


def continuous(name: str, content: str) -> str:
    return f'<ContinuousNode name="{name}">{content}</ContinuousNode>'


def distribution(kind: str, **parameters: float | str) -> str:
    texts = (
        f"<{name}>{value if isinstance(value, str) else f'<Constant>{value}</Constant>'}</{name}>"
        for name, value in parameters.items()
    )
    return f"<ContinuousDistribution><{kind}DistributionForBN>{''.join(texts)}</{kind}DistributionForBN></ContinuousDistribution>"


RAIN = {"yes": 0.2, "no": 0.8}
SPRINKLER = {"yes": {"on": 0.01, "off": 0.99}, "no": {"on": 0.4, "off": 0.6}}
WET = {("yes", "on"): 0.99, ("yes", "off"): 0.8, ("no", "on"): 0.9, ("no", "off"): 0.0}
LAWN = (
    discrete("rain", values(RAIN))
    + discrete("sprinkler", "".join(given({"rain": r}, values(p)) for r, p in SPRINKLER.items()))
    + discrete(
        "wet",
        "".join(given({"rain": r, "sprinkler": s}, values({"1": p, "0": 1 - p})) for (r, s), p in WET.items()),
    )
)
FIELDS = {"rain": "string", "sprinkler": "string", "wet": "integer", "x": "double", "y": "double", "z": "double"}


def network(
    nodes: str,
    target: str = "rain",
    active: str = "sprinkler wet",
    function: str = "classification",
    types: dict[str, str] = FIELDS,
):
    fields = "".join(
        f'<DataField name="{n}" optype="{"continuous" if t == "double" else "categorical"}" dataType="{t}"/>'
        for n, t in types.items()
    )
    schema = "".join(f'<MiningField name="{name}"/>' for name in active.split())
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
    <DataDictionary>{fields}</DataDictionary><BayesianNetworkModel functionName="{function}"><MiningSchema>{schema}
    <MiningField name="{target}" usageType="target"/></MiningSchema><Output>
    <OutputField name="p" feature="probability" value="yes" dataType="double" optype="continuous"/></Output>
    <BayesianNetworkNodes>{nodes}</BayesianNetworkNodes></BayesianNetworkModel></PMML>"""
    document = (
        document
        if function == "classification"
        else document.replace('feature="probability"', 'feature="standardDeviation"')
    )
    return sparkpmml.load(document.encode(), name="network")


def rain(sprinkler: str | None, wet: int | None) -> float:
    """P(rain | evidence), term by term."""
    total = {}
    for r, p in RAIN.items():
        total[r] = sum(
            p * SPRINKLER[r][s] * (WET[r, s] if w else 1 - WET[r, s])
            for s in ("on", "off")
            for w in (0, 1)
            if sprinkler in (None, s) and wet in (None, w)
        )
    return total["yes"] / sum(total.values())


EVIDENCE = [("on", 1), ("off", 0), (None, 1), (None, 0), ("on", None), (None, None)]


def test_posteriors_of_a_discrete_network():
    frame = pd.DataFrame({"sprinkler": [s for s, _ in EVIDENCE], "wet": pd.array([w for _, w in EVIDENCE], "Int64")})
    answer = network(LAWN).predict(frame)
    expected = [rain(s, w) for s, w in EVIDENCE]
    assert answer["p"].tolist() == pytest.approx(expected)
    assert answer["prediction"].tolist() == ["yes" if p > 0.5 else "no" for p in expected]


def test_evidence_that_cannot_be():
    nodes = LAWN.replace('value="1" probability="0.0"', 'value="1" probability="0"')
    answer = network(nodes, active="rain sprinkler", target="wet").predict(
        pd.DataFrame({"rain": ["no", "snow"], "sprinkler": ["off", "on"]})
    )
    assert answer["prediction"].tolist()[0] == 0
    assert answer["prediction"].isna().tolist() == [False, True]


def test_without_evidence_the_answer_is_the_prior():
    answer = network(LAWN, active="").predict(pd.DataFrame({"a": [1, 2]}))
    assert answer["p"].tolist() == pytest.approx([0.2, 0.2])
    assert network(LAWN).predict(pd.DataFrame({"sprinkler": [], "wet": []})).empty


MEASURED = LAWN + continuous(
    "x",
    given({"rain": "yes"}, distribution("Normal", Mean=3, Variance=4), "Continuous")
    + given({"rain": "no"}, distribution("Uniform", Lower=0, Upper=10), "Continuous"),
)


def normal(x: float, mean: float, variance: float) -> float:
    return math.exp(-((x - mean) ** 2) / variance / 2) / math.sqrt(2 * math.pi * variance)


def test_a_continuous_variable_is_evidence():
    answer = network(MEASURED, active="sprinkler wet x").predict(
        pd.DataFrame({"sprinkler": ["on", "on", None], "wet": [1, 1, None], "x": [4.0, None, 12.0]})
    )["p"]
    prior = rain("on", 1)
    odds = prior * normal(4, 3, 4) / ((1 - prior) * 0.1)
    assert answer.tolist() == pytest.approx([odds / (1 + odds), prior, 1.0])


LIKELIHOODS = {
    "lognormal": (distribution("Lognormal", Mean=1, Variance=0.25), normal(math.log(4), 1, 0.25) / 4),
    "triangular": (distribution("Triangular", Mean=4, Lower=1, Upper=9), 2 * (4 - 9) / ((9 - 1) * (2 - 9))),
    "of another": (distribution("Normal", Mean='<FieldRef field="y"/>', Variance=1), normal(4, 5, 1)),
}


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_densities(name):
    markup, density = LIKELIHOODS[name]
    nodes = (
        discrete("rain", values(RAIN))
        + continuous("y", distribution("Normal", Mean=0, Variance=1))
        + continuous(
            "x",
            given({"rain": "yes"}, markup, "Continuous")
            + given({"rain": "no"}, distribution("Uniform", Lower=0, Upper=10), "Continuous"),
        )
    )
    (answer,) = network(nodes, active="x y").predict(pd.DataFrame({"x": [4.0], "y": [5.0]}))["p"]
    odds = 0.2 * density / (0.8 * 0.1)
    assert answer == pytest.approx(odds / (1 + odds))


def test_a_continuous_target_is_a_mixture():
    model = network(MEASURED, "x", "sprinkler wet", "regression")
    answer = model.predict(pd.DataFrame({"sprinkler": ["on", None], "wet": [1, None]}))
    for row, prior in enumerate([rain("on", 1), 0.2]):
        mean = prior * 3 + (1 - prior) * 5
        variance = prior * (4 + 9) + (1 - prior) * (100 / 12 + 25) - mean**2
        assert answer["prediction"][row] == pytest.approx(mean)
        assert answer["p"][row] == pytest.approx(math.sqrt(variance))


def test_a_target_may_be_a_function_of_what_is_known():
    double = '<Apply function="*"><Constant>2</Constant><FieldRef field="y"/></Apply>'
    nodes = continuous("y", distribution("Normal", Mean=0, Variance=1)) + continuous(
        "x", distribution("Lognormal", Mean=double, Variance=1)
    )
    answer = network(nodes, "x", "y", "regression").predict(pd.DataFrame({"y": [0.25, None]}))["prediction"]
    assert answer[0] == pytest.approx(math.exp(0.5 + 0.5))
    assert math.isnan(answer[1])


def times(factor: float, name: str, plus: float = 0.0) -> str:
    product = f'<Apply function="*"><Constant>{factor}</Constant><FieldRef field="{name}"/></Apply>'
    return f'<Apply function="+">{product}<Constant>{plus}</Constant></Apply>'


Y = '<FieldRef field="y"/>'
UNIT = distribution("Normal", Mean=0, Variance=1)
CHAIN = continuous("y", UNIT) + continuous("x", distribution("Normal", Mean=Y, Variance=1))
LINEAR = {  # target, active, row, mean, deviation
    "a cause": ("y", "x", {"x": [3.0, None]}, [1.5, 0], [0.5**0.5, 1]),
    "no evidence": ("x", "", {"a": [1, 2]}, [0, 0], [2**0.5, 2**0.5]),
}


@pytest.mark.parametrize("name", LINEAR)
def test_normal_variables_that_are_not_known(name):
    target, active, columns, means, deviations = LINEAR[name]
    answer = network(CHAIN, target, active, "regression").predict(pd.DataFrame(columns))
    assert answer["prediction"].tolist() == pytest.approx(means)
    assert answer["p"].tolist() == pytest.approx(deviations)


# y is not known: normal around 1 or -1; x is normal around 2 y + 1, and z around y or, where it rains, y - x / 2
HALF = '<Apply function="/"><FieldRef field="x"/><Constant>2</Constant></Apply>'
HIDDEN = (
    discrete("rain", values(RAIN))
    + continuous(
        "y",
        given({"rain": "yes"}, distribution("Normal", Mean=1, Variance=1), "Continuous")
        + given({"rain": "no"}, distribution("Normal", Mean=-1, Variance=2), "Continuous"),
    )
    + continuous("x", distribution("Normal", Mean=times(2, "y", 1), Variance=0.5))
    + continuous(
        "z",
        given({"rain": "no"}, distribution("Normal", Mean=Y, Variance=2), "Continuous")
        + given(
            {"rain": "yes"},
            distribution("Normal", Mean=f'<Apply function="-">{Y}{HALF}</Apply>', Variance=1),
            "Continuous",
        ),
    )
)
ROWS = [(1.0, 0.5), (-2.0, None), (None, None), (4.0, -3.0)]


def joint(rain: str, y: float, x: float | None, z: float | None) -> float:
    density = RAIN[rain] * (normal(y, 1, 1) if rain == "yes" else normal(y, -1, 2))
    density *= 1.0 if x is None else normal(x, 2 * y + 1, 0.5)
    if z is None:
        return density
    return density * (normal(z, y, 2) if rain == "no" else normal(z, y - x / 2, 1))


def moments(x: float | None, z: float | None) -> tuple[float, float, float]:
    """P(rain), and the mean and deviation of y, by sums over a fine grid of y."""
    grid = [i / 100 for i in range(-1500, 1501)]
    weights = {rain: [joint(rain, y, x, z) for y in grid] for rain in RAIN}
    total = sum(map(sum, weights.values()))
    both = [a + b for a, b in zip(*weights.values(), strict=True)]
    mean = sum(w * y for w, y in zip(both, grid, strict=True)) / total
    square = sum(w * y * y for w, y in zip(both, grid, strict=True)) / total
    return sum(weights["yes"]) / total, mean, math.sqrt(square - mean**2)


def test_classes_behind_variables_that_are_not_known():
    answer = network(HIDDEN, active="x z").predict(pd.DataFrame(ROWS, columns=["x", "z"]))
    assert answer["p"].tolist() == pytest.approx([moments(*row)[0] for row in ROWS], rel=1e-9)


def test_a_hidden_target_behind_classes():
    model = network(HIDDEN, "y", "x z", "regression")
    answer = model.predict(pd.DataFrame(ROWS, columns=["x", "z"]))
    assert answer["prediction"].tolist() == pytest.approx([moments(*row)[1] for row in ROWS], rel=1e-9)
    assert answer["p"].tolist() == pytest.approx([moments(*row)[2] for row in ROWS], rel=1e-9)
    assert model.predict(pd.DataFrame({"x": [], "z": []})).empty


def test_known_variables_of_other_distributions_are_given():
    # y is normal around z, and seen as x with the same variance
    nodes = (
        continuous("z", distribution("Uniform", Lower=0, Upper=10))
        + continuous("y", distribution("Normal", Mean='<FieldRef field="z"/>', Variance=1))
        + continuous("x", distribution("Normal", Mean=Y, Variance=1))
    )
    answer = network(nodes, "y", "x z", "regression").predict(pd.DataFrame({"x": [3.0, 3.0], "z": [1.0, None]}))
    assert answer["prediction"].tolist() == pytest.approx([2.0, math.nan], nan_ok=True)


SQUARE = f'<Apply function="pow">{Y}<Constant>2</Constant></Apply>'
SAMPLED = {
    "not normal": (distribution("Uniform", Lower=0, Upper=1), distribution("Normal", Mean=Y, Variance=1)),
    "not linear": (UNIT, distribution("Normal", Mean=SQUARE, Variance=1)),
    "the variance": (UNIT, distribution("Normal", Mean=0, Variance=SQUARE)),
}


MOMENTS = {  # of a cause y: its mean and variance
    "uniform": (distribution("Uniform", Lower=2, Upper=8), 5.0, 36 / 12),
    # the mode is 3 * 3 - 0 - 6 = 3
    "triangular": (distribution("Triangular", Mean=3, Lower=0, Upper=6), 3.0, (36 + 9 - 18) / 18),
    "lognormal": (
        distribution("Lognormal", Mean=1, Variance=0.25), math.exp(1.125), (math.exp(0.25) - 1) * math.exp(2.25)
    ),
}  # fmt: skip
TWICE_MINUS = f'<Apply function="-"><Apply function="*"><Constant>2</Constant>{Y}</Apply><FieldRef field="z"/></Apply>'


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_of_what_no_evidence_depends_on(name):
    """x = 2 y - z + e, of a normal e with variance 4; z is known, or normal around 1 with variance 9."""
    cause, mean, variance = MOMENTS[name]
    nodes = (
        continuous("y", cause)
        + continuous("z", distribution("Normal", Mean=1, Variance=9))
        + continuous("x", distribution("Normal", Mean=TWICE_MINUS, Variance=4))
    )
    answer = network(nodes, "x", "z", "regression").predict(pd.DataFrame({"z": [5.0, None]}))
    assert answer["prediction"].tolist() == pytest.approx([2 * mean - 5, 2 * mean - 1])
    assert answer["p"].tolist() == pytest.approx([math.sqrt(4 * variance + 4), math.sqrt(4 * variance + 4 + 9)])


def test_moments_of_mixtures():
    """y is uniform over 0 to 2 where it rains, else over 0 to 6; x is normal around it. Variances add up by parts."""
    nodes = (
        discrete("rain", values(RAIN))
        + continuous(
            "y",
            given({"rain": "yes"}, distribution("Uniform", Lower=0, Upper=2), "Continuous")
            + given({"rain": "no"}, distribution("Uniform", Lower=0, Upper=6), "Continuous"),
        )
        + continuous("x", distribution("Normal", Mean=Y, Variance=1))
    )
    answer = network(nodes, "x", "rain", "regression").predict(pd.DataFrame({"rain": ["yes", "no", None]}))
    assert answer["prediction"].tolist() == pytest.approx([1.0, 3.0, 0.2 * 1 + 0.8 * 3])
    spread = 0.2 * (4 / 12 + 1) + 0.8 * (36 / 12 + 1) + 0.2 * 0.8 * (3 - 1) ** 2
    assert answer["p"].tolist() == pytest.approx([math.sqrt(4 / 12 + 1), math.sqrt(36 / 12 + 1), math.sqrt(spread)])


SAMPLED_CASES = [(name, *case) for name in SAMPLED for case in (("x", ""), ("y", "x"))]


@pytest.mark.parametrize(
    ("name", "target", "active"), [each for each in SAMPLED_CASES if each[:2] != ("not normal", "x")]
)
def test_what_only_sampling_could_answer_is_a_finding(name, target, active):
    cause, effect = SAMPLED[name]
    with pytest.raises(UnsupportedMarkupError, match="not linear and normal, beside unknown values: "):
        network(continuous("y", cause) + continuous("x", effect), target, active, "regression")


BIT = {"0": 0.5, "1": 0.5}
STAY = {"0": {"0": 0.9, "1": 0.1}, "1": {"0": 0.3, "1": 0.7}}
SEEN = {"0": {"0": 0.8, "1": 0.2}, "1": {"0": 0.1, "1": 0.9}}


def table(parent: str, probabilities: dict[str, dict[str, float]]) -> str:
    return "".join(given({parent: value}, values(p)) for value, p in probabilities.items())


def smoothed(seen: list[str | None], place: int) -> float:
    """The probability of state 1 of a hidden Markov chain, by its forward and backward sums (Rabiner, 1989)."""

    def weight(state: str, value: str | None) -> float:
        return 1.0 if value is None else SEEN[state][value]

    forward = {state: BIT[state] * weight(state, seen[0]) for state in BIT}
    for value in seen[1 : place + 1]:
        forward = {s: weight(s, value) * sum(forward[r] * STAY[r][s] for r in BIT) for s in BIT}
        forward = {s: p / sum(forward.values()) for s, p in forward.items()}
    backward = dict.fromkeys(BIT, 1.0)
    for value in reversed(seen[place + 1 :]):
        backward = {r: sum(STAY[r][s] * weight(s, value) * backward[s] for s in BIT) for r in BIT}
        backward = {s: p / sum(backward.values()) for s, p in backward.items()}
    both = {s: forward[s] * backward[s] for s in BIT}
    return both["1"] / sum(both.values())


def test_long_chains():
    """400 states, a hidden one and what is seen of it at a time: far more variables than numpy has axes."""
    count, place = 400, 150
    states, seen = [f"s{i}" for i in range(count)], [f"o{i}" for i in range(count)]
    nodes = discrete(states[0], values(BIT))
    nodes += "".join(discrete(s, table(r, STAY)) for r, s in itertools.pairwise(states))
    nodes += "".join(discrete(o, table(s, SEEN)) for o, s in zip(seen, states, strict=True))
    types = dict.fromkeys([*states, *seen], "string")
    rows = [[str((i * k) % 7 % 2) if (i + k) % 3 else None for i in range(count)] for k in (1, 2, 3)]
    answer = network(nodes, states[place], " ".join(seen), types=types).predict(pd.DataFrame(rows, columns=seen))
    assert [each["1"] for each in map(dict, answer["probability"])] == pytest.approx(
        [smoothed(row, place) for row in rows], rel=1e-9
    )


def test_tables_that_are_too_large_are_a_finding():
    """Of 30 variables each two have an effect that is seen: then all of them depend on each other."""
    causes = [f"c{i}" for i in range(30)]
    pairs = {f"e{i}": pair for i, pair in enumerate(itertools.combinations(causes, 2))}
    nodes = "".join(discrete(name, values(BIT)) for name in causes)
    for name, (first, second) in pairs.items():
        nodes += discrete(
            name, "".join(given({first: a, second: b}, values(SEEN[a] if b == "0" else BIT)) for a in BIT for b in BIT)
        )
    types = dict.fromkeys([*causes, *pairs], "string")
    with pytest.raises(UnsupportedMarkupError, match=f"a table of {2**30} values for a row"):
        network(nodes, "c0", " ".join(pairs), types=types)


WRONG = [
    ({"nodes": CHAIN}, "no node for its target 'rain'"),
    ({"nodes": LAWN.replace('parent="rain" value="no"', 'parent="rain" value="never"')}, "which it cannot have"),
    (
        {"nodes": MEASURED.replace("Variance>", "Lower>"), "target": "x", "function": "regression"},
        "needs mean, variance",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_contradictions_are_named(arguments, message):
    with pytest.raises(ModelError, match=message):
        network(**arguments)
