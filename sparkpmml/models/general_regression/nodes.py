"""GeneralRegressionModel as written (specification: GeneralRegression)."""

from __future__ import annotations

from sparkpmml.pmml.matrix import Matrix
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, integer, number, one_of

MODEL_TYPES = (
    "regression",
    "generalLinear",
    "multinomialLogistic",
    "ordinalMultinomial",
    "generalizedLinear",
    "CoxRegression",
)
CUMULATIVE_LINKS = ("logit", "probit", "cloglog", "loglog", "cauchit")
LINKS = (
    "cloglog",
    "identity",
    "log",
    "logc",
    "logit",
    "loglog",
    "negbin",
    "oddspower",
    "power",
    "probit",
)
DISTRIBUTIONS = ("binomial", "gamma", "igauss", "negbin", "normal", "poisson", "tweedie")


@element("Parameter", ignores=("label",))
class Parameter(Node):
    """A parameter; `reference` is the value that a Cox regression measures it from."""

    name: str = attribute()
    reference: float = attribute(number, name="referencePoint", default=0.0)


@element("ParameterList")
class ParameterList(Node):
    """All parameters."""

    parameters: tuple[Parameter, ...] = children(Parameter)


@element("Category")
class Category(Node):
    """A value of a factor."""

    value: str = attribute()


@element("Categories")
class Categories(Node):
    """A factor's values, in the order of its contrast matrix."""

    categories: tuple[Category, ...] = children(Category)


@element("Predictor", ignores=("contrastMatrixType",))
class Predictor(Node):
    """A field that parameters refer to; a factor may have a contrast matrix."""

    field: str = attribute(name="name", older="field")
    categories: Categories | None = child(Categories)
    matrix: Matrix | None = child(Matrix)


@element("FactorList")
class FactorList(Node):
    """The categorical predictors."""

    predictors: tuple[Predictor, ...] = children(Predictor)


@element("CovariateList")
class CovariateList(Node):
    """The continuous predictors."""

    predictors: tuple[Predictor, ...] = children(Predictor)


@element("PPCell")
class PPCell(Node):
    """What a predictor adds to a parameter: the factor's value that counts, or the covariate's exponent."""

    value: str = attribute()
    field: str = attribute(name="predictorName", older="field")
    parameter: str = attribute(name="parameterName")
    target_category: str | None = attribute(default=None)


@element("PPMatrix")
class PPMatrix(Node):
    """The predictors of each parameter; one without predictors is an intercept."""

    cells: tuple[PPCell, ...] = children(PPCell)


@element("PCovCell")
class PCovCell(Node):
    """A covariance of two parameters' estimates."""

    row: str = attribute(name="pRow")
    column: str = attribute(name="pCol")
    row_category: str | None = attribute(name="tRow", default=None)
    column_category: str | None = attribute(name="tCol", default=None)
    value: float = attribute(number)
    target_category: str | None = attribute(default=None)


@element("PCovMatrix", ignores=("type",))
class PCovMatrix(Node):
    """The estimates' covariances; half of the symmetric matrix is enough."""

    cells: tuple[PCovCell, ...] = children(PCovCell)


@element("PCell", ignores=("df",))
class PCell(Node):
    """A parameter's estimate, for one target category or for all."""

    parameter: str = attribute(name="parameterName")
    beta: float = attribute(number)
    target_category: str | None = attribute(default=None)


@element("ParamMatrix")
class ParamMatrix(Node):
    """All estimates."""

    cells: tuple[PCell, ...] = children(PCell)


@element("BaselineCell")
class BaselineCell(Node):
    """The baseline's cumulative hazard from a time on."""

    time: float = attribute(number)
    hazard: float = attribute(number, name="cumHazard")


@element("BaselineStratum", ignores=("label",))
class BaselineStratum(Node):
    """The baseline of one stratum."""

    value: str = attribute()
    max_time: float = attribute(number)
    cells: tuple[BaselineCell, ...] = children(BaselineCell)


@element("BaseCumHazardTables")
class BaseCumHazardTables(Node):
    """The baseline of a Cox regression, or one per stratum."""

    max_time: float | None = attribute(number, default=None)
    strata: tuple[BaselineStratum, ...] = children(BaselineStratum)
    cells: tuple[BaselineCell, ...] = children(BaselineCell)


@element(
    "GeneralRegressionModel",
    # what the model was trained with or on; scoring never reads it
    ignores=("EventValues", "startTimeVariable", "subjectIDVariable", "statusVariable"),
)
class GeneralRegressionModel(Model):
    """General, generalized and ordinal linear models, and Cox's."""

    target_field: str | None = attribute(name="targetVariableName", default=None)
    model_type: str = attribute(one_of(*MODEL_TYPES))
    reference_category: str | None = attribute(name="targetReferenceCategory", default=None)
    cumulative_link: str | None = attribute(
        one_of(*CUMULATIVE_LINKS), name="cumulativeLink", older="cumulativeLinkFunction", default=None
    )
    link: str | None = attribute(one_of(*LINKS), name="linkFunction", default=None)
    link_parameter: float | None = attribute(number, default=None)
    trials_variable: str | None = attribute(default=None)
    trials_value: int | None = attribute(integer, default=None)
    distribution: str | None = attribute(one_of(*DISTRIBUTIONS), default=None)
    distribution_parameter: float | None = attribute(number, name="distParameter", default=None)
    offset_variable: str | None = attribute(default=None)
    offset_value: float | None = attribute(number, default=None)
    freedom: float | None = attribute(number, name="modelDF", default=None)
    end_time_variable: str | None = attribute(default=None)
    strata_variable: str | None = attribute(name="baselineStrataVariable", default=None)
    parameter_list: ParameterList = child(ParameterList, required=True)
    factor_list: FactorList | None = child(FactorList)
    covariate_list: CovariateList | None = child(CovariateList)
    predictor_matrix: PPMatrix = child(PPMatrix, required=True)
    covariances: PCovMatrix | None = child(PCovMatrix)
    parameter_matrix: ParamMatrix = child(ParamMatrix, required=True)
    baseline: BaseCumHazardTables | None = child(BaseCumHazardTables)

    @property
    def target_name(self) -> str | None:
        return super().target_name or self.target_field
