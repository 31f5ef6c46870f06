"""What an integrator would write: gives commands and asks for figures with clients that were generated.

Runs beside the generated packages, in the virtual environment of the tools, and knows nothing else of banen. Reads what it
needs from standard input, as JSON; writes what it was answered.
"""

import json
import sys
from datetime import date
from io import BytesIO
from uuid import UUID

from intake_client import AuthenticatedClient as Intake
from intake_client.api.commands import bulk, register_candidate
from intake_client.models import ProblemDetails as Refusal, RegisterCandidate
from intake_client.types import File
from reporting_client import AuthenticatedClient as Reporting
from reporting_client.api.figures import targets

KEY, OTHER_KEY = str(UUID(int=1, version=4)), str(UUID(int=3, version=4))
REF = UUID(int=2, version=4)
given = json.load(sys.stdin)
intake = Intake(base_url=given["intake"], token=given["intake_token"])
reporting = Reporting(base_url=given["reporting"], token=given["reporting_token"])

command = RegisterCandidate.from_dict(given["registered"])
done = register_candidate.sync(REF, client=intake, body=command, idempotency_key=KEY)
again = register_candidate.sync(REF, client=intake, body=command, idempotency_key=KEY)
other = register_candidate.sync(REF, client=intake, body=command, idempotency_key=OTHER_KEY)
assert isinstance(other, Refusal)
line = {"command": "register-candidate", "ref": OTHER_KEY, "key": OTHER_KEY, "body": given["registered"]}
loaded = bulk.sync(client=intake, body=File(payload=BytesIO(json.dumps(line).encode())))
figures = targets.sync(client=reporting, known_on=date(2007, 12, 31))
json.dump(
    {
        "done": done.to_dict(),
        "again": again.to_dict(),
        "refused": other.code,
        "loaded": json.loads(loaded.payload.read()),
        "knownOn": figures.known_on.isoformat(),
        "units": {unit.id: unit.total.counted for unit in figures.units},
        "nation": figures.national.total.counted,
    },
    sys.stdout,
)
