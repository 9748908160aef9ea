"""Which argument goes to which input: tables of calls that bind, and of calls that are refused."""

import pytest

from sparkpmml.errors import BindingError
from sparkpmml.spark.binding import Argument, Signature, bind

SIGNATURE = Signature("m.pmml", ("age", "spare", "income"), ("age", "income"))


def plain(*names):
    """Arguments without `=>`; None is an expression without a name."""
    return [Argument(name, "double") for name in names]


def explicit(*names):
    return [Argument(name, "double", is_explicit=True) for name in names]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(plain("age", "income"), (0, 1), id="by name"),
        pytest.param(plain("income", "age"), (1, 0), id="by name in another order"),
        pytest.param(plain("id", "income", "spare", "x", "age"), (4, 1), id="the rest is dropped"),
        pytest.param(plain("AGE", "Income"), (0, 1), id="without regard to case"),
        pytest.param(plain("AGE", "age", "income"), (1, 2), id="an exact match is preferred"),
        pytest.param(plain("id", "id", "age", "income"), (2, 3), id="twice a name that is not read"),
        pytest.param(plain(None, None, None), (0, 2), id="by position, all inputs"),
        pytest.param(plain(None, None), (0, 1), id="by position, those read"),
        pytest.param(plain("a", "b", "c"), (0, 2), id="by position, other names"),
        pytest.param(plain("age", None, "b"), (0, 2), id="by position, one name that agrees"),
        pytest.param(plain("age", "b"), (0, 1), id="by position of those read, one name that agrees"),
        pytest.param(explicit("income", "age"), (1, 0), id="explicit"),
        pytest.param(plain("age", "income") + explicit("age"), (2, 1), id="explicit goes before a column"),
        pytest.param(plain("id", "income") + explicit("AGE"), (2, 1), id="explicit fills what columns lack"),
        pytest.param(explicit("age", "income", "spare"), (0, 1), id="explicit and not read"),
    ],
)
def test_bound(arguments, expected):
    assert bind(SIGNATURE, arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        pytest.param([], ["named 'age', 'income'", "given 0: none"], id="nothing"),
        pytest.param(plain("age"), ["'income'", "reads 2 of 3 inputs: age, income", "given 1: age"], id="missing"),
        pytest.param(plain("aeg", "x", "y", "income"), ["'age'; did you mean 'aeg'?"], id="misspelt"),
        pytest.param(plain(None, "x", None, None), ["<double>, x, <double>"], id="too many"),
        pytest.param(plain("AGE", "Age", "income"), ["'age'", "ambiguous", "'AGE', 'Age'"], id="ambiguous in case"),
        pytest.param(plain("age", "age", "income"), ["'age'", "ambiguous"], id="ambiguous, as after a join"),
        pytest.param(plain("x", "y", "age"), ["argument 3", "'age'", "input 3 is 'income'"], id="contradiction"),
        pytest.param(plain("spare", "x"), ["argument 1", "'spare'", "input 1 is 'age'"], id="contradiction, not read"),
        pytest.param(explicit("age", "incom"), ["no input 'incom'; did you mean 'income'?"], id="explicit, unknown"),
        pytest.param(explicit("age"), ["no argument is named 'income'"], id="explicit, missing"),
        pytest.param(explicit("age", "AGE", "income"), ["ambiguous"], id="explicit, twice"),
        pytest.param(plain(None) + explicit("income"), ["no argument is named 'age'"], id="position and name"),
    ],
)
def test_refused(arguments, parts):
    with pytest.raises(BindingError) as caught:
        bind(SIGNATURE, arguments)
    for part in ["'m.pmml'", *parts]:
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_case_sensitive():
    """With spark.sql.caseSensitive, another case is another name: it neither binds nor contradicts."""
    assert bind(SIGNATURE, plain("age", "AGE", "income"), is_case_sensitive=True) == (0, 2)
    assert bind(SIGNATURE, plain("INCOME", "AGE"), is_case_sensitive=True) == (0, 1)
    with pytest.raises(BindingError, match="no argument is named 'age'"):
        bind(SIGNATURE, plain("AGE", "x", "y", "z"), is_case_sensitive=True)


def test_model_without_inputs():
    assert bind(Signature("m", (), ()), []) == ()
    assert bind(Signature("m", ("x",), ()), plain("a", "b", "c")) == ()


def test_long_lists_are_cut():
    wide = Signature("m", tuple(f"x{i}" for i in range(500)), tuple(f"x{i}" for i in range(500)))
    with pytest.raises(BindingError, match="and 470 more") as caught:
        bind(wide, plain(*[f"column{i}" for i in range(2000)]))
    assert len(str(caught.value)) < 5000
