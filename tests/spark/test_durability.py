"""Many threads, killed workers, several executors; one broadcast for all queries."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

pyspark = pytest.importorskip("pyspark")


def test_many_threads_and_models(spark, points, models, tmp_path):
    """Twelve threads, five models, of which four are new to the driver."""
    paths = [models / "line.pmml"]
    for k in range(1, 5):
        paths.append(tmp_path / f"line{k}.pmml")
        paths[k].write_text(paths[0].read_text().replace('intercept="1"', f'intercept="{k * 100 + 1}"'))

    def ask(k):
        query = f"SELECT sum(predict_value('{paths[k % 5]}', x1, x2)) AS s FROM points"
        return spark.sql(query).first().s - 3 * (k % 5) * 100

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, range(24))) == [94.5] * 24


def test_broadcast_once(spark, points, models, tmp_path, monkeypatch):
    """One content is one broadcast, whatever queries, sessions, names and paths it is used by."""
    counted = []
    broadcast = pyspark.SparkContext.broadcast
    monkeypatch.setattr(
        pyspark.SparkContext, "broadcast", lambda self, value: counted.append(value) or broadcast(self, value)
    )
    text = (models / "line.pmml").read_text().replace('intercept="1"', 'intercept="77"')
    paths = [tmp_path / "one.pmml", tmp_path / "two.pmml"]
    for path in paths:
        path.write_text(text)
    spark.newSession().sql(f"SELECT predict('{paths[0]}', 1, 2) AS p").collect()
    for path in paths * 2:
        spark.sql(f"SELECT predict('{path}', *), predict_value('{path}', *) FROM points").collect()
    assert len(counted) == 1


def test_killed_worker(spark, points):
    """Tasks that find their Python worker dead are tried again, with a worker that unpacks the broadcast anew."""
    frame = spark.sql("SELECT sum(predict_value('line', id % 100, id)) AS s FROM range(0, 40000, 1, 4)")
    before = frame.first().s
    killed = [pid for pid in worker_pids() if is_alive(pid)]
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert frame.first().s == before


def worker_pids():
    """Processes of Python workers: grandchildren of this process's JVM, below its worker daemon."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(entry))
    jvm = pyspark.SparkContext._gateway.proc.pid
    daemons = [child for child in children.get(jvm, []) if is_python(child)]
    return [worker for daemon in daemons for worker in children.get(daemon, [])]


def is_python(pid):
    with open(f"/proc/{pid}/cmdline") as file:
        return "pyspark.daemon" in file.read()


def is_alive(pid):
    return os.path.exists(f"/proc/{pid}")


EXECUTORS = """
import os
import sparkpmml
from pyspark.sql import SparkSession

os.dup2(1, 2)  # the log, too, is for the test to see
spark = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .config("spark.ui.enabled", "false")
    .config("spark.executorEnv.PYTHONPATH", {root!r})
    .getOrCreate()
)
sparkpmml.register(spark, models={{"line": {path!r}}})
sums = "sum(predict_value('line', id % 100, id)) AS s, sum(1 + 2 * (id % 100) + 3 * id) AS t"
row = spark.sql(f"SELECT {{sums}} FROM range(0, 40000, 1, 4)").first()
assert row.s == row.t, row
executors = spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
print("executors", len(executors) - 1)
"""


def test_several_executors(run_script, models):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    printed = run_script(EXECUTORS.format(root=root, path=str(models / "line.pmml")))
    assert "executors 2" in printed
    # The jar goes to the executors once: Spark says at the level WARN, which users see, where it is added again.
    assert "added already" not in printed
