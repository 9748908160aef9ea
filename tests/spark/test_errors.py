"""Bad calls: one sentence, when the query is analysed."""

import pytest

REFUSED = [
    pytest.param("predict()", ["the first argument must be the model's path or alias"], id="no arguments"),
    pytest.param("predict(note)", ["as constant text", "points.note"], id="model is a column"),
    pytest.param("predict(1, x1)", ["as constant text", "not 1"], id="model is a number"),
    pytest.param("predict(NULL, x1)", ["as constant text"], id="model is null"),
    pytest.param("predict(CAST(NULL AS string), x1)", ["not NULL"], id="model is null text"),
    pytest.param("predict('lime', *)", ["no model 'lime'", "did you mean 'line'?"], id="no such model"),
    pytest.param("predict('hdfs://nowhere.invalid/m', *)", ["cannot read hdfs://nowhere.invalid/m"], id="no such host"),
    pytest.param("predict('odd:m', *)", ["cannot read odd:m", "odd"], id="no such filesystem"),
    pytest.param("predict('line')", ["no argument is named 'x1', 'x2'", "given 0"], id="no inputs"),
    pytest.param("predict('line', x1)", ["no argument is named 'x2'", "given 1: x1"], id="missing"),
    pytest.param("predict('line', note, id, id, id)", ["no argument is named"], id="unknown"),
    pytest.param(
        "predict('line', x1 + 1, x2, spare)", ["argument 2", "'x2'", "input 2 is 'spare'"], id="contradiction"
    ),
    pytest.param(
        "predict('line', x1 => 1, spar => 2)", ["has no input 'spar'; did you mean 'spare'?"], id="named, unknown"
    ),
    pytest.param("predict('line', x1 => 1)", ["no argument is named 'x2'"], id="named, missing"),
    pytest.param("predict('line', *, *)", ["'x1'", "ambiguous"], id="ambiguous"),
    pytest.param("predict('line', array(1), x2)", ["'x1'", "double", "ARRAY<INT>"], id="array"),
    pytest.param("predict('line', map(1, 2), x2)", ["'x1'", "MAP<INT,INT>"], id="map"),
    pytest.param("predict('line', x'00', x2)", ["'x1'", "BINARY"], id="binary"),
    pytest.param("predict('line', true, x2)", ["'x1'", "BOOLEAN"], id="boolean"),
    pytest.param("predict('line', current_date(), x2)", ["'x1'", "DATE"], id="date"),
    pytest.param("predict_proba('line', *)", ["gives no probabilities", "prediction"], id="no probabilities"),
]


@pytest.mark.parametrize(("call", "parts"), REFUSED)
def test_refused(points, refused, call, parts):
    message = refused(f"SELECT {call} FROM points")
    assert message.startswith("predict")
    for part in parts:
        assert part in message


DOCUMENTS = [
    pytest.param("", id="empty"),
    pytest.param("<PMML", id="cut off"),
    pytest.param("<html/>", id="no PMML"),
    pytest.param('<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/></PMML>', id="no model"),
    pytest.param('<!DOCTYPE a [<!ENTITY e "x">]><PMML>&e;</PMML>', id="an entity"),
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_unreadable(points, refused, tmp_path, document):
    path = tmp_path / "bad.pmml"
    path.write_text(document)
    assert refused(f"SELECT predict('{path}', *) FROM points").startswith("predict: ")


def test_unsupported_markup_is_listed(points, refused, tmp_path, models):
    text = (models / "line.pmml").read_text().replace("RegressionModel", "FutureModel")
    path = tmp_path / "future.pmml"
    path.write_text(text)
    assert "FutureModel" in refused(f"SELECT predict('{path}', *) FROM points")


def test_binary_file(points, refused, tmp_path):
    path = tmp_path / "noise.pmml"
    path.write_bytes(bytes(range(256)))
    refused(f"SELECT predict('{path}', *) FROM points")


def test_internal_errors_are_sentences_too(points, refused, monkeypatch):
    """A Python exception that left the callback would be shown as py4j's stack."""
    from sparkpmml.spark import binder

    def fail(*_):
        raise KeyError("surprise")

    monkeypatch.setattr(binder, "locate", fail)
    assert "internal error" in refused("SELECT predict('line', *) FROM points")


def test_ambiguous_after_a_join(points, refused):
    message = refused("SELECT predict('line', *) FROM points a JOIN points b ON a.id = b.id")
    assert "ambiguous" in message
