"""The Dutch words of the pages; a second language is a second set of these names."""

from collections.abc import Mapping

LANGUAGE = "nl"

TEXT: Mapping[str, str] = {
    "programme": "Banenoffensief Vluchtelingen 2005-2008",
    "overview": "Taakstelling en resultaat",
    "to_overview": "Naar het overzicht",
    "skip": "Naar de inhoud",
    "rule_set": "Telregels",
    "version": "versie",
    "known_on": "Bekend op",
    "happened_until": "Gebeurd t/m",
    "state": "Status",
    "provisional": "voorlopig",
    "provisional_why": "kan nog veranderen",
    "final": "definitief",
    "final_why": "verandert niet meer",
    "position": "Stand",
    "position_words": "{} gebeurtenissen verwerkt",
    "choose": "Andere datum of andere telregels",
    "choose_empty": "Bekend op leeg laten: alles wat nu bekend is.",
    "show": "Toon",
    "targets_title": "Schema 2: plaatsingen van het Banenoffensief",
    "targets_caption": "Taakstelling en resultaat per partner en route.",
    "rows_behind": "Elk getal opent de plaatsingen erachter.",
    "route_a": "Route A: rechtstreeks naar betaald werk. Route B: via stage, werkervaring of opleiding.",
    "unit_and_route": "Partner en route",
    "route": "Route",
    "route_of": "Route {}",
    "target": "Taak\u00adstelling",
    "result": "Resultaat",
    "attainment": "Percentage",
    "pending": "In af\u00adwachting",
    "excluded": "Telt niet mee",
    "total": "Totaal",
    "national": "Landelijk",
    "none_set": "geen",
    "a_target": "taakstelling",
    "by_permission": "telt mee met toestemming van de financier",
    "outside": "Bij geen partner in deze tabel",
    "duplicates": "Dubbel: bij meer partners geteld, landelijk één keer",
    "duplicate": "dubbel geteld",
    "blank_means": "Een lege cel: er is niets vastgelegd en er is geen taakstelling. "
    "0: er is wel iets, maar niets dat telt.",
    "clauses_title": "Waarom plaatsingen niet of nog niet meetellen, landelijk",
    "clauses_hidden": "de redenen worden niet getoond, omdat het totaal niet wordt getoond.",
    "results_title": "Schema 1: alle bemiddelde vluchtelingen",
    "results_caption": "Plaatsingen via het programma en via de reguliere bemiddeling.",
    "unit": "Partner",
    "programme_part": "Programma",
    "regular_part": "Regulier",
    "no_figure": "geen cijfer",
    "rule_sets_title": "Dezelfde feiten onder andere telregels",
    "rule_sets_caption": "Wat elke set telregels telt, van de taakstelling, en wat één plaatsing dan kost.",
    "rule_sets_own": "Wat elke set telregels van uw organisatie telt, en van haar taakstelling.",
    "counts": "Telt",
    "of_target": "Van taakstelling",
    "per_placement": "€ per plaatsing",
    "documents_title": "Overgenomen cijfers",
    "documents_caption": "Reguliere plaatsingen komen uit documenten; er zijn geen losse plaatsingen bij vastgelegd.",
    "no_documents": "Er zijn geen cijfers overgenomen.",
    "year": "Jaar",
    "number": "Aantal",
    "document": "Document",
    "no_placement": "Geen plaatsingen",
    "one_placement": "1 plaatsing",
    "many_placements": "{} plaatsingen",
    "filters": "Gekozen",
    "everything": "alle plaatsingen",
    "rows_caption": "De plaatsingen achter het getal, op volgorde van start.",
    "placement": "Plaatsing",
    "start": "Start",
    "kind": "Soort",
    "contract": "Contract",
    "verdict": "Oordeel",
    "reason": "Reden",
    "next": "Volgende",
    "first": "Naar het begin",
    "none": "geen",
    "placement_title": "Plaatsing {}",
    "reference": "Kenmerk",
    "source": "Bron",
    "events_title": "Wat er is vastgelegd",
    "occurred": "gebeurd op {}",
    "recorded": "vastgelegd op {}",
    "now": "alles wat nu bekend is",
    "known": "bekend sinds {}",
    "imported": "ingevoerd als historie",
    "verdicts_title": "Oordeel per set telregels",
    "verdicts_caption": "Wat elke set telregels van deze plaatsing zegt.",
    "yes": "ja",
    "no": "nee",
    "until": "t/m",
    "signed_in": "Ingelogd als {} ({})",
    "sign_out": "Uitloggen",
    "month": "Einde van de maand",
    "month_ends_only": "U ziet de cijfers per einde van een maand. <5: minder dan vijf. Een punt: niet getoond, "
    "omdat het over een handvol mensen kan gaan.",
    "own_only": "U ziet de cijfers en plaatsingen van uw eigen organisatie.",
    "purpose_title": "Waarvoor bekijkt u plaatsingen?",
    "purpose_why": "Wat u opent wordt vastgelegd, met het kenmerk van uw opdracht erbij.",
    "purpose_document": "Kenmerk van de opdracht",
    "go_on": "Verder",
    "fault_title": "Deze pagina kan niet worden getoond",
}

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip

