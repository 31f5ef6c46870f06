"""A programme file that has something of everything, and no faults."""

GOOD = """\
name: {nl: Werk voor nieuwkomers}
period: {firstDay: 2026-01-01, lastDay: 2027-12-31}
decidedOn: 2026-01-01
routes:
  - {code: paid, label: {nl: betaald werk}}
kinds:
  - {code: job, label: {nl: baan}, route: paid}
funders:
  - {code: city, label: {nl: gemeente}}
partners:
  - {id: bureau, name: Bureau, services: [reporting]}
  - id: north
    name: Noord
    services: [mediation]
    units: [{unit: all}]
units:
  - id: all
    label: Allen
    targets: {paid: {2026: 40, 2027: 60}}
    decidedBy: board
    quota: {perYear: 12}
    permission: {countsStartsFrom: 2026-01-01, grantor: city}
ruleSets:
  - id: published
    params: {windowFrom: 2026-01-01, windowTo: 2027-12-31}
    approvedBy: board
funding:
  - {funder: city, status: planned, amountEuro: 100000}
costs:
  - {amountEuro: 500}
historicFigures:
  - {unit: all, year: 2025, value: 10, provenance: imported, document: City/2025}
"""
