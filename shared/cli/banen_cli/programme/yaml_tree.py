"""A YAML document as plain data, with the line on which each part of it stands.

Scalars mean what they mean in YAML 1.2: `no` and `on` are texts, and so is a day. Aliases and tags are not taken, so that
a small file cannot stand for a large one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import yaml

MOST_BYTES = 256 * 1024
MOST_DEPTH = 12
Path: TypeAlias = tuple[str | int, ...]
"""Keys, and places in lists."""
NULL, BOOL, INT, FLOAT, TEXT = (
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str")
)
MEANINGS = (
    (NULL, re.compile(r"(?:~|null|Null|NULL|)\Z")),
    (BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    (INT, re.compile(r"[-+]?[0-9]{1,18}\Z")),
    (FLOAT, re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})\Z")),
)


@dataclass(frozen=True)
class FileFault:
    """What is wrong in a file, and where."""

    line: int
    path: Path
    reason: str

    def __str__(self) -> str:
        place = f"{'.'.join(map(str, self.path))}: " if self.path else ""
        return f"{self.line}: {place}{self.reason}"


class FileFaulty(Exception):
    """Holds everything that is wrong."""

    def __init__(self, *faults: FileFault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(frozen=True)
class Tree:
    """`lines` has the line of every key and of every place in a list."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Of the part, or of the nearest one around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    pass


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


for _class in (_Loader, _Dumper):
    # By the first character of a scalar: None is every one.
    _class.yaml_implicit_resolvers = {None: list(MEANINGS)}


def read_tree(content: bytes) -> Tree:
    """Raises `FileFaulty`."""
    if len(content) > MOST_BYTES:
        raise FileFaulty(FileFault(1, (), f"it is larger than {MOST_BYTES // 1024} KiB"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileFaulty(FileFault(line, (), "it is not UTF-8")) from None
    try:
        _refuse_costly(text)
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"it is no YAML: {error.problem or error.context}"
        raise FileFaulty(FileFault(mark.line + 1 if mark else 1, (), reason)) from None
    except yaml.reader.ReaderError as error:
        line = text[: int(error.position)].count("\n") + 1
        raise FileFaulty(FileFault(line, (), "it holds a character that YAML does not take")) from None
    if node is None:
        raise FileFaulty(FileFault(1, (), "it is empty"))
    lines: dict[Path, int] = {}
    faults: list[FileFault] = []
    data = _plain(node, (), lines, faults)
    if faults:
        raise FileFaulty(*faults)
    return Tree(data, lines)


def write_tree(data: Any) -> str:
    """YAML that reads as the same data: short lists and mappings on one line."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, default_flow_style=None, allow_unicode=True, width=110
    )


def _refuse_costly(text: str) -> None:
    """Looks at the document piece by piece, before anything is made of it."""
    depth = 0
    faults: list[FileFault] = []
    events = yaml.parse(text, _Loader)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    for event in cast("Iterator[yaml.Event]", events):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                raise FileFaulty(FileFault(line, (), f"it is nested more than {MOST_DEPTH} deep"))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            faults.append(FileFault(line, (), f"the alias *{event.anchor} is not taken; write it out"))
        tag = getattr(event, "tag", None)
        if tag is not None:
            faults.append(FileFault(line, (), f"the tag {tag} is not taken"))
    if faults:
        raise FileFaulty(*faults)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], faults: list[FileFault]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    match node:
        case yaml.MappingNode():
            return dict(_entries(node, path, lines, faults))
        case yaml.SequenceNode():
            return [_plain(one, (*path, at), lines, faults) for at, one in enumerate(node.value)]
        case _:
            return _scalar(node.tag, node.value)


def _entries(
    node: yaml.MappingNode, path: Path, lines: dict[Path, int], faults: list[FileFault]
) -> Iterator[tuple[str, Any]]:
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append(FileFault(line, path, "a key must be a text"))
            continue
        place = (*path, str(key.value))
        if place in lines:
            faults.append(FileFault(line, place, f"stands in line {lines[place]} already"))
            continue
        lines[place] = line
        yield str(key.value), _plain(value, place, lines, faults)


def _scalar(tag: str, value: str) -> Any:
    if tag == NULL:
        return None
    if tag == BOOL:
        return value.lower() == "true"
    if tag == INT:
        return int(value)
    return float(value) if tag == FLOAT else value
