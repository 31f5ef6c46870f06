"""Where towns lie on a tile map, and how they are called there."""

from collections.abc import Iterable, Mapping

LIES: Mapping[str, tuple[int, int]] = {
    "GM0014": (234, 582), "GM0034": (143, 487), "GM0080": (182, 579), "GM0106": (234, 557), "GM0114": (258, 534),
    "GM0118": (229, 525), "GM0141": (242, 486), "GM0150": (207, 474), "GM0153": (258, 471), "GM0164": (251, 475),
    "GM0193": (203, 503), "GM0200": (194, 469), "GM0202": (190, 444), "GM0228": (174, 450), "GM0268": (187, 428),
    "GM0307": (155, 463), "GM0344": (136, 456), "GM0361": (112, 516), "GM0363": (121, 487), "GM0392": (104, 489),
    "GM0402": (140, 470), "GM0405": (132, 517), "GM0479": (116, 494), "GM0503": (84, 447), "GM0505": (105, 425),
    "GM0513": (108, 447), "GM0518": (81, 455), "GM0546": (93, 464), "GM0599": (92, 437), "GM0637": (93, 452),
    "GM0687": (32, 392), "GM0718": (30, 385), "GM0758": (112, 400), "GM0772": (161, 383), "GM0794": (174, 388),
    "GM0796": (149, 411), "GM0855": (134, 397), "GM0917": (196, 322), "GM0935": (176, 318), "GM0957": (197, 356),
    "GM0983": (209, 376), "GM0995": (160, 502), "GM1674": (90, 394),
}  # fmt: skip
"""The larger towns by the code of their municipality: kilometres to the east and to the north on the national grid, roughly."""
LETTERS = 4


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Names of four letters, each another: the first ones begin as the name does, later ones differ in the last letter."""
    short: dict[str, str] = {}
    for name in names:
        letters = "".join(one for one in name.removeprefix("'s-") if one.isalpha()).capitalize()
        tries = [letters[:LETTERS], *(letters[: LETTERS - 1] + one for one in letters[LETTERS:])]
        short[name] = next((one for one in tries if one not in short.values()), name)
    return short
