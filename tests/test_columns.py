"""Elements that are held column by column are read as those that are nodes are."""

from __future__ import annotations

import pytest
from documents import load

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError
from sparkpmml.pmml.columns import Texts

RULE = '<AssociationRule antecedent="a" consequent="a" support="0.5" confidence="0.5"/>'
FIELD = '<DataField name="item" optype="categorical" dataType="string"/>'
MODEL = f"""<AssociationModel functionName="associationRules"><MiningSchema><MiningField name="item"/></MiningSchema>
<Item id="1" value="x"/>
<Itemset id="a"><ItemRef itemRef="1"/></Itemset>
{RULE}</AssociationModel>"""


def read(old: str = "", new: str = "") -> sparkpmml.Model:
    """The model with something in it replaced; its itemset stands in line 7, its rule in line 8."""
    assert old in MODEL
    return load(MODEL.replace(old, new), FIELD)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (' id="a"', "", 7, "column 1: <Itemset> lacks the attribute id"),
        (' itemRef="1"', "", 7, "column 17: <ItemRef> lacks the attribute itemRef"),
        (' support="0.5"', "", 8, "column 1: <AssociationRule> lacks the attribute support"),
        ('support="0.5"', 'support="half"', 8, "attribute support of <AssociationRule> must be a number, is 'half'"),
        (RULE, f"{RULE}\n{RULE}\n" + RULE.replace('"0.5"', '""'), 10, "attribute support of <AssociationRule>"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old, new, line, message):
    with pytest.raises(ModelError, match=rf"line {line}, .*{message}"):
        read(old, new)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("<ItemRef", '<ItemRef odd="1"', "attribute odd of <ItemRef>"),
        ("<Itemset", '<Itemset odd="1"', "attribute odd of <Itemset>"),
        ("<AssociationRule", '<AssociationRule odd="1"', "attribute odd of <AssociationRule>"),
        ("<ItemRef", "<Item/><ItemRef", "element <Item> in <Itemset>"),
        (
            '<ItemRef itemRef="1"/>',
            '<ItemRef itemRef="1"><Odd><ItemRef/></Odd></ItemRef>',
            "element <Odd> in <ItemRef>",
        ),
        (RULE, RULE[:-2] + "><Odd/></AssociationRule>", "element <Odd> in <AssociationRule>"),
    ],
)
def test_unsupported_markup_is_listed(old, new, finding):
    with pytest.raises(UnsupportedMarkupError) as raised:
        read(old, new)
    assert [each.what.split(";")[0] for each in raised.value.findings] == [finding]


def test_what_changes_no_score_is_passed_over():
    extended = '<Extension name="why"><Item/></Extension>'
    reference = f'<ItemRef itemRef="1" displayName="x">{extended} text </ItemRef>'
    rule = RULE[:-2] + f">{extended}<!-- {RULE} --></AssociationRule>"
    extension = MODEL.replace('<ItemRef itemRef="1"/>', reference + extended).replace(RULE, extended + rule)
    assert load(extension, FIELD).program.nbytes == read().program.nbytes


@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_texts(count):
    texts, expected = Texts(), [None if place % 7 == 3 else f"é{place}" for place in range(count)]
    for text in expected:
        texts.append(text)
        texts.pack()
    assert len(texts) == count
    assert texts.to_list() == expected
    assert [texts[place] for place in range(0, count, 9999)] == expected[::9999]


def test_of_several_places_the_last():
    texts = Texts(["b", "a", "c", "a"])
    assert texts.places_in(Texts(["a", "b", "a"])).tolist() == [1, 2, -1, 2]
    assert texts.places_in(Texts()).tolist() == [-1] * 4
    assert Texts().places_in(texts).tolist() == []
