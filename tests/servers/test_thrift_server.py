"""The Thrift server, which Tableau and other JDBC clients talk to; beeline is the client here."""

import os
import signal

import pytest
from hosts import EXAMPLES, FLOWERS_AS_CSV, SCORES, free_port, rows_of, wait_until_gone

MAIN = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"


@pytest.fixture(scope="module")
def serve(host):
    """Start a server on the metastore that all of them share."""

    def start():
        port = free_port()
        settings = (
            f"spark.hadoop.hive.server2.thrift.port={port}",
            "spark.hadoop.hive.server2.thrift.bind.host=127.0.0.1",
            f"spark.sparkpmml.modelDir={EXAMPLES}",
        )
        return host.serve(MAIN, port, *settings)

    return start


@pytest.fixture(scope="module")
def beeline(host):
    """Run statements in a session of their own: the finished process."""

    def connect(server, *statements):
        url = f"jdbc:hive2://127.0.0.1:{server.port}/"
        quiet = ("--outputformat=tsv2", "--silent=true")
        queries = [argument for statement in statements for argument in ("-e", statement)]
        return host.run(
            host.spark / "bin" / "spark-class", "org.apache.hive.beeline.BeeLine", "-u", url, *quiet, *queries
        )

    return connect


def test_view_outlives_its_session_the_python_process_and_the_server(serve, beeline, expected):
    view = SCORES.format(model="iris.pmml", table="flowers")
    with serve() as server:
        first = beeline(
            server,
            f"CREATE TABLE flowers {FLOWERS_AS_CSV}",
            f"CREATE VIEW scores(id, species, virginica) AS {view}",
            "SELECT predict('no_such.pmml', 1)",
        )
        refusal = first.stdout + first.stderr
        assert "predict: no model 'no_such.pmml'" in refusal, refusal + server.tail()

        second = beeline(server, "SELECT * FROM scores")
        assert rows_of(second.stdout, "\t") == expected, second.stderr + server.tail()

        python = server.python()
        os.kill(python, signal.SIGKILL)
        wait_until_gone(python)
        third = beeline(server, "SELECT * FROM scores")
        assert rows_of(third.stdout, "\t") == expected, third.stderr + server.tail()

        python = server.python()
        server.kill()
        wait_until_gone(python)
    with serve() as server:
        fourth = beeline(server, "SELECT * FROM scores")
        assert rows_of(fourth.stdout, "\t") == expected, fourth.stderr + server.tail()
        python = server.python()
    wait_until_gone(python)
