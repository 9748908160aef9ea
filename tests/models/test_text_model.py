"""TextModel: weights and similarities by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from documents import listed

import sparkpmml
from sparkpmml.errors import ModelError

COUNTS = [[2, 0, 1], [0, 3, 1], [1, 1, 1], [0, 0, 0]]


def corpus(normalization: str = "", similarity: str = "", fields: str = "text", terms: str = '"cat" "big dog" "mouse"'):
    declared = "".join(
        f'<DataField name="{name}" optype="{"categorical" if name == "text" else "continuous"}" '
        f'dataType="{"string" if name == "text" else "double"}"/>'
        for name in fields.split(",")
    )
    schema = "".join(f'<MiningField name="{name}"/>' for name in fields.split(","))
    rows = "".join(f'<Array type="real">{" ".join(map(str, row))}</Array>' for row in COUNTS)
    documents = "".join(f'<TextDocument id="{name}"/>' for name in "ABCD")
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>{declared}
    </DataDictionary><TextModel functionName="mixed" numberOfTerms="3" numberOfDocuments="4">
    <MiningSchema>{schema}</MiningSchema><Output>
    <OutputField name="second" feature="entityId" rank="2" dataType="string" optype="categorical"/>
    <OutputField name="best" feature="affinity" dataType="double" optype="continuous"/>
    <OutputField name="A" feature="affinity" value="A" dataType="double" optype="continuous"/></Output>
    <TextDictionary><Array type="string">{terms}</Array></TextDictionary><TextCorpus>{documents}</TextCorpus>
    <DocumentTermMatrix><Matrix>{rows}</Matrix></DocumentTermMatrix>{normalization}{similarity}</TextModel></PMML>"""
    return sparkpmml.load(document.encode(), name="corpus")


PLAIN = '<TextModelNormalization localTermWeights="{}" globalTermWeights="{}" documentNormalization="{}"/>'
NONE = PLAIN.format("termFrequency", "none", "none")


def test_cosine_of_counts():
    texts = ["A cat, a Cat - and a big dog.", "mouse mouse", "bird", None]
    answer = corpus(NONE).predict(pd.DataFrame({"text": texts}))
    # (2, 1, 0) with (2, 0, 1), (0, 3, 1) and (1, 1, 1)
    cosines = {"A": 4 / 5, "B": 3 / math.sqrt(50), "C": 3 / math.sqrt(15)}
    assert listed(answer["prediction"]) == ["A", "C", None, None]
    assert answer["second"][0] == "C"
    assert answer["A"][0] == pytest.approx(cosines["A"])
    assert answer["best"][1] == pytest.approx(1 / math.sqrt(3))
    assert answer["best"][2:].isna().all()


def test_euclidean_distance():
    similarity = '<TextModelSimiliarity similarityType="euclidean"/>'
    answer = corpus(NONE, similarity).predict(pd.DataFrame({"text": ["cat cat", "bird"]}))
    assert answer["prediction"].tolist() == ["A", "D"]
    assert answer["best"].tolist() == [1, 0]
    assert answer["A"].tolist() == pytest.approx([1, math.sqrt(5)])


WEIGHTS = [  # the vectors of the text "cat", (1, 0, 0), and of document A, (2, 0, 1)
    (("binary", "none", "none"), [1, 0, 0], [1, 0, 1]),
    (("logarithmic", "none", "none"), [math.log10(2), 0, 0], [math.log10(3), 0, math.log10(2)]),
    (("augmentedNormalizedTermFrequency", "none", "none"), [1, 0, 0], [1, 0, 0.75]),
    (
        ("termFrequency", "inverseDocumentFrequency", "none"),
        [math.log10(2), 0, 0],
        [2 * math.log10(2), 0, math.log10(4 / 3)],
    ),
    (("termFrequency", "GFIDF", "none"), [1.5, 0, 0], [3, 0, 1]),
    (("termFrequency", "normal", "none"), [1 / math.sqrt(5), 0, 0], [2 / math.sqrt(5), 0, 1 / math.sqrt(3)]),
    (("termFrequency", "probabilisticInverse", "none"), [0, 0, 0], [0, 0, math.log10(1 / 3)]),
    (("termFrequency", "none", "cosine"), [1, 0, 0], [2 / math.sqrt(5), 0, 1 / math.sqrt(5)]),
]


@pytest.mark.parametrize(("kinds", "text", "document"), WEIGHTS)
def test_weights(kinds, text, document):
    model = corpus(PLAIN.format(*kinds), '<TextModelSimiliarity similarityType="euclidean"/>')
    (answer,) = model.predict(pd.DataFrame({"text": ["cat"]}))["A"]
    assert answer == pytest.approx(math.dist(text, document))


def test_terms_may_be_columns():
    model = corpus(NONE, fields="cat,dog,mouse", terms="cat dog mouse")
    answer = model.predict(pd.DataFrame({"cat": [2.0, None], "dog": [1.0, 4.0], "mouse": [None, 0.0]}))
    assert answer["prediction"].tolist() == ["A", "B"]
    assert answer["A"][0] == pytest.approx(4 / 5)


WRONG = [
    ({"fields": "text,other"}, "needs one active field"),
    ({"fields": "other"}, "is no text"),
    ({"terms": "cat dog"}, "4 x 3 for 4 documents, 2 terms"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_contradictions_are_named(arguments, message):
    with pytest.raises(ModelError, match=message):
        corpus(**arguments)