ROLE: Mapping[str, str] = {
    "intake_worker": "intaker",
    "coach": "coach",
    "adviser": "adviseur",
    "mediator": "bemiddelaar",
    "employer_relations": "werkgeverscontact",
    "partner_data_steward": "gegevensbeheerder",
    "partner_manager": "partnermanager",
    "project_bureau": "projectbureau",
    "steering_group": "stuurgroep",
    "ministry_observer": "waarnemer van het ministerie",
    "integrator": "afnemer van gebeurtenissen",
    "auditor": "auditor",
    "ops": "beheer",
    "privacy_officer": "functionaris gegevensbescherming",
    "candidate": "kandidaat",
}

OUTCOME: Mapping[str, str] = {
    "counted": "telt mee",
    "pending": "in afwachting",
    "excluded": "telt niet mee",
}

EXCLUDED: Mapping[str, str] = {
    "voided": "ingetrokken: de plaatsing was ten onrechte vastgelegd",
    "R6": "de partner heeft geen taakstelling en op de startdatum geen toestemming om mee te tellen",
    "R12": "een eigen bedrijf telt niet mee",
    "R15": "valt buiten de periode van het programma",
    "R5": "reguliere bemiddeling, geen extra plaatsing",
    "R7": "hoort bij geen route",
    "R9-conversion": "hoort bij een reeks omzettingen, die één keer wordt geteld",
    "R4": "zet een eerdere plaatsing voort en telt daar al mee",
    "R1": "het contract is te kort",
    "R2": "het contract duurt precies het minimum en dat is hier niet genoeg",
    "R3": "te vroeg geëindigd",
    "R11": "boven de taakstelling; een overschot telt hier niet mee",
}

PENDING: Mapping[str, str] = {
    "R15": "de dag die telt moet nog komen",
    "R5": "nog niet bekend of de plaatsing extra of regulier is",
    "R7": "de route is nog niet bekend",
    "R3": "nog niet zeker dat de plaatsing lang genoeg duurt",
}

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

CONTRACT: Mapping[str, str] = {
    "fixed": "bepaalde tijd",
    "open_ended": "onbepaalde tijd",
    "unknown": "onbekend",
}

PROVENANCE: Mapping[str, str] = {
    "measured": "gemeten",
    "assumed": "aangenomen",
    "inferred": "afgeleid",
    "imported": "overgenomen",
}

PRECISION: Mapping[str, str] = {
    "exact": "",
    "approx": "ongeveer",
    "at_least": "ten minste",
    "almost": "bijna",
    "tens": "tientallen",
}

EVENT: Mapping[str, str] = {
    "mediation.placement-started.v1": "Plaatsing gestart",
    "mediation.placement-corrected.v1": "Gegevens gecorrigeerd",
    "mediation.placement-extended.v1": "Contract verlengd",
    "mediation.placement-ended.v1": "Plaatsing geëindigd",
    "mediation.placement-voided.v1": "Plaatsing ingetrokken",
    "mediation.retention-confirmed.v1": "Duur bevestigd",
}

FIELD: Mapping[str, str] = {
    "kind": "Soort",
    "contract": "Contract",
    "startDate": "Start",
    "plannedEndDate": "Afgesproken laatste dag",
    "endDate": "Laatste dag",
    "paid": "Betaald",
    "benefitRetained": "Met behoud van uitkering",
    "hoursBand": "Uren per week",
    "routeReported": "Route volgens de partner",
    "programmeTag": "Volgens de partner",
    "primaryPartner": "Partner",
    "assistPartners": "Met hulp van",
    "months": "Maanden",
    "method": "Vastgesteld met",
    "reasonCode": "Reden",
    "convertedFrom": "Omgezet uit",
}
"""The fields of an event that the page of a placement shows, in this order; references to others are left out."""

VALUE: Mapping[str, Mapping[str, str]] = {
    "kind": KIND,
    "contract": CONTRACT,
    "hoursBand": {
        "under_12": "minder dan 12",
        "12_to_24": "12 tot 24",
        "24_to_32": "24 tot 32",
        "from_32": "32 of meer",
        "unknown": "onbekend",
    },
    "programmeTag": {"programme": "extra plaatsing", "regular": "regulier", "unspecified": "niet aangegeven"},
    "method": {
        "contract": "contract",
        "employer_confirmation": "bevestiging van de werkgever",
        "candidate": "de geplaatste zelf",
        "register": "register",
    },
    "reasonCode": {
        "completed": "afgerond",
        "employer_ended": "beëindigd door de werkgever",
        "candidate_ended": "beëindigd door de geplaatste",
        "converted": "omgezet in een andere plaatsing",
        "other": "anders",
    },
}

