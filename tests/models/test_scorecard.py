"""Scorecard: the specification's example, and what it says of reasons, ties, missing values and calculated scores."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError

DOCUMENT = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
<Header/>
<DataDictionary>
  <DataField name="department" optype="categorical" dataType="string"/>
  <DataField name="age" optype="continuous" dataType="integer"/>
  <DataField name="income" optype="continuous" dataType="double"/>
  <DataField name="score" optype="continuous" dataType="double"/>
</DataDictionary>
<Scorecard functionName="regression" {attributes}>
<MiningSchema>
  <MiningField name="department"/><MiningField name="age"/><MiningField name="income"/>
  <MiningField name="score" usageType="target"/>
</MiningSchema>
{output}
<Characteristics>{characteristics}</Characteristics>
</Scorecard></PMML>"""

REASONS = (
    "<Output>"
    + "".join(
        f'<OutputField name="reason {rank}" feature="reasonCode" rank="{rank}" dataType="string" optype="categorical"/>'
        for rank in (1, 2, 3)
    )
    + "</Output>"
)

TYPES = {"department": pa.string(), "age": pa.int64(), "income": pa.float64()}


def document(characteristics, attributes="", output=REASONS):
    return DOCUMENT.format(characteristics=characteristics, attributes=attributes, output=output).encode()


def characteristic(*attributes, **settings):
    words = "".join(f' {name}="{value}"' for name, value in settings.items())
    return f"<Characteristic{words}>{''.join(attributes)}</Characteristic>"


def attribute(score, field=None, operator="isMissing", value=None, **settings):
    words = "".join(f' {name}="{value}"' for name, value in settings.items())
    condition = "<True/>"
    if field is not None:
        literal = "" if value is None else f' value="{value}"'
        condition = f'<SimplePredicate field="{field}" operator="{operator}"{literal}/>'
    if isinstance(score, str):
        return f"<Attribute{words}>{condition}<ComplexPartialScore>{score}</ComplexPartialScore></Attribute>"
    return f'<Attribute partialScore="{score}"{words}>{condition}</Attribute>'


def table(**row):
    return pa.table({name: pa.array([row.get(name)], kind) for name, kind in TYPES.items()})


def score(source, **row):
    """The score and the reasons of one row, trailing missing reasons left out."""
    model = sparkpmml.load(source)
    assert pickle.loads(pickle.dumps(model.program)).schema == model.program.schema
    [answer] = model.predict(table(**row)).to_pylist()
    reasons = [answer.get(f"reason {rank}") for rank in (1, 2, 3)]
    return answer["prediction"], [reason for reason in reasons if reason is not None]


# The specification's example: three characteristics, the second with codes per attribute.
EXAMPLE = (
    characteristic(
        attribute(-9, "department"),
        attribute(19, "department", "equal", "marketing"),
        attribute(3, "department", "equal", "engineering"),
        attribute(6, "department", "equal", "business"),
        reasonCode="RC1",
        baselineScore=19,
    )
    + characteristic(
        attribute(-1, "age", reasonCode="RC2_1"),
        attribute(-3, "age", "lessOrEqual", 18, reasonCode="RC2_2"),
        attribute(0, "age", "lessOrEqual", 29, reasonCode="RC2_3"),
        attribute(12, "age", "lessOrEqual", 39, reasonCode="RC2_4"),
        attribute(18, "age", "greaterThan", 39, reasonCode="RC2_5"),
        baselineScore=18,
    )
    + characteristic(
        attribute(5, "income"),
        attribute(26, "income", "lessOrEqual", 1000),
        attribute(5, "income", "lessOrEqual", 2500),
        attribute(-3, "income", "greaterThan", 2500),
        reasonCode="RC3",
        baselineScore=10,
    )
)

ROWS = {  # id: row, score, reasons
    # 3 + 0 + 26; below the baselines by 16, 18 and -16
    "the specification's": ({"department": "engineering", "age": 25, "income": 500.0}, 29, ["RC2_3", "RC1"]),
    # 19 + 18 + 26: two at their baselines, the third above
    "none below": ({"department": "marketing", "age": 40, "income": 500.0}, 63, ["RC1", "RC2_5"]),
    # -9 - 1 + 5: 28, 19, 5
    "all missing": ({}, -5, ["RC1", "RC2_1", "RC3"]),
    # 6 + 12 - 3: 13, 6, 13: of equals the first in the document
    "tie": ({"department": "business", "age": 30, "income": 9000.0}, 15, ["RC1", "RC3", "RC2_4"]),
    "no attribute holds": ({"department": "sales", "age": 30, "income": 1.0}, None, []),
}


@pytest.mark.parametrize("case", ROWS)
def test_example(case):
    row, expected, reasons = ROWS[case]
    assert score(document(EXAMPLE), **row) == (expected, reasons)


