"""SequenceModel: which histories hold the antecedents of rules, set by set."""

from __future__ import annotations

import pyarrow as pa
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError

SETS = """<Item id="1" value="bread"/><Item id="2" value="milk"/><Item id="3" value="beer"/><Item id="4" value="tea"/>
<Itemset id="b"><ItemRef itemRef="1"/></Itemset><Itemset id="m"><ItemRef itemRef="2"/></Itemset>
<Itemset id="e"><ItemRef itemRef="3"/></Itemset><Itemset id="t"><ItemRef itemRef="4"/></Itemset>
<Itemset id="bm"><ItemRef itemRef="1"/><ItemRef itemRef="2"/></Itemset>"""


def sequence(name: str, *sets: str, gap: str = "unknown") -> str:
    between = f'<Delimiter delimiter="acrossTimeWindows" gap="{gap}"/>'
    parts = between.join(f'<SetReference setId="{each}"/>' for each in sets)
    return f'<Sequence id="{name}" numberOfSets="{len(sets)}" occurrence="1" support="0.1">{parts}</Sequence>'


def rule(name: str, antecedent: str, consequent: str, confidence: float, gap: str = "true") -> str:
    return f"""<SequenceRule id="{name}" numberOfSets="2" occurrence="1" support="0.1" confidence="{confidence}">
    <AntecedentSequence><SequenceReference seqId="{antecedent}"/></AntecedentSequence>
    <Delimiter delimiter="acrossTimeWindows" gap="{gap}"/>
    <ConsequentSequence><SequenceReference seqId="{consequent}"/></ConsequentSequence></SequenceRule>"""


SEQUENCES = (
    sequence("b", "b") + sequence("be", "b", "e") + sequence("b,e", "b", "e", gap="false") + sequence("bm", "bm")
    + sequence("t", "t") + sequence("te", "t", "e")
)  # fmt: skip
RULES = (
    rule("1", "b", "t", 0.5) + rule("2", "be", "t", 0.6) + rule("3", "b,e", "t", 0.7) + rule("4", "bm", "te", 0.8)
    + rule("5", "b", "t", 0.1, gap="false")
)  # fmt: skip


def model(algorithm: str = "recommendation", sets: str = SETS, rules: str = RULES, extra: str = "", order: bool = True):
    outputs = "".join(
        f'<OutputField name="{feature}" feature="{feature}" algorithm="{algorithm}" rank="0" isMultiValued="1"/>'
        for feature in ("ruleId", "rule")
    )
    ordered = '<MiningField name="day" usageType="order"/>' if order else ""
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
    <DataField name="who" optype="categorical" dataType="string"/>
    <DataField name="day" optype="ordinal" dataType="integer"/>
    <DataField name="item" optype="categorical" dataType="string"/></DataDictionary>
    <SequenceModel functionName="sequences"><MiningSchema><MiningField name="who" usageType="group"/>{ordered}
    <MiningField name="item"/></MiningSchema><Output>{outputs}</Output>{extra}{sets}{SEQUENCES}{rules}</SequenceModel>
    </PMML>"""
    return sparkpmml.load(document.encode(), name="sequences")


def score(scorer: sparkpmml.Model, histories: list[list[tuple[int, str]] | None], name: str = "ruleId"):
    items = [None if h is None else [item for _, item in h] for h in histories]
    days = [None if h is None else [day for day, _ in h] for h in histories]
    table = pa.table({"item": pa.array(items, pa.list_(pa.string())), "day": pa.array(days, pa.list_(pa.int64()))})
    return scorer.predict(table).column(name).to_pylist()


HISTORIES = {
    "one set": ([(1, "bread")], ["1", "5"]),
    "later": ([(1, "bread"), (2, "milk"), (3, "beer")], ["2", "1", "5"]),
    "next": ([(1, "bread"), (2, "beer")], ["3", "2", "1", "5"]),
    "at the same time": ([(1, "bread"), (1, "beer")], ["1", "5"]),
    "another time": ([(1, "bread"), (2, "bread"), (3, "beer")], ["3", "2", "1", "5"]),
    "a set of two": ([(1, "bread"), (1, "milk")], ["4", "1", "5"]),
    "not at one time": ([(1, "bread"), (2, "milk")], ["1", "5"]),
    "twice is not two": ([(1, "bread"), (1, "bread")], ["1", "5"]),
    "the wrong way": ([(1, "beer"), (2, "bread")], ["1", "5"]),
    "unknown items": ([(1, "soap")], []),
    "empty": ([], []),
    "missing": (None, None),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_histories_select_rules(name):
    history, expected = HISTORIES[name]
    assert score(model(), [history, [(9, "bread")]]) == [expected, ["1", "5"]]


def test_algorithms():
    history = [(1, "bread"), (2, "soap"), (3, "tea")]
    assert score(model("exclusiveRecommendation"), [history]) == [["5"]]
    assert score(model("ruleAssociation"), [history]) == [["1"]]


def test_prediction_and_text():
    histories = [[(1, "milk"), (1, "bread")], [(1, "tea")]]
    assert score(model(), histories, "prediction") == [["tea", "beer"], None]
    assert score(model(), histories, "rule")[0][0] == "{bread,milk}->{tea}{beer}"


def test_without_an_order_each_item_is_a_transaction():
    histories = [[(1, "bread"), (1, "beer")], [(1, "bread"), (1, "milk")]]
    assert score(model(order=False), histories) == [["3", "2", "1", "5"], ["1", "5"]]


def test_constraints_on_time_are_a_finding():
    with pytest.raises(UnsupportedMarkupError, match="maximumTotalSequenceTime"):
        model(extra='<Constraints minimumSupport="0.1" maximumTotalSequenceTime="10"/>')


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rules": ""}, "has no SequenceRule"),
        ({"rules": rule("1", "x", "t", 0.5)}, "refers to Sequence 'x'"),
        ({"sets": SETS.replace('<Itemset id="t">', '<Itemset id="tt">')}, "refers to Itemset 't'"),
    ],
)
def test_contradictions_are_named(arguments, message):
    with pytest.raises(ModelError, match=message):
        model(**arguments)
