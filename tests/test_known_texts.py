"""Many texts in arrays are found as few are in a dictionary."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from documents import field, load, predict, schema

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.column import codes
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.known_texts import MANY_TEXTS, FewTexts, known_texts
from sparkpmml.runtime.many_texts import ManyTexts

TEXTS = [
    pytest.param(["a"], id="one"),
    pytest.param(["", "a", "aa", "A", " a", "a "], id="short"),
    pytest.param(["ä", "ae", "日本", "日", "🙂", "a\0b", "a\0"], id="unicode"),
    pytest.param(["a", "b", "a", "c", "b"], id="again"),
    pytest.param([f"value {place}" for place in range(5000)], id="many"),
]


@pytest.mark.parametrize("texts", TEXTS)
def test_texts_are_found_as_in_a_dictionary(texts):
    wanted = {text: code for code, text in enumerate(texts)}
    asked = [*texts, *(f"{text}x" for text in texts), "", "x", *reversed(texts)]
    many = pickle.loads(pickle.dumps(ManyTexts.of(pa.array(texts, pa.large_string()))))
    found = many.find(np.array(asked, dtype=object), -7)
    assert found.tolist() == [wanted.get(text, -7) for text in asked]
    assert FewTexts(wanted).find(np.array(asked, dtype=object), -7).tolist() == found.tolist()


def test_a_part_of_an_array_is_known_as_such():
    texts = pa.array(["a", "bc", "", "d"]).cast(pa.large_string())[1:3]
    assert ManyTexts.of(texts).find(np.array(["a", "bc", "", "d"], dtype=object), 9).tolist() == [9, 0, 1, 9]


@pytest.mark.parametrize("make", [list, pa.array], ids=["list", "arrow"])
@pytest.mark.parametrize(
    ("count", "kind"), [(3, FewTexts), (MANY_TEXTS - 1, FewTexts), (MANY_TEXTS, ManyTexts)], ids=str
)
def test_an_encoder_holds_few_or_many(count, kind, make):
    texts = [f"v{place}" for place in range(count)]
    encoder = Encoder.of(make(texts), DataType.STRING)
    assert type(known_texts(make(texts))) is type(encoder.texts) is kind
    column = codes(np.array([1, -1, 0, 2, 1], dtype=np.int32), ["new", "v2", "v0"])
    assert encoder.encode(column).tolist() == [2, -1, count, 0, 2]


def test_an_empty_batch_is_encoded():
    encoder = Encoder.of([f"v{place}" for place in range(MANY_TEXTS)], DataType.STRING)
    assert encoder.encode(codes(np.empty(0, dtype=np.int32), [])).tolist() == []


def mapped(rows: str, *columns: str, kind: str = "string", answers: str = "double") -> str:
    pairs = "".join(f'<FieldColumnPair field="{name}" column="{name}"/>' for name in columns)
    return f"""<TransformationDictionary><DerivedField name="m" optype="continuous" dataType="{answers}">
<MapValues outputColumn="out" dataType="{answers}" defaultValue="-1" mapMissingTo="-2">{pairs}
<InlineTable>{rows}</InlineTable></MapValues></DerivedField></TransformationDictionary>"""


MODEL = """<RegressionModel functionName="regression">{}<RegressionTable intercept="0">
<NumericPredictor name="m" coefficient="1"/></RegressionTable></RegressionModel>"""


def test_a_long_table_maps_combinations():
    count = MANY_TEXTS + 100
    rows = "".join(f"<row><a>a{place}</a><b>b{place % 7}</b><out>{place}.5</out></row>" for place in range(count))
    transformations = mapped(rows + "<row><a>a0</a><b>b0</b><out>99</out></row>", "a", "b")
    model = load(
        MODEL.format(schema("a", "b")), field("a", "string"), field("b", "string"), transformations=transformations
    )
    last = count - 1
    asked = {"a": ["a0", "a9", "a9", f"a{last}", "a", None], "b": ["b0", "b2", "b3", f"b{last % 7}", "b0", "b0"]}
    assert predict(model, **asked)["prediction"] == [0.5, 9.5, -1.0, last + 0.5, -1.0, -2.0]


def test_cells_that_are_no_values_of_the_field_match_nothing():
    """Of rows that say the same in other words the first counts."""
    cells = ["x", "1.0", "1", "", " 2 ", "1e1"]
    rows = "".join(f"<row><a>{cell}</a><out>{place}</out></row>" for place, cell in enumerate(cells))
    model = load(MODEL.format(schema("a")), field("a"), transformations=mapped(rows + "<row><out>9</out></row>", "a"))
    assert predict(model, a=[1.0, 2.0, 10.0, 3.0, None])["prediction"] == [1.0, 4.0, 5.0, -1.0, -2.0]
