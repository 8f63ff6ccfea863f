"""Can several conditions hold together? A small search over finite domains, with a bounded budget.

A goal is a `Narrow` (a variable takes one of these values), `AllOf` or `AnyOf` goals. Values are bits of a mask; bit 0
of every variable means that there is no value.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

ABSENT = 1
VISITS_PER_QUESTION = 2_000
VISITS_IN_ALL = 60_000


@dataclass(frozen=True, slots=True)
class Narrow:
    """The value of `variable` is one of `mask`, out of `full`."""

    variable: Hashable
    mask: int
    full: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every goal is met; of nothing always is."""

    goals: "tuple[Goal, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One goal at least is met; of nothing never is."""

    goals: "tuple[Goal, ...]"


Goal: TypeAlias = Narrow | AllOf | AnyOf
Domains: TypeAlias = dict[Hashable, int]
ALWAYS, NEVER = AllOf(()), AnyOf(())


class _Spent(Exception):
    pass


@dataclass(slots=True)
class Solver:
    """Answers questions until its budget is spent, and says None from then on.

    implied: what must be so where a variable has a value, such as that its question is shown.
    """

    implied: Callable[[Hashable], Goal]
    left: int = VISITS_IN_ALL
    _stop_at: int = field(default=0, init=False)

    def can_meet(self, *goals: Goal, linked: bool = True) -> bool | None:
        """Tell whether all `goals` can be met at once; None if that could not be decided within the budget.

        linked: also what the values imply must be so.
        """
        self._stop_at = max(self.left - VISITS_PER_QUESTION, 0)
        try:
            return self._search(goals, linked=linked)
        except _Spent:
            return None

    def _search(self, goals: Iterable[Goal], *, linked: bool) -> bool:
        waiting: list[tuple[list[Goal], Domains]] = [(list(goals), {})]
        while waiting:
            goals, domains = waiting.pop()
            open_choices = self._settle(goals, domains, linked=linked)
            if open_choices is None:
                continue
            if not open_choices:
                return True
            first = min(open_choices, key=lambda each: len(each.goals))
            rest: list[Goal] = [each for each in open_choices if each is not first]
            waiting.extend(([*rest, each], dict(domains)) for each in reversed(first.goals))
        return False

    def _settle(self, goals: list[Goal], domains: Domains, *, linked: bool) -> list[AnyOf] | None:
        """Narrow `domains` by what must be so; return the choices that stay open, None where nothing is possible."""
        choices: list[AnyOf] = []
        while goals:
            goal = goals.pop()
            self._visit()
            if isinstance(goal, AllOf):
                goals.extend(goal.goals)
            elif isinstance(goal, AnyOf):
                choices.append(goal)
            elif not self._narrow(goal, domains, goals, linked=linked):
                return None
            if not goals:
                waiting = choices
                choices = []
                for choice in waiting:
                    if not self._reduce(choice, domains, goals, choices):
                        return None
        return choices

    def _narrow(self, goal: Narrow, domains: Domains, goals: list[Goal], *, linked: bool) -> bool:
        before = domains.get(goal.variable, goal.full)
        after = before & goal.mask
        domains[goal.variable] = after
        if linked and before & ABSENT and not after & ABSENT:
            goals.append(self.implied(goal.variable))
        return after != 0

    def _reduce(self, choice: AnyOf, domains: Domains, goals: list[Goal], choices: list[AnyOf]) -> bool:
        live = []
        for goal in choice.goals:
            state = self._state(goal, domains)
            if state:
                return True
            if state is None:
                live.append(goal)
        if len(live) == 1:
            goals.append(live[0])
        elif live:
            choices.append(AnyOf(tuple(live)))
        return bool(live)

    def _state(self, goal: Goal, domains: Domains) -> bool | None:
        self._visit()
        if isinstance(goal, Narrow):
            now = domains.get(goal.variable, goal.full)
            return None if now & goal.mask and now & ~goal.mask else bool(now & goal.mask)
        decides = isinstance(goal, AnyOf)
        states = {self._state(each, domains) for each in goal.goals}
        if decides in states:
            return decides
        return None if None in states else not decides

    def _visit(self) -> None:
        self.left -= 1
        if self.left < self._stop_at or self.left < 0:
            raise _Spent