ONE = characteristic(attribute(2, "age", "lessThan", 10), attribute(7), reasonCode="A", baselineScore=5)
OTHER = characteristic(attribute(3, "age", "lessThan", 10), attribute(9), reasonCode="B", baselineScore=5)
SAME = characteristic(attribute(1, "income", "lessThan", 10), attribute(9), reasonCode="B", baselineScore=5)

CASES = {  # id: document, row, score, reasons
    "initial score": (document(ONE, 'initialScore="100"'), {"age": 5}, 102, ["A"]),
    "points above": (document(ONE + OTHER, 'reasonCodeAlgorithm="pointsAbove"'), {"age": 50}, 16, ["B", "A"]),
    # B: 5 - 3 + 5 - 1 = 6 > A: 3
    "a code's points add up": (document(ONE + OTHER + SAME), {"age": 5, "income": 5.0}, 6, ["B", "A"]),
    # B: 2 - 4 < 0
    "a code's sum to the good": (document(ONE + OTHER + SAME), {"age": 5, "income": 50.0}, 14, ["A"]),
    "at the baseline": (document(characteristic(attribute(5), reasonCode="A", baselineScore=5)), {}, 5, ["A"]),
    "at the baseline comes last": (
        document(characteristic(attribute(5), reasonCode="Z", baselineScore=5) + ONE), {"age": 5}, 7, ["A", "Z"],
    ),
    "on the good side": (document(characteristic(attribute(5.5), reasonCode="A", baselineScore=5)), {}, 5.5, []),
    # 1 down and 1 up
    "a code's sum of nothing": (
        document(characteristic(attribute(4), reasonCode="A", baselineScore=5)
                 + characteristic(attribute(6), reasonCode="A", baselineScore=5)), {}, 10, ["A"],
    ),
    "the scorecard's baseline": (
        document(characteristic(attribute(5), reasonCode="A"), 'baselineScore="6"'), {}, 5, ["A"],
    ),
    "the first attribute that holds": (
        document(characteristic(attribute(1, "age", "lessThan", 10), attribute(2, "age", "lessThan", 20)), output=""),
        {"age": 5}, 1, [],
    ),
    "an unknown condition does not hold": (
        document(characteristic(attribute(1, "age", "lessThan", 10), attribute(2)), output=""), {}, 2, [],
    ),
    # income * 2 wins over the partialScore beside it
    "calculated": (
        document(characteristic(
            '<Attribute partialScore="1"><True/><ComplexPartialScore><Apply function="*"><FieldRef field="income"/>'
            "<Constant>2</Constant></Apply></ComplexPartialScore></Attribute>", reasonCode="A", baselineScore=50)),
        {"income": 21.0}, 42, ["A"],
    ),
    "calculated, missing": (
        document(characteristic(attribute('<FieldRef field="income"/>'), reasonCode="A", baselineScore=50) + ONE),
        {"age": 5}, None, [],
    ),
    "calculated, missing elsewhere": (
        document(characteristic(attribute(1, "income"), attribute('<FieldRef field="income"/>')), output=""), {}, 1, [],
    ),
    # the division that is not asked for does not fail the row
    "calculated, failing elsewhere": (
        document(characteristic(attribute(1, "age", "equal", 0), attribute(
            '<Apply function="/"><Constant dataType="integer">6</Constant><FieldRef field="age"/></Apply>'
        )), output=""),
        {"age": 0}, 1, [],
    ),
    "no codes wanted": (document(characteristic(attribute(5)), 'useReasonCodes="false"', ""), {}, 5, []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    source, row, expected, reasons = CASES[case]
    assert score(source, **row) == (expected, reasons)


def test_many_rows_and_none():
    """A batch mixes rows with and without a score; a batch without rows gives none."""
    model = sparkpmml.load(document(EXAMPLE))
    rows = [row for row, *_ in ROWS.values()]
    batch = pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in TYPES.items()})
    answers = model.predict(batch).to_pylist()
    assert [answer["prediction"] for answer in answers] == [expected for _, expected, _ in ROWS.values()]
    assert [answer["reason 1"] for answer in answers] == [(*reasons, None)[0] for *_, reasons in ROWS.values()]
    assert model.predict(batch.slice(0, 0)).num_rows == 0


def test_single_precision():
    source = document(characteristic(attribute(0.1)) + characteristic(attribute(0.2)), 'x-mathContext="float"', "")
    assert score(source) == (float(np.float32(0.1) + np.float32(0.2)), [])


