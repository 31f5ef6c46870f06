"""What the programme calls its routes and kinds of placements, in Dutch."""

from collections.abc import Mapping

ROUTES_EXPLAINED = "Route A: rechtstreeks naar betaald werk. Route B: via stage, werkervaring of opleiding."
OTHER_ROUTE: Mapping[str, str] = {"self_employment": "Eigen bedrijf", "none": "Route onbekend"}
KIND: Mapping[str, str] = {
    "employment": "baan",
    "temp": "uitzendwerk",
    "secondment": "detachering",
    "self_employment": "eigen bedrijf",
    "internship": "stage",
    "work_experience": "werkervaringsplaats",
    "learn_work": "leerwerktraject",
    "training_guarantee": "opleiding met baangarantie",
    "volunteering": "vrijwilligerswerk",
}
