"""A Spark Connect server with the extension: its clients need no sparkpmml, and no JVM."""

import sys

import pytest
from hosts import EXAMPLES, FLOWERS_AS_CSV, SCORES, free_port, rows_of

MAIN = "org.apache.spark.sql.connect.service.SparkConnectServer"

CLIENT = f"""
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
spark.sql('''CREATE OR REPLACE TEMPORARY VIEW flowers {FLOWERS_AS_CSV}''')
for row in spark.sql('''{SCORES.format(model="iris.pmml", table="flowers")}''').collect():
    print(*row, sep="\\t")
print(spark.sql("SELECT predict('iris.pmml', *) AS p FROM flowers").schema["p"].dataType.names)
try:
    spark.sql("SELECT predict('no_such.pmml', 1)").collect()
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0])
assert "sparkpmml" not in sys.modules
from pyspark import SparkContext
assert SparkContext._gateway is None
"""


@pytest.fixture(scope="module")
def server(host):
    if not list((host.spark / "jars").glob("spark-connect_*.jar")):
        pytest.skip("the pyspark of Spark 3.5 brings no Connect server")
    pytest.importorskip("grpc", reason="the client needs grpcio: pip install 'pyspark[connect]'")
    port = free_port()
    settings = (
        f"spark.connect.grpc.binding.port={port}",
        "spark.connect.grpc.binding.address=127.0.0.1",
        f"spark.sparkpmml.modelDir={EXAMPLES}",
    )
    with host.serve(MAIN, port, *settings) as server:
        yield server


def test_clients_see_the_same_rows(host, server, expected):
    client = host.folder / "client.py"
    client.write_text(CLIENT)
    for _ in range(2):  # each in a session of its own
        done = host.run(sys.executable, client, f"sc://127.0.0.1:{server.port}")
        assert done.returncode == 0, done.stderr[-3000:] + server.tail()
        assert rows_of(done.stdout, "\t") == expected
        fields, refusal = done.stdout.splitlines()[-2:]
        assert fields.startswith("['prediction', 'probability', ")
        assert refusal.startswith("AnalysisException predict: no model 'no_such.pmml'")
