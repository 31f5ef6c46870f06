"""By what a person is found: words of a name in plain letters and by their sound, telephone, e-mail, birth date.

Pure. Nothing here is kept in the clear: `tokens.py` makes keyed hashes of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import combining, digit, normalize

from banen_kit.application.read_model import Kind

MOST_WORDS = 8
SHORTEST_WITH_SLIP = 4
"""Shorter words are not looked for with a typing slip: too many others would be found."""
LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ə": "e", "ħ": "h", "ŋ": "n",
    "\u06cc": "\u064a", "\u0649": "\u064a", "\u06a9": "\u0643", "\u0629": "\u0647", "\u0640": "",
})  # fmt: skip
"""Letters that do not come apart into a plain one and a mark; and in Arabic script those that keyboards for Persian, Arabic and
Pashto have in place of each other, and the stroke that only makes a word longer.
"""
PARTICLES = frozenset(
    {"al", "el", "as", "ar", "bin", "ibn", "ben", "van", "de", "der", "den", "het", "ter", "ten", "von"}
)
"""Parts of names that are often left out. They are not looked for beside other parts."""
SOUNDS = (
    ("sch", "s"), ("tsj", "c"), ("tch", "c"), ("sj", "s"), ("sh", "s"), ("zh", "s"), ("dzj", "y"), ("dj", "y"),
    ("dz", "y"), ("kh", "h"), ("ch", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("ck", "k"),
    ("q", "k"), ("c", "k"), ("x", "ks"), ("v", "f"), ("w", "f"), ("z", "s"), ("d", "t"), ("j", "y"),
)  # fmt: skip
"""Spellings of one sound in names that were written in another alphabet first; the longer ones first."""
VOWELS = "aeiouy"
TELEPHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,24}")
DAYS = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<d>[0-9]{1,2})[-./](?P<m>[0-9]{1,2})[-./](?P<y>[0-9]{4})"),
)


@dataclass(frozen=True)
class Sought:
    """A part of what somebody looks for: what stands for it exactly, and what is like it."""

    exact: str
    alike: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def every(self) -> frozenset[str]:
        return self.alike | {self.exact}


def plain(text: str) -> str:
    """Lower case, without marks on letters, digits of any script as those of ASCII."""
    apart = normalize("NFKD", text.casefold().translate(LETTERS))
    kept = (one for one in apart if not combining(one))
    return "".join(one if (value := digit(one, None)) is None else str(value) for one in kept)


def words_of(name: str) -> list[str]:
    found = [word for word in re.split(r"[^\w]+|_", re.sub("['`\u2019\u02bc]", "", plain(name))) if word]
    kept = [word for word in found if word not in PARTICLES]
    return (kept or found)[:MOST_WORDS]


def sound_of(word: str) -> str:
    """The consonants as they sound, after the first letter: one for many spellings of a name."""
    for spelling, sound in SOUNDS:
        word = word.replace(spelling, sound)
    first, rest = word[:1], word[1:]
    start = "a" if first in "aeiou" else first
    consonants = start + "".join(letter for letter in rest if letter not in VOWELS)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"(?<=..)h$", "", consonants))


def slips_of(word: str) -> set[str]:
    """The word and what is left of it without one letter: two words that differ by one slip have one of these in common."""
    if len(word) < SHORTEST_WITH_SLIP:
        return {word}
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def sought_word(word: str) -> Sought:
    alike = {f"slip:{slip}" for slip in slips_of(word)}
    sound = sound_of(word)
    if len(sound) > 1:
        alike.add(f"sound:{sound}")
    return Sought(f"word:{word}", frozenset(alike))


def are_alike(one: str, other: str) -> bool:
    """Whether each part of the shorter name is like a part of the longer one, or both sound the same, written as one word."""
    shorter, longer = sorted((words_of(one), words_of(other)), key=len)
    if not shorter:
        return False
    parts, others = ([sought_word(word).every for word in words] for words in (shorter, longer))
    return sound_of("".join(shorter)) == sound_of("".join(longer)) or _have_each_their_own(parts, others)


def _have_each_their_own(parts: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> bool:
    if not all(any(part & other for other in others) for part in parts):
        return False
    return not parts or any(
        parts[0] & other and _have_each_their_own(parts[1:], [*others[:place], *others[place + 1 :]])
        for place, other in enumerate(others)
    )


def joined(words: Sequence[str]) -> set[str]:
    """What two parts of a name sound like if they are written as one."""
    return {f"joined:{sound_of(one + other)}" for one, other in pairwise(words)} | {
        f"joined:{sound_of(word)}" for word in words if len(word) > SHORTEST_WITH_SLIP
    }


def of_phone(number: str) -> str:
    """The last nine digits, which are the same with and without the code of the country."""
    return f"phone:{re.sub('[^0-9]', '', plain(number))[-9:]}"


def of_email(address: str) -> str:
    return f"email:{plain(address).strip()}"


def of_day(day: str) -> str:
    return f"day:{day}"


def kept_of(kind: Kind, value: str) -> set[str]:
    """What a personal value is found by."""
    match kind:
        case Kind.PHONE:
            return {of_phone(value)}
        case Kind.EMAIL:
            return {of_email(value)}
        case Kind.DAY:
            return {of_day(value)}
        case Kind.NAME:
            words = words_of(value)
            return joined(words).union(*(sought_word(word).every for word in words))


def sought_in(text: str) -> list[Sought]:
    """Takes apart what somebody typed; each part must be found in one person."""
    text = plain(text).strip()
    if TELEPHONE.fullmatch(text) and not any(form.fullmatch(text) for form in DAYS):
        return [Sought(of_phone(text))]
    found: list[Sought] = []
    names: list[str] = []
    for part in text.split():
        day = next((match for form in DAYS if (match := form.fullmatch(part))), None)
        if day is not None:
            found.append(Sought(of_day(f"{day['y']}-{day['m']:0>2}-{day['d']:0>2}")))
        elif "@" in part:
            found.append(Sought(of_email(part)))
        elif TELEPHONE.fullmatch(part):
            found.append(Sought(of_phone(part)))
        else:
            names.append(part)
    return [*found, *map(sought_word, words_of(" ".join(names)))][:MOST_WORDS]
