"""What all model elements have in common, and the document around them."""

from __future__ import annotations

from sparkpmml.pmml.dictionary import DataDictionary, Header, MiningSchema
from sparkpmml.pmml.expressions import LocalTransformations, TransformationDictionary
from sparkpmml.pmml.node import Node, attribute, boolean, child, element, family, one_of
from sparkpmml.pmml.output import Output, Targets
from sparkpmml.pmml.table import ModelVerification

FUNCTIONS = (
    "classification",
    "regression",
    "clustering",
    "associationRules",
    "sequences",
    "timeSeries",
    "mixed",
    "anomalyDetection",
)


@family
class Model(Node):
    """Any model element."""

    model_name: str | None = attribute(default=None)
    function_name: str = attribute(one_of(*FUNCTIONS), name="functionName")
    algorithm_name: str | None = attribute(default=None)
    is_scorable: bool = attribute(boolean, default=True)
    math_context: str = attribute(one_of("double", "float"), name="x-mathContext", default="double")
    mining_schema: MiningSchema = child(MiningSchema, required=True)
    output: Output | None = child(Output)
    targets: Targets | None = child(Targets)
    local_transformations: LocalTransformations | None = child(LocalTransformations)
    verification: ModelVerification | None = child(ModelVerification)

    @property
    def target_name(self) -> str | None:
        """The name of the one target field; None where there is none or there are several."""
        names = [field.name for field in self.mining_schema.targets]
        return names[0] if len(names) == 1 else None


@element("PMML", ignores=("schemaLocation",))
class Document(Node):
    """A PMML document: its fields, its transformations, and its one model."""

    version: str = attribute(default="")
    header: Header | None = child(Header)
    data_dictionary: DataDictionary = child(DataDictionary, required=True)
    transformations: TransformationDictionary | None = child(TransformationDictionary)
    model: Model = child(Model, required=True)
