"""What all model elements have in common, and the document around them."""

from __future__ import annotations

from dataclasses import replace

from sparkpmml.datatypes import OpType
from sparkpmml.errors import nearest
from sparkpmml.pmml.description import ModelExplanation, ModelStats
from sparkpmml.pmml.dictionary import DataDictionary, Header, MiningSchema
from sparkpmml.pmml.expressions import LocalTransformations, TransformationDictionary
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, element, family, one_of
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
    function_name: str = attribute(one_of(*FUNCTIONS), name="functionName", default="")
    algorithm_name: str | None = attribute(default=None)
    is_scorable: bool = attribute(boolean, default=True)
    math_context: str = attribute(one_of("double", "float"), name="x-mathContext", default="double")
    mining_schema: MiningSchema = child(MiningSchema, required=True)
    output: Output | None = child(Output)
    targets: Targets | None = child(Targets)
    local_transformations: LocalTransformations | None = child(LocalTransformations)
    verification: ModelVerification | None = child(ModelVerification)
    statistics: ModelStats | None = child(ModelStats)
    explanation: ModelExplanation | None = child(ModelExplanation)

    @property
    def target_name(self) -> str | None:
        """The name of the one target field; None where there is none or there are several."""
        names = [field.name for field in self.mining_schema.targets]
        return names[0] if len(names) == 1 else None


_FUNCTION_OF_ELEMENT = {
    "AssociationModel": "associationRules",
    "ClusteringModel": "clustering",
    "SequenceModel": "sequences",
}


@element("PMML", ignores=("schemaLocation", "x-baseVersion"))
class Document(Node):
    """A PMML document: its fields, its transformations, and its models."""

    version: str = attribute(default="")
    header: Header | None = child(Header)
    data_dictionary: DataDictionary = child(DataDictionary, required=True)
    transformations: TransformationDictionary | None = child(TransformationDictionary)
    models: tuple[Model, ...] = children(Model)

    @property
    def model(self) -> Model:
        """The model that is scored: the first, which the specification calls the default."""
        return self.models[0]

    def _with_function(self, model: Model) -> Model:
        """The model with its mining function; PMML 1 leaves it to the element and the target."""
        if model.function_name or not self.version.startswith("1"):
            return model
        target = next((field for field in self.data_dictionary.fields if field.name == model.target_name), None)
        continuous = target is None or target.op_type is OpType.CONTINUOUS
        function = _FUNCTION_OF_ELEMENT.get(model.tag, "regression" if continuous else "classification")
        return replace(model, function_name=function)

    def with_model(self, name: str | None) -> Document:
        """The document with the model of that name first; ValueError when there is none, or no model at all."""
        if not self.models:
            raise ValueError("<PMML> lacks a model element")
        for model in self.models:
            if name is None or model.model_name == name:
                rest = (each for each in self.models if each is not model)
                return replace(self, models=(self._with_function(model), *rest))
        names = [model.model_name or "(no name)" for model in self.models]
        raise ValueError(f"has no model named {name!r}; it has {', '.join(names)}{nearest(name or '', names)}")
