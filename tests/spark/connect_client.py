"""What a client of a Spark Connect server does, in a process of its own: `python connect_client.py URL MODELS CASES`.

CASES is JSON of the Python expressions to evaluate by name; each gives a DataFrame. Prints their schemas, their rows as
JSON, or their errors, as JSON by name. With a fourth argument `pandas` the functions are pandas_udfs, as on pyspark 4.0.
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import sparkpmml
from sparkpmml.functions import predict, predict_proba, predict_value


def main(url, models, cases, transport="arrow"):
    if transport == "pandas":
        from sparkpmml.spark.connect import session

        session._HAS_ARROW_UDF = False
    spark = SparkSession.builder.remote(url).getOrCreate()
    folder = Path(models)
    aliases = ("line", "flower", "kinds", "constant")
    sparkpmml.register(spark, models={alias: folder / f"{alias}.pmml" for alias in aliases})
    names = {
        "spark": spark,
        "F": F,
        "sparkpmml": sparkpmml,
        "models": folder,
        "predict": predict,
        "predict_value": predict_value,
        "predict_proba": predict_proba,
    }
    answers = {name: answer(code, names) for name, code in json.loads(Path(cases).read_text()).items()}
    spark.stop()
    print(json.dumps(answers))


def answer(code, names):
    try:
        frame = eval(code, names)
        rows = frame.select(F.to_json(F.struct("*"), {"ignoreNullFields": "false"})).collect()
        ordered = sorted((json.loads(row[0]) for row in rows), key=lambda row: row.get("id", 0))
        return {"schema": frame.schema.simpleString(), "rows": ordered}
    except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
        return {"error": str(error)}


if __name__ == "__main__":
    main(*sys.argv[1:])
