"""SequenceModel: which histories hold the antecedents of rules, set by set."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sparkpmml
from sparkpmml.datatypes import DataType
from sparkpmml.errors import ModelError
from sparkpmml.kernels.sequences import SAME
from sparkpmml.models.sequence.patterns import ItemOf, ItemSets, Patterns, make_histories
from sparkpmml.pmml.columns import Texts
from sparkpmml.runtime.column import from_strings, numbers
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

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


def test_of_sequences_with_one_id_the_last_holds():
    """And what stands after them keeps its place."""
    history, selected = HISTORIES["later"]
    assert score(model(sets=SETS + sequence("b", "m")), [history]) == [selected]


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


def limits(**limits: float) -> str:
    texts = "".join(f' {name}="{value}"' for name, value in limits.items())
    return f'<Constraints minimumSupport="0.1"{texts}/>'


TIMED = {  # the limits, the history, the rules of those that have both sets of rule 2's antecedent
    "in time": (limits(maximumItemsetSeparationTime=5), [(1, "bread"), (6, "beer")], ["3", "2", "1", "5"]),
    "too late": (limits(maximumItemsetSeparationTime=5), [(1, "bread"), (7, "beer")], ["1", "5"]),
    "too soon": (limits(minimumItemsetSeparationTime=2), [(1, "bread"), (2, "beer")], ["1", "5"]),
    "not the next": (
        limits(minimumItemsetSeparationTime=2), [(0, "bread"), (1, "bread"), (2, "beer")], ["2", "1", "5"]
    ),
    "a later beginning": (
        limits(maximumTotalSequenceTime=3), [(1, "bread"), (5, "bread"), (7, "beer")], ["3", "2", "1", "5"]
    ),
    "too long": (limits(maximumTotalSequenceTime=3), [(1, "bread"), (7, "beer")], ["1", "5"]),
    "antecedents may be short": (limits(minimumTotalSequenceTime=9), [(1, "bread"), (2, "beer")], ["3", "2", "1", "5"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMED)
def test_constraints_on_time(name):
    extra, history, expected = TIMED[name]
    assert score(model(extra=extra), [history]) == [expected]


WHOLE = {  # the limits, the rules whose antecedent and consequent [bread at 1, tea at 5] holds
    "none": (limits(), ["1", "5"]),
    "between, long enough": (limits(maximumAntConsSeparationTime=4), ["1", "5"]),
    "between, too long": (limits(maximumAntConsSeparationTime=3), []),
    "between, too short": (limits(minimumAntConsSeparationTime=5), []),
    "sets, too long": (limits(maximumItemsetSeparationTime=3), []),
    "in all, too short": (limits(minimumTotalSequenceTime=5), []),
}


@pytest.mark.parametrize("name", WHOLE)
def test_constraints_on_whole_rules(name):
    extra, expected = WHOLE[name]
    assert score(model("ruleAssociation", extra=extra), [[(1, "bread"), (5, "tea")]]) == [expected]


def test_sets_in_the_same_window():
    together = sequence("bt", "b", "t").replace("acrossTimeWindows", "sameTimeWindow")
    rules = together + rule("1", "bt", "te", 0.5)
    assert score(model(rules=rules), [[(1, "bread"), (1, "tea")], [(1, "bread"), (2, "tea")]]) == [["1"], []]


def test_set_predicates_are_itemsets_of_values():
    predicate = '<SetPredicate id="bm" field="item" operator="supersetOf"><Array type="string">bread milk</Array>'
    sets = SETS[: SETS.index('<Itemset id="bm">')] + predicate + "</SetPredicate>"
    assert score(model(sets=sets), [[(1, "bread"), (1, "milk")], [(1, "milk")]]) == [["4", "1", "5"], []]
    assert score(model(sets=sets), [[(1, "bread"), (1, "milk")]], "rule")[0][0] == "{bread,milk}->{tea}{beer}"


Link = tuple[int, float, float]


def holds(history: list[tuple[int, set[str]]], sets: list[set[str]], links: list[Link], span: tuple[float, float]):
    """Try every choice of transactions."""

    def go_on(chosen: list[int]) -> bool:
        if len(chosen) == len(sets):
            return span[0] <= history[chosen[-1]][0] - history[chosen[0]][0] <= span[1]
        how, least, most = links[len(chosen)]
        for place, (time, items) in enumerate(history):
            if sets[len(chosen)] <= items:
                before = chosen[-1] if chosen else None
                follows = before is None or (
                    (place > before, place == before + 1, place == before)[how]
                    and least <= time - history[before][0] <= most
                )
                if follows and go_on([*chosen, place]):
                    return True
        return False

    return go_on([])


ITEMS = "abc"
LIMITS = st.sampled_from([(0.0, math.inf), (0.0, 2.0), (2.0, math.inf), (1.0, 3.0)])


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sets(st.sampled_from(ITEMS), min_size=1)), max_size=6),
    st.lists(st.sets(st.sampled_from(ITEMS), min_size=1, max_size=2), min_size=1, max_size=3),
    st.lists(st.tuples(st.sampled_from([0, 1, 2]), LIMITS), min_size=3, max_size=3),
    LIMITS,
)
def test_found_sequences_are_those_of_every_choice(gaps, sets, links, span):
    times = np.cumsum([gap for gap, _ in gaps]).astype(float).tolist()
    history = [(time, items) for time, (_, items) in zip(times, gaps, strict=True)]
    links = [(how, 0.0 if how == SAME else low, high) for how, (low, high) in links[: len(sets)]]
    values = list(ITEMS)
    operation = make_histories(
        Patterns(
            np.array([0, len(sets)]),
            np.arange(len(sets), dtype=np.int32),
            np.array([how for how, _, _ in links], dtype=np.int8),
            *(np.array(limits) for limits in zip(*(limits for _, *limits in links), strict=True)),
            *(np.array([limit]) for limit in span),
        ),
        ItemSets(
            [ItemOf("item", value) for value in values],
            Texts(),
            np.array([values.index(value) for content in sets for value in sorted(content)]),
            np.concatenate(([0], np.cumsum([len(content) for content in sets]))),
        ),
        Encoder.of(values, DataType.STRING),
        True,
    )
    flat = [(time, item) for time, items in history for item in sorted(items)]
    offsets = np.array([0, len(flat)])
    found = operation(
        ListColumn(from_strings([item for _, item in flat]), offsets),
        ListColumn(numbers(np.array([time for time, _ in flat])), offsets),
    )
    assert found.tolist() == [[holds(history, sets, links, span)]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rules": ""}, "has no SequenceRule"),
        ({"rules": rule("1", "x", "t", 0.5)}, "refers to Sequence 'x'"),
        ({"rules": rule("1", "b", "x", 0.5)}, "refers to Sequence 'x'"),
        ({"rules": "\n" + sequence("x") + rule("1", "b", "x", 0.5)}, "line [0-9]+, column 1: <Sequence> has no SetRef"),
        ({"sets": SETS.replace('<Itemset id="t">', '<Itemset id="tt">')}, "refers to Itemset 't'"),
        ({"extra": limits(maximumTotalSequenceTime=1), "order": False}, "no order field that holds the times"),
    ],
)
def test_contradictions_are_named(arguments, message):
    with pytest.raises(ModelError, match=message):
        model(**arguments)


OTHERS = SETS.replace('value="tea"', 'field="who" value="tea"') + (
    '<SetPredicate id="x" field="who" operator="supersetOf"><Array type="string" n="1">cup</Array></SetPredicate>'
)
OF_FIELDS = [  # items, others, days, the rules found: 1 is b then t, 2 is b, e then t, 6 is b then x
    (["bread", "beer"], ["-", "tea"], [1, 2], ["1", "5"]),
    (["bread", "beer", "-"], [None, None, "tea"], [1, 2, 3], ["3", "2", "1"]),
    (["bread"], ["tea"], [1], []),  # of one transaction: the one does not follow the other
    (["bread", "-"], ["tea", "-"], [1, 1], []),
    (["tea", "bread", "-"], ["bread", "-", "cup"], [1, 2, 3], ["6"]),
    (["bread", "-"], ["tea"], [1, 2], None),
]


@pytest.mark.parametrize("has_order", [True, False])
@pytest.mark.parametrize(("items", "others", "days", "expected"), OF_FIELDS)
def test_items_of_several_fields(items, others, days, expected, has_order):
    rules = sequence("x", "x") + RULES + rule("6", "b", "x", 0.9)
    columns = {"item": [items], "who": [others], **({"day": [days]} if has_order else {})}
    found = model("ruleAssociation", OTHERS, rules, order=has_order).predict(pa.table(columns))["ruleId"].to_pylist()[0]
    assert found == expected
