"""The forms of what a service answers, as its OpenAPI document shows them."""

from typing import Annotated

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

# Texts already, since what is answered is written by hand: the schema says of what form they are.
RefText = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
DayText = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
MomentText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Shape(BaseModel, frozen=True):
    """An answer, or a part of one: JSON in camelCase. Readers ignore fields that they do not know."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)

    def response(self, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return Response(self.model_dump_json(by_alias=True), status, headers, "application/json")
