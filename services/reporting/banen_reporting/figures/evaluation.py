"""All verdicts under one rule set at two dates, with their counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from banen_reporting.counting import (
    ClientKey,
    CountedRoute,
    Outcome,
    RuleSet,
    Tally,
    Verdict,
    client_of,
    judge,
    judge_group,
    tally,
)
from banen_reporting.figures.off_loop import GoOn
from banen_reporting.figures.snapshot import FactSnapshot


@dataclass
class Evaluation:
    """All verdicts under one rule set, for two dates, at a position."""

    model: FactSnapshot
    rule_set: RuleSet
    happened_until: date
    position: int
    by_client: dict[ClientKey, list[Verdict]] = field(default_factory=dict[ClientKey, list[Verdict]])
    _cells: Counter[tuple[str | None, CountedRoute | None, Outcome]] = field(
        default_factory=Counter[tuple[str | None, CountedRoute | None, Outcome]]
    )
    _duplicates: Counter[tuple[CountedRoute | None, Outcome]] = field(
        default_factory=Counter[tuple[CountedRoute | None, Outcome]]
    )

    def judge_all(self, go_on: GoOn = lambda: None) -> None:
        """Judges all placements. It is slow, so run it in a thread; it calls `go_on` again and again."""
        model = self.model
        verdicts = judge(
            model.placements, model.assessments, model.programme(), self.rule_set, self.happened_until, go_on
        )
        self.by_client = {}
        for verdict in verdicts:
            client = client_of(verdict.key, model.placements[verdict.key])
            self.by_client.setdefault(client, []).append(verdict)
        counted = tally(verdicts)
        self._cells, self._duplicates = Counter(counted.cells), Counter(counted.duplicates)

    def judge_again(self, clients: Iterable[ClientKey]) -> None:
        """Judges only these clients' placements again. Only for rule sets that judge each client separately."""
        programme = self.model.programme()
        for client in clients:
            placements = self.model.placements_of(client)
            before = tally(self.by_client.get(client, ()))
            self.by_client[client] = judge_group(
                placements, self.model.assessments, programme, self.rule_set, self.happened_until
            )
            after = tally(self.by_client[client])
            self._cells.subtract(before.cells)
            self._cells.update(after.cells)
            self._duplicates.subtract(before.duplicates)
            self._duplicates.update(after.duplicates)

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for group in self.by_client.values() for verdict in group]

    @property
    def tally(self) -> Tally:
        return Tally(self._cells, self._duplicates)
