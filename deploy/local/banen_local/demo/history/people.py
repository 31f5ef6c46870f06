"""Invented people and places; the names belong to nobody."""

from datetime import date, timedelta
from random import Random

_GIVEN = ("Abedo", "Belina", "Corvan", "Delisa", "Emrano", "Falira", "Gorvin", "Hesmia", "Ilvano", "Jorica",
          "Kelmar", "Lovina", "Mirdan", "Nelisa", "Orvano", "Pelira", "Quiran", "Relisa", "Sorvin", "Telmia")  # fmt: skip
FAMILY_NAMES = ("Proefstra", "Voorbeeldsma", "Testinga", "Modelaar", "Fictema", "Denkbeeld", "Verzonnen", "Schetsma",
           "Oefenaar", "Namaakstra", "Bedachtema", "Maquette")  # fmt: skip
PLACES = (
    ("amsterdam", "GM0363"), ("rotterdam", "GM0599"), ("den-haag", "GM0518"), ("utrecht", "GM0344"),
    ("groningen", "GM0014"), ("leeuwarden", "GM0080"), ("zwolle", "GM0193"), ("deventer", "GM0150"),
    ("enschede", "GM0153"), ("arnhem", "GM0202"), ("nijmegen", "GM0268"), ("haarlem", "GM0392"),
    ("tilburg", "GM0855"), ("breda", "GM0758"), ("eindhoven", "GM0772"), ("maastricht", "GM0935"),
)  # fmt: skip
"""The sixteen regions of the chain projects, each with its first municipality."""


def full_name(random: Random) -> str:
    return f"{random.choice(_GIVEN)} {random.choice(FAMILY_NAMES)}"


def birth_date(random: Random) -> date:
    return date(1950, 1, 1) + timedelta(days=random.randrange(36 * 365))


def phone(random: Random) -> str:
    return f"+31 97 {random.randrange(1000, 10000)} {random.randrange(1000, 10000)}"
