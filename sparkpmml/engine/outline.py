"""What a document says beside how to score. It stays with a model; a forest's nodes do not."""

from __future__ import annotations

from dataclasses import dataclass

from sparkpmml.pmml.description import ModelExplanation, ModelStats
from sparkpmml.pmml.dictionary import DataDictionary, Header, MiningSchema
from sparkpmml.pmml.model import Document
from sparkpmml.pmml.output import Output
from sparkpmml.pmml.table import ModelVerification


@dataclass(frozen=True, slots=True)
class Outline:
    """The document's parts that `Model` shows and `verify` compares with."""

    version: str
    header: Header | None
    data_dictionary: DataDictionary
    tag: str
    function_name: str
    model_name: str | None
    mining_schema: MiningSchema
    output: Output | None
    statistics: ModelStats | None
    explanation: ModelExplanation | None
    verification: ModelVerification | None

    @classmethod
    def of(cls, document: Document) -> Outline:
        model = document.model
        return cls(
            document.version,
            document.header,
            document.data_dictionary,
            model.tag,
            model.function_name,
            model.model_name,
            model.mining_schema,
            model.output,
            model.statistics,
            model.explanation,
            model.verification,
        )
