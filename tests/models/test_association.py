"""AssociationModel against the selections that the specification's three algorithms make of its own example."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from documents import listed

import sparkpmml
from sparkpmml.errors import ModelError

# The rules of the specification's example (Output, "Scoring Procedure" of association rules), with made up measures.
RULES = """
<Item id="1" value="Cracker"/><Item id="2" value="Water"/><Item id="3" value="Coke"/>
<Item id="4" value="Nachos"/><Item id="5" value="Pear"/><Item id="6" value="Banana"/>
<Itemset id="c" support="0.5"><ItemRef itemRef="1"/></Itemset>
<Itemset id="w" support="0.4"><ItemRef itemRef="2"/></Itemset>
<Itemset id="k" support="0.25"><ItemRef itemRef="3"/></Itemset>
<Itemset id="n"><ItemRef itemRef="4"/></Itemset>
<Itemset id="cw"><ItemRef itemRef="1"/><ItemRef itemRef="2"/></Itemset>
<Itemset id="pb"><ItemRef itemRef="5"/><ItemRef itemRef="6"/></Itemset>
<AssociationRule antecedent="c" consequent="w" support="0.3" confidence="0.6"/>
<AssociationRule antecedent="w" consequent="c" support="0.3" confidence="0.75"/>
<AssociationRule antecedent="c" consequent="k" support="0.2" confidence="0.8"/>
<AssociationRule id="last" antecedent="cw" consequent="n" support="0.1" confidence="0.6"/>
<AssociationRule antecedent="w" consequent="pb" support="0.1" confidence="0.6"/>
"""


def association(outputs: str = "", fields: str = "", schema: str = "", rules: str = RULES) -> sparkpmml.Model:
    fields = fields or '<DataField name="item" optype="categorical" dataType="string"/>'
    schema = schema or '<MiningField name="id" usageType="group"/><MiningField name="item"/>'
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>
    <DataDictionary><DataField name="id" optype="categorical" dataType="string"/>{fields}</DataDictionary>
    <AssociationModel functionName="associationRules" numberOfTransactions="4" minimumSupport="0.1"
        minimumConfidence="0.1" numberOfItems="6" numberOfItemsets="6" numberOfRules="5">
    <MiningSchema>{schema}</MiningSchema><Output>{outputs}</Output>{rules}</AssociationModel></PMML>"""
    return sparkpmml.load(document.encode(), name="association")


def output(feature: str = "ruleId", **attributes: str) -> str:
    texts = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'<OutputField name="out" feature="{feature}" {texts}/>'


def score(model: sparkpmml.Model, transactions: list[list[str] | None]) -> list[object]:
    table = pa.table({"item": pa.array(transactions, pa.list_(pa.string()))})
    return model.predict(table).column("out").to_pylist()


SELECTIONS = {
    "recommendation": [["3", "1"], ["3", "2", "1", "last", "5"], []],
    "exclusiveRecommendation": [["3", "1"], ["3", "last", "5"], []],
    "ruleAssociation": [[], ["2", "1"], []],
}


@pytest.mark.parametrize("algorithm", SELECTIONS)
def test_algorithms_select_rules(algorithm):
    model = association(output(algorithm=algorithm, rank="0", isMultiValued="1"))
    assert score(model, [["Cracker"], ["Cracker", "Water"], ["Coke", "Beer"]]) == SELECTIONS[algorithm]


BASKET = ["Water", "Cracker", "Cracker"]
VALUES = [
    ("ruleId", {}, "3"),
    ("entityId", {"rank": "2"}, "last"),
    ("entityId", {"rank": "3", "dataType": "integer"}, 5),
    ("ruleId", {"rank": "4"}, None),
    ("ruleId", {"rankOrder": "ascending"}, "last"),
    ("ruleId", {"rankBasis": "support", "rank": "1"}, "3"),
    ("ruleId", {"algorithm": "ruleAssociation", "rankBasis": "support"}, "1"),  # a tie: the first in the document
    ("antecedent", {"rank": "2"}, ["Cracker", "Water"]),
    ("consequent", {"rank": "3"}, ["Pear", "Banana"]),
    ("rule", {"rank": "3"}, "{Water}->{Pear,Banana}"),
    ("consequent", {"rank": "9"}, None),
    ("consequent", {"rank": "2", "isMultiValued": "1"}, ["{Coke}", "{Nachos}"]),
    ("support", {}, 0.2),
    ("confidence", {}, 0.8),
    ("lift", {}, 0.8 / 0.25),
    ("leverage", {}, 0.2 - 0.5 * 0.25),
    ("affinity", {}, 0.2 / (0.5 + 0.25 - 0.2)),
    ("ruleValue", {"ruleFeature": "rule"}, "{Cracker}->{Coke}"),
    ("ruleValue", {}, ["Coke"]),
]


