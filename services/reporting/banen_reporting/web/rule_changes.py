"""Query parameters that change single parameters of a rule set: one for each field of `RuleSetParams`, under its name."""

from inspect import Parameter, Signature
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Query

from banen_contracts.reporting import RuleSetParams
from banen_reporting.web.parameters import OfForm


def changes(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value not in (None, [], ())}


def parameter(name: str) -> Parameter:
    field = RuleSetParams.model_fields[name]
    described = (field.description or "").strip() or None
    kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    asked = Annotated[OfForm[kind | None], Query(alias=field.alias, description=described)]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=asked)


# FastAPI reads the signature.
setattr(changes, "__signature__", Signature([parameter(name) for name in RuleSetParams.model_fields]))  # noqa: B010

Changes: TypeAlias = Annotated[dict[str, Any], Depends(changes)]
"""What the caller wants to try, by the names in `RuleSetParams`."""