REFUSED = {
    "reasons without a baseline": (document(characteristic(attribute(1), reasonCode="A")), "without a reasonCode or"),
    "reasons without a code": (document(characteristic(attribute(1), baselineScore=3)), "without a reasonCode or"),
    "reasons that are switched off": (document(ONE, 'useReasonCodes="false"'), "which the model does not give"),
    "no score": (document(characteristic("<Attribute><True/></Attribute>")), "neither a partialScore nor"),
    "no condition": (document(characteristic('<Attribute partialScore="1"/>')), "lacks an element that is a Predicate"),
    "no characteristic": (document(""), "has no Characteristic"),
    "no attribute": (document(characteristic()), "has no Attribute"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    source, message = REFUSED[case]
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(source)


def test_bins_answer_as_the_conditions_do(monkeypatch):
    """The short way for characteristics of one number gives what asking each condition in turn gives."""
    random = np.random.default_rng(0)
    literals = [-1.5, -1.0, 0.0, 0.1, 2.0, 1e300]
    operators = ["equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing"]

    def condition(depth=0):
        if depth < 2 and random.random() < 0.4:
            parts = "".join(condition(depth + 1) for _ in range(random.integers(2, 4)))
            operator = random.choice(["and", "or", "xor"])
            return f'<CompoundPredicate booleanOperator="{operator}">{parts}</CompoundPredicate>'
        operator = random.choice(operators)
        literal = "" if operator == "isMissing" else f' value="{random.choice(literals)}"'
        return f'<SimplePredicate field="income" operator="{operator}"{literal}/>'

    def some_attributes():
        return [f'<Attribute partialScore="{i + 1}">{condition()}</Attribute>' for i in range(random.integers(1, 6))]

    near = [np.nextafter(x, to) for x in literals for to in (-np.inf, np.inf)]
    values = pa.array([*literals, *near, -np.inf, np.inf, None])
    rows = pa.table({"department": pa.nulls(len(values), pa.string()), "age": pa.nulls(len(values)), "income": values})
    for _ in range(60):
        source = document(characteristic(*some_attributes(), reasonCode="r", baselineScore="3"))
        with monkeypatch.context() as patched:
            patched.setattr("sparkpmml.models.scorecard.attributes.find_bins", lambda *_: None)
            expected = sparkpmml.load(source).predict(rows)
        assert sparkpmml.load(source).predict(rows).equals(expected), source


def test_condition_without_conditions_is_refused():
    empty = '<Attribute partialScore="1"><CompoundPredicate booleanOperator="and"/></Attribute>'
    with pytest.raises(ModelError, match="no conditions"):
        sparkpmml.load(document(characteristic(empty, attribute(2, "income"))))


def test_reasons_of_many_rows_are_those_of_each_row():
    """Six codes that characteristics share and attributes change, with ties, points to the good and rows of no score."""
    random = np.random.default_rng(1)
    scores = random.integers(-3, 8, (8, 4))
    codes = random.choice(list("ABCDEF"), (8, 4))
    bounds = [-0.5, 0.0, 0.5]

    def attributes(part):
        conditions = [("lessThan", bound) for bound in bounds] + [("greaterOrEqual", bounds[-1])]
        return "".join(
            attribute(int(points), f"x{part}", *condition, reasonCode=code)
            for points, code, condition in zip(scores[part], codes[part], conditions, strict=True)
        )

    def named(feature, count):
        return "".join(feature.format(i) for i in range(count))

    source = f"""<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/><DataDictionary>
    {named('<DataField name="x{}" optype="continuous" dataType="double"/>', 8)}
    </DataDictionary><Scorecard functionName="regression" baselineScore="4"><MiningSchema>
    {named('<MiningField name="x{}"/>', 8)}</MiningSchema><Output>
    {"".join(f'<OutputField name="reason {rank}" feature="reasonCode" rank="{rank}"/>' for rank in range(1, 8))}
    </Output><Characteristics>
    {"".join(characteristic(attributes(part)) for part in range(8))}</Characteristics></Scorecard></PMML>"""
    values = random.normal(size=(2000, 8))
    values[random.random(values.shape) < 0.01] = np.nan
    order = list(dict.fromkeys(codes.ravel().tolist()))
    expected = []
    for row in values:
        held = np.searchsorted(bounds, row, side="right")
        points = {}
        for part, index in enumerate(held):
            code = codes[part, index]
            points[code] = points.get(code, 0) + 4 - scores[part, index]
        reasons = sorted(
            (code for code in points if points[code] >= 0), key=lambda code: (-points[code], order.index(code))
        )
        expected.append([] if np.isnan(row).any() else reasons)
    table = pa.table({f"x{part}": values[:, part] for part in range(8)})
    answers = sparkpmml.load(source.encode()).predict(table).to_pylist()
    found = [[answer[f"reason {rank}"] for rank in range(1, 8)] for answer in answers]
    assert found == [[*each, *[None] * (7 - len(each))] for each in expected]
    assert sum(not each for each in expected) > 50
    assert max(map(len, expected)) >= 5
