"""Values on their way from SQL to the model and back: the model `kinds` gives every input back as it came."""

import datetime
import decimal

import pytest

DATE = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, 15, 250_001)

FIELDS = {
    "prediction": "double",
    "f_out": "float",
    "i_out": "bigint",
    "n_out": "bigint",
    "s_out": "string",
    "b_out": "boolean",
    "d_out": "date",
    "t_out": "timestamp_ntz",
    "h_out": "string",
    "days_out": "bigint",
}

NAMES = ("f", "i", "n", "s", "b", "d", "t", "h", "days")


def call(**given):
    """`predict('kinds', f => ..., ...)` in which all inputs that are not given are NULL."""
    arguments = ", ".join(f"{name} => {given.get(name, 'NULL')}" for name in NAMES)
    return f"predict('kinds', {arguments})"


def test_schema(spark):
    schema = spark.sql(f"SELECT {call()} AS p").schema["p"].dataType
    assert {field.name: field.dataType.simpleString() for field in schema} == FIELDS


CASES = [
    ("f", "CAST(1.5 AS double)", 1.5),
    ("f", "1.1D", 1.100000023841858),
    ("f", "3", 3.0),
    ("f", "2.5BD", 2.5),
    ("f", "'2.5'", 2.5),
    ("f", "'abc'", None),
    ("f", "double('NaN')", None),
    ("i", "7", 7),
    ("i", "9007199254740993L", 2**53 + 1),
    ("i", "-9223372036854775807L", -(2**63) + 1),
    ("i", "7.0D", 7),
    ("i", "7.5D", None),
    ("i", "12BD", 12),
    ("i", "'12'", 12),
    ("s", "'x'", "x"),
    ("s", "'größe 数'", "größe 数"),
    ("s", "''", ""),
    ("s", "5", "5"),
    ("s", "9007199254740993L", "9007199254740993"),
    ("s", "1.0D", "1.0"),
    ("s", "true", "true"),
    ("s", "DATE'2024-02-29'", "2024-02-29"),
    ("b", "true", True),
    ("b", "false", False),
    ("b", "1", True),
    ("b", "'false'", False),
    ("b", "2", None),
    ("d", "DATE'2024-02-29'", DATE),
    ("d", "DATE'0001-01-01'", datetime.date(1, 1, 1)),
    ("d", "DATE'9999-12-31'", datetime.date(9999, 12, 31)),
    ("d", "TIMESTAMP'2024-02-29 23:59:59'", DATE),
    ("d", "'2024-02-29'", DATE),
    ("t", "TIMESTAMP'2024-02-29 12:30:15.250001'", MOMENT),
    ("t", "TIMESTAMP_NTZ'2024-02-29 12:30:15.250001'", MOMENT),
    ("t", "TIMESTAMP_NTZ'9999-12-31 00:00:00'", datetime.datetime(9999, 12, 31)),
    ("t", "DATE'2024-02-29'", datetime.datetime(2024, 2, 29)),
    ("t", "'2024-02-29T12:30:15.250001'", MOMENT),
    ("h", "'12:30:15'", "12:30:15"),
    ("days", "19782", 19782),
    ("days", "DATE'2024-02-29'", 19782),
]


@pytest.fixture(scope="session")
def answers(spark):
    """All cases in one query, each in a row with a NULL beside it; the values as columns, so nothing is folded away.

    The ids say which case: a list of (value, value of NULL), in the order of CASES.
    """
    columns = [f"IF(id = 0, {value}, NULL) AS c{k}" for k, (_, value, _) in enumerate(CASES)]
    spark.sql(f"SELECT id, {', '.join(columns)} FROM range(2)").createOrReplaceTempView("cases")
    calls = [f"{call(**{name: f'c{k}'})}.{name}_out AS a{k}" for k, (name, _, _) in enumerate(CASES)]
    value, null = spark.sql(f"SELECT {', '.join(calls)} FROM cases ORDER BY id").collect()
    return list(zip(value, null, strict=True))


@pytest.mark.parametrize("k", range(len(CASES)), ids=[f"{name}={value}" for name, value, _ in CASES])
def test_crossed(answers, k):
    value, null = answers[k]
    assert value == CASES[k][2]
    assert null is None


def test_without_nulls(spark):
    """Columns that cannot be null take another way through pandas."""
    row = spark.sql(f"SELECT {call(i='id + 9007199254740993', s='id')} AS p FROM range(1)").first().p
    assert (row.i_out, row.s_out) == (2**53 + 1, "0")


def test_same_as_model_predict(spark, models):
    """SQL and Model.predict read the same table alike."""
    import sparkpmml

    frame = spark.sql("SELECT 1D AS f, 2.5D AS i, 3L AS n, 4.5D AS s, 1 AS b, 'x' AS d, 'y' AS t, 'z' AS h, 5 AS days")
    ours = frame.selectExpr("predict('kinds', *) AS p").first().p.asDict()
    theirs = sparkpmml.load(models / "kinds.pmml").predict(frame.toPandas())
    assert ours == {name: None if value != value else value for name, value in theirs.iloc[0].items()}


def test_decimal_column(spark):
    frame = spark.createDataFrame([(decimal.Decimal("1.25"),), (None,)], "f decimal(10,2)")
    rows = frame.selectExpr(f"{call(f='f')}.f_out AS f").collect()
    assert [row.f for row in rows] == [1.25, None]
