"""Base class and field types of answers, as the OpenAPI document shows them."""

from typing import Annotated

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

# The values are strings already, so the schema must state their format.
RefText = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
DayText = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
MomentText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Shape(BaseModel, frozen=True):
    """An answer, or a part of one: JSON in camelCase. Readers ignore unknown fields."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)

    def response(self, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return Response(self.model_dump_json(by_alias=True), status, headers, "application/json")
