"""The list of people who may no longer sign in."""

from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError

from banen_local.cluster.folder import LocalError

REMOVED = TypeAdapter(list[Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]])


def read_removed(folder: Path) -> frozenset[str]:
    """The subjects in `removed.json` as it is now, since people edit it by hand; none if there is no file.

    Raises `LocalError` if the file is invalid: then nobody may sign in.
    """
    path = folder / "removed.json"
    try:
        return frozenset(REMOVED.validate_json(path.read_bytes()))
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise LocalError(f"{path} cannot be read ({error.strerror}).") from error
    except ValidationError:
        raise LocalError(
            f'{path} is no list of subjects, such as ["demo-uaf-adviser"]; nobody can sign in.'
        ) from None
