"""One measured row: what, the figure, its goal, and the figures behind it."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Goal:
    """A limit on one figure."""

    name: str
    value: float
    limit: float
    unit: str = ""
    at_least: bool = False
    """The figure must reach the limit; otherwise it must not pass it."""

    @property
    def reached(self) -> bool:
        """Tell whether the figure is within its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "reached" if self.reached else "not reached"
        return f"{self.name} {_figure(self.value)}{self.unit} (goal {sign} {_figure(self.limit)}{self.unit}): {verdict}"


@dataclass(frozen=True)
class Result:
    """One row of the table."""

    name: str
    goals: list[Goal]
    figures: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON knows it."""
        goals = [asdict(goal) | {"reached": goal.reached} for goal in self.goals]
        return {"name": self.name, "goals": goals, "figures": self.figures}

    def as_markdown(self) -> str:
        """Return the row as a section of docs/benchmarks.md."""
        lines = [f"**{self.name}**", "", *(f"- {goal}" for goal in self.goals)]
        behind = "; ".join(f"{name} {_figure(value)}" for name, value in self.figures.items())
        return "\n".join([*lines, f"- behind it: {behind}"] if behind else lines)

    def as_text(self) -> str:
        """Return the row as a person reads it."""
        lines = [self.name, *(f"    {goal}" for goal in self.goals)]
        lines += [f"    {name}: {_figure(value)}" for name, value in self.figures.items()]
        return "\n".join(lines)


def _figure(value: Any) -> str:
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and abs(value) < 100
        else f"{value:,.0f}"
        if isinstance(value, int | float)
        else str(value)
    )
