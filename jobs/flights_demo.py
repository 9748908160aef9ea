"""The demo: all flights out of New York in 2013, scored by one SQL query, and what that says about the routes.

    spark-submit --properties-file conf/spark-defaults.conf jobs/flights_demo.py

The model, jobs/flights/flights.pmml, was trained elsewhere and exported (jobs/flights/train.py). A flight is late when
it lands more than 15 minutes after its time or is cancelled; of one that was diverted this is not known.
"""

from __future__ import annotations

import time
from pathlib import Path

from flights.data import flights_table
from pyspark.sql import Row, SparkSession

import sparkpmml

MODEL = Path(__file__).resolve().parent / "flights" / "flights.pmml"
SHOWN = 6
"""Routes at each end of the ranking."""

VIEW = """
CREATE OR REPLACE TEMPORARY VIEW flight_forecast AS
SELECT *, predict('flights.pmml', *) AS p FROM flights
"""

ROUTES = """
SELECT concat(origin, ' - ', dest) AS route, carrier, count(*) AS flights,
       avg(p.probability['late']) AS predicted,
       avg(CAST(dep_delay IS NULL OR arr_delay > 15 AS DOUBLE)) AS actual
FROM flight_forecast
GROUP BY origin, dest, carrier
"""

BUSY = 200
"""Flights in the year that make a route worth a line."""


def main() -> None:
    spark = start()
    rows = load_flights(spark)
    print(f"{rows:,} flights. A model becomes a column, and the column a view that anyone can query:\n{VIEW}{ROUTES}")
    spark.sql(VIEW)
    routes, first = query(spark)
    _, again = query(spark)
    show_routes(sorted((route for route in routes if route.flights >= BUSY), key=lambda route: route.predicted))
    spark.stop()
    print(f"\n{rows:,} flights scored in {again:.1f} s: {rows / again:,.0f} rows per second")
    print(f"({first:.1f} s at first, when Python starts and the kernels are compiled)")


def query(spark: SparkSession) -> tuple[list[Row], float]:
    """A row for each route, and the seconds that scoring all flights for them took."""
    start_time = time.perf_counter()
    return spark.sql(ROUTES).collect(), time.perf_counter() - start_time


def start() -> SparkSession:
    spark = SparkSession.builder.appName("flights").getOrCreate()
    sparkpmml.register(spark, models={MODEL.name: MODEL})
    return spark


def load_flights(spark: SparkSession) -> int:
    """The table `flights`, cached, so that the query's time is the scoring's."""
    flights = spark.createDataFrame(flights_table()).repartition(2 * spark.sparkContext.defaultParallelism).cache()
    flights.createOrReplaceTempView("flights")
    return flights.count()


def show_routes(routes: list[Row]) -> None:
    """The ends of the ranking, most reliable first; `routes` are in the order of their predicted lateness."""
    print(f"{'route':<12}{'carrier':>8}{'flights':>9}{'late: predicted':>17}{'actual':>9}")
    for title, shown in (("most reliable", routes[:SHOWN]), ("least reliable", routes[-SHOWN:])):
        print(title)
        for route in shown:
            print(f"{route.route:<12}{route.carrier:>8}{route.flights:>9,}{route.predicted:>17.1%}{route.actual:>9.1%}")


if __name__ == "__main__":
    main()
