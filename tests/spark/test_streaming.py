"""`predict` in Structured Streaming: files in, Parquet out, with a checkpoint; restarts, changed models, bad rows."""

import shutil

import pytest

pytest.importorskip("pyspark")

from pyspark.errors import StreamingQueryException
from pyspark.sql import functions as F

from sparkpmml.functions import predict
from sparkpmml.ml import PMMLTransformer

SCHEMA = "id int, x1 double, x2 double"


class Stream:
    """A folder of CSV files that are scored into a folder of Parquet, a batch for each file."""

    def __init__(self, spark, folder, model):
        self.spark, self.folder, self.model = spark, folder, model
        (folder / "in").mkdir()

    def put(self, name, *rows):
        """A new file, whole when it is seen."""
        text = "".join(",".join(map(str, row)) + "\n" for row in rows)
        (self.folder / name).write_text(text)
        (self.folder / name).rename(self.folder / "in" / name)

    def read(self):
        reader = self.spark.readStream.schema(SCHEMA).option("maxFilesPerTrigger", 1)
        return reader.csv(str(self.folder / "in"))

    def run(self, scored, *, foreach=None):
        """Everything that is there, from where the checkpoint left off."""
        writer = scored.writeStream.option("checkpointLocation", str(self.folder / "checkpoint"))
        writer = writer.trigger(availableNow=True)
        if foreach is not None:
            query = writer.foreachBatch(foreach).start()
        else:
            query = writer.format("parquet").start(str(self.folder / "out"))
        query.awaitTermination()
        return query

    def answers(self, column="y"):
        frame = self.spark.read.parquet(str(self.folder / "out"))
        return {row.id: row[column] for row in frame.collect()}


@pytest.fixture
def stream(spark, tmp_path, models):
    return Stream(spark, tmp_path, shutil.copy(models / "line.pmml", tmp_path / "line.pmml"))


def change(path, intercept):
    path.write_text(path.read_text().replace('intercept="1"', f'intercept="{intercept}"'))


def by_sql(stream):
    stream.read().createOrReplaceTempView("incoming")
    return stream.spark.sql(f"SELECT id, predict('{stream.model}', *).prediction AS y FROM incoming")


def by_columns(stream):
    return stream.read().select("id", predict(stream.model).prediction.alias("y"))


def by_stage(stream):
    return PMMLTransformer(model=stream.model, predictionCol="y").transform(stream.read()).select("id", "y")


@pytest.mark.parametrize("score", [by_sql, by_columns, by_stage])
def test_restarted_from_the_checkpoint(stream, score):
    """Each row is scored once, those that come while no query runs by the next one; which reads the model anew."""
    stream.put("a.csv", (1, 1, 10), (2, 2, 20))
    stream.put("b.csv", (3, -3, 0.5))
    stream.run(score(stream))
    assert stream.answers() == {1: 33.0, 2: 65.0, 3: -3.5}
    change(stream.model, 1001)
    stream.put("c.csv", (4, 1, 10))
    stream.run(score(stream))
    assert stream.answers() == {1: 33.0, 2: 65.0, 3: -3.5, 4: 1033.0}
    before = sorted(path.name for path in (stream.folder / "out").glob("*.parquet"))
    stream.run(score(stream))
    assert sorted(path.name for path in (stream.folder / "out").glob("*.parquet")) == before


def test_a_run_keeps_its_model(stream):
    """A query is bound to the model when it starts: what becomes of the file later is for the next one."""
    scored = by_columns(stream)
    change(stream.model, 1001)
    stream.put("a.csv", (1, 1, 10))
    stream.run(scored)
    assert stream.answers() == {1: 33.0}


def test_foreach_batch_reads_a_changed_model(stream):
    """A batch is a query of its own: the model is changed after the first one."""
    stream.put("a.csv", (1, 1, 10))
    stream.put("b.csv", (2, 2, 20))
    stage = PMMLTransformer(model=stream.model, predictionCol="y")
    seen = []

    def score(batch, number):
        stage.transform(batch).select("id", "y").write.mode("append").parquet(str(stream.folder / "out"))
        batch.createOrReplaceTempView("batch")
        query = f"SELECT id, predict('{stream.model}', *).prediction AS y FROM batch"
        seen.extend((number, row.id, row.y) for row in batch.sparkSession.sql(query).collect())
        change(stream.model, 1001)

    stream.run(stream.read(), foreach=score)
    assert stream.answers() == {1: 33.0, 2: 1065.0}
    assert sorted(seen) == [(0, 1, 33.0), (1, 2, 1065.0)]


def test_captured_errors(stream):
    """A row that cannot be scored ends neither the batch nor the query, and says why."""
    stream.put("a.csv", (1, 1, 10), (2, 1000, 1), (3, "", 1))
    stage = PMMLTransformer(model=stream.model, predictionCol="y", onError="capture")
    stream.run(stage.transform(stream.read()))
    assert stream.answers() == {1: 33.0, 2: None, 3: None}
    errors = stream.answers("error")
    assert errors[1] is None
    assert "1000" in errors[2]


def test_a_bad_row_ends_the_query_where_it_shall(stream):
    """And the batch is tried again by the next run, with the files that it had."""
    stream.put("a.csv", (1, 1, 10), (2, 1000, 1))
    with pytest.raises(StreamingQueryException, match="ScoringError"):
        stream.run(PMMLTransformer(model=stream.model, onError="fail").transform(stream.read()))
    stage = PMMLTransformer(model=stream.model, predictionCol="y")
    stream.run(stage.transform(stream.read()))
    assert stream.answers() == {1: 33.0, 2: None}


def test_after_an_aggregation(stream):
    """Scores of windows: the model scores what a stateful operator gives."""
    stream.put("a.csv", (1, 1, 10), (1, 3, 20), (2, 2, 20))
    totals = stream.read().groupBy("id").agg(F.sum("x1").alias("x1"), F.sum("x2").alias("x2"))
    rows = []
    scored = totals.select("id", predict(stream.model).prediction.alias("y")).writeStream.outputMode("complete")
    query = scored.trigger(availableNow=True).foreachBatch(
        lambda batch, number: rows.extend(map(tuple, batch.collect()))
    )
    query.start().awaitTermination()
    assert sorted(rows) == [(1, 99.0), (2, 65.0)]