@pytest.mark.parametrize(("feature", "attributes", "expected"), VALUES)
def test_features_of_ranked_rules(feature, attributes, expected):
    model = association(output(feature, **attributes))
    (value,) = score(model, [BASKET])
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_the_prediction_is_what_the_first_rule_recommends():
    frame = pd.DataFrame({"item": [["Cracker"], ["Coke"], None]})
    answer = association().predict(frame)["prediction"].tolist()
    assert [None if each is None else list(each) for each in answer] == [["Coke"], None, None]


def test_rows_without_a_transaction():
    assert score(association(output(rank="0", isMultiValued="1")), [None, []]) == [None, []]
    empty = pa.table({"item": pa.array([], pa.list_(pa.string()))})
    assert association(output()).predict(empty).num_rows == 0


FLAGS = "".join(
    f'<DataField name="{name}" optype="categorical" dataType="{kind}"/>'
    for name, kind in [("Cracker", "boolean"), ("Water", "string"), ("Coke", "integer"), ("Day", "string")]
)
FLAG_RULES = """
<Item id="1" value="Cracker"/><Item id="2" value="Water"/><Item id="3" value="Coke"/>
<Item id="4" value="Day=Sunday"/><Item id="5" value="weekday" field="Day" category="Monday"/>
<Itemset id="a"><ItemRef itemRef="1"/></Itemset><Itemset id="b"><ItemRef itemRef="2"/></Itemset>
<Itemset id="c"><ItemRef itemRef="3"/></Itemset><Itemset id="d"><ItemRef itemRef="4"/></Itemset>
<Itemset id="e"><ItemRef itemRef="5"/></Itemset>
""" + "".join(
    f'<AssociationRule id="{name}" antecedent="{name}" consequent="a" support="0.1" confidence="0.1"/>'
    for name in "abcde"
)


def test_items_are_columns_of_a_row():
    schema = "".join(f'<MiningField name="{name}"/>' for name in ("Cracker", "Water", "Coke", "Day"))
    flags = output(algorithm="recommendation", rank="0", isMultiValued="1")
    model = association(flags, FLAGS, schema, FLAG_RULES)
    frame = pd.DataFrame(
        {
            "Cracker": [True, False, None],
            "Water": ["true", "F", "T"],
            "Coke": [1, 0, 1],
            "Day": ["Sunday", "Monday", None],
        }
    )
    assert [list(row) for row in model.predict(frame)["out"]] == [["a", "b", "c", "d"], ["e"], ["b", "c"]]


def test_an_item_that_is_not_valid_cannot_be_scored():
    fields = """<DataField name="item" optype="categorical" dataType="string">
    <Value value="Cracker"/><Value value="Water"/></DataField>"""
    model = association(output(), fields)
    frame = pd.DataFrame({"item": [["Cracker"], ["Cracker", "Beer"]]})
    answer = model.predict(frame, on_error="capture")
    assert listed(answer["out"]) == ["3", None]
    assert "item holds a value that is not valid" in answer["error"][1]


def test_a_row_that_cannot_be_scored_leaves_the_lists_beside_it_alone():
    fields = '<DataField name="item" optype="categorical" dataType="string"><Value value="Water"/></DataField>'
    model = association(output(algorithm="recommendation", rank="0", isMultiValued="1"), fields)
    rows = [["Beer", "Water"], ["Water"], ["Water", "Beer"], None, ["Water"], ["Beer", "Water"]]
    assert score(model, rows) == [None, ["2", "5"], None, None, ["2", "5"], None]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (RULES.replace('consequent="pb"', 'consequent="x"'), "refers to Itemset 'x', which it does not have"),
        (RULES.replace('itemRef="6"', 'itemRef="7"'), "refers to Item '7', which it does not have"),
        (RULES.partition("<AssociationRule")[0], "has no AssociationRule"),
    ],
)
def test_contradictions_are_named(rules, message):
    with pytest.raises(ModelError, match=message):
        association(output(), rules=rules)


def test_a_measure_that_no_rule_states_cannot_rank():
    rules = RULES.replace('support="0.25"', "").replace('support="0.4"', "").replace('support="0.5"', "")
    with pytest.raises(ModelError, match="ranks rules by lift, which no rule states"):
        association(output(rankBasis="lift"), rules=rules)