RULE: Mapping[str, Mapping[object, str]] = {
    "boundary": {"gt": "langer dan het minimum"},
    "duration_basis": {
        "contract_only": "alleen het contract bepaalt de duur",
        "realised": "alleen gehaalde duur",
        "confirmed": "alleen bevestigde duur",
    },
    "continuity": {
        "any_employer": "aansluitend werk bij een andere werkgever mag",
        "snapshot": "aan het werk op de laatste dag is genoeg",
    },
    "additionality": {
        "overflow": "extra is wat boven het reguliere aantal komt",
        "none": "regulier telt ook mee",
    },
    "permissions": {
        "none": "zonder toestemming van de financier",
        "except": "zonder de toestemming voor {units}",
    },
    "route_basis": {
        "candidate_fase": "route volgens de fase van de kandidaat",
        "as_reported": "route volgens de partner",
    },
    "credit": {"each": "elke partner die hielp telt"},
    "compensation": {
        "capped_by_route": "per route niet meer dan de taakstelling",
        "capped_by_unit_route": "per partner en route niet meer dan de taakstelling",
    },
    "self_employment": {"separate": "eigen bedrijf apart", "excluded": "eigen bedrijf telt niet"},
    "count_on": {
        "milestone_date": "telt op de dag waarop het minimum is gehaald",
        "recorded_date": "telt op de dag van vastleggen",
    },
}
"""What a rule set does other than the default, in words."""
MIN_MONTHS = "minimaal {} maanden"

FAULT: Mapping[str, str] = {
    "rule-set-unknown": "Op die dag waren er geen telregels met deze naam vastgesteld.",
    "placement-unknown": "Op die dag was er geen plaatsing met dit kenmerk bekend.",
    "invalid-input": "In het adres of in het formulier staat iets dat hier niet kan.",
    "not-allowed": "Uw rol geeft hier geen toegang toe.",
    "rows-not-yours": "De plaatsingen achter de cijfers zijn niet voor uw rol.",
    "dates-not-yours": "Uw rol ziet de cijfers per einde van een maand, met twee dezelfde datums.",
    "month-not-released": "De cijfers van het einde van die maand zijn nog niet vrijgegeven.",
    "too-many-questions": "U hebt al vragen lopen die veel rekenwerk vragen. Wacht tot er een is beantwoord.",
    "busy": "Er wachten te veel vragen die veel rekenwerk vragen. Probeer het zo nog eens.",
    "form-used": "Dit formulier is al eens verstuurd of te oud. Open de pagina opnieuw.",
    "login-expired": "Deze inlog is hier niet begonnen of duurde te lang. Log opnieuw in.",
    "login-refused": "Het inloggen is niet gelukt. Log opnieuw in.",
    "account-incomplete": "Uw account heeft geen organisatie of rol in dit programma.",
    "issuer-unavailable": "De inlogdienst is nu niet bereikbaar. Probeer het zo nog eens.",
    "session-ended": "Uw sessie is afgelopen. Log opnieuw in.",
    "sign-in-insufficient": "Uw rol vraagt een sterkere of recentere inlog. Log opnieuw in.",
    "too-many-requests": "Te veel verzoeken. Wacht een minuut.",
    "store-full": "De schijf van de gegevensbank is vol. Wat u vroeg wordt vastgelegd, en dat kan nu niet.",
    "store-read-only": "De gegevensbank neemt nu niets op. Wat u vroeg wordt vastgelegd, en dat kan nu niet.",
    "store-unavailable": "De gegevens zijn nu niet bereikbaar. Probeer het zo nog eens.",
}
FAULT_OTHER = "Er ging iets mis. Probeer het zo nog eens."
FAULT_FIELD: Mapping[str, str] = {
    "knownOn": "Bekend op moet een datum zijn tussen 1900 en 2200, zoals 2009-01-15.",
    "happenedUntil": "Gebeurd t/m moet een datum zijn tussen 1900 en 2200, zoals 2008-12-31.",
    "ruleSet": "De naam van de telregels is te lang.",
    "verdict": "Het oordeel moet counted, pending of excluded zijn.",
    "month": "Kies een maand, zoals 2009-01.",
    "document": "Geef het kenmerk van een document: letters, cijfers, streepjes en schuine strepen.",
    "cursor": "De plaats in de lijst klopt niet; begin de lijst opnieuw.",
}
