"""What happened to an item, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safety.models import Item, ItemEvent


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an item's history."""

    at: datetime
    title: str
    detail: str
    by: str


def history(item: Item) -> list[Line]:
    """Return everything that happened to an item, oldest first; one statement."""
    events = item.events.select_related("actor__user").order_by("at", "id")
    return [
        Line(event.at, event.get_kind_display(), " · ".join(_details(event)), str(event.actor) if event.actor else "")
        for event in events
    ]


def _details(event: ItemEvent) -> Iterator[str]:
    data: dict[str, Any] = event.data
    if event.kind == ItemEvent.Kind.JUDGED:
        yield Item.State(data["verdict"]).label
        yield from (Item.NotEvent(code).label for code in [data.get("reason")] if code)
        yield from (Item.Special(code).label for code in data.get("special", []))
    if event.kind == ItemEvent.Kind.FORWARDED:
        yield Item.Way(data["way"]).label
    if event.kind == ItemEvent.Kind.CHECKED:
        yield "Agreed: not an event" if data["agrees"] else "Did not agree"
    if event.kind == ItemEvent.Kind.PAGED:
        yield f"{len(data['told'])} told" if data["told"] else "There was nobody to tell"
    if number := data.get("number"):
        yield f"Number {number}"
