"""Populations: cells as rows of a record array, mirrored lazily into Mesa agents.

Kernels add and remove rows; Mesa hears of it in one place, `Mirror.flush`, when somebody looks.
A cell keeps clear of `mesa.Agent.__init__`, which in Mesa 3.3 keeps every model alive for ever.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

COMMON = [("id", "i8"), ("site", "i8"), ("age", "f8")]


class Population:
    """The living cells of one type.

    Parameters
    ----------
    name : str
        The field's term in snake case.
    fields : list of (name, dtype)
        State beyond `id`, `site` and `age` (days).

    Attributes
    ----------
    rows : structured ndarray, shape (capacity,)
    count : ndarray of int64, shape (1,)
        Number of living rows; kernels change it.
    """

    def __init__(self, name: str, fields: list[tuple[str, str]], capacity: int = 256) -> None:
        self.name = name
        self.dtype = np.dtype(COMMON + fields, align=True)
        self.rows = np.zeros(capacity, self.dtype)
        self.count = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return int(self.count[0])

    @property
    def live(self) -> NDArray[np.void]:
        """Rows of the living cells, as a view."""
        return self.rows[: len(self)]

    def reserve(self, extra: int) -> None:
        """Make room for `extra` births in the next step."""
        need = len(self) + extra
        if need > len(self.rows):
            grown = np.zeros(max(need, len(self.rows) * 3 // 2), self.dtype)
            grown[: len(self)] = self.live
            self.rows = grown

    def append(self, rows: NDArray[np.void]) -> None:
        """Add cells."""
        self.reserve(len(rows))
        self.rows[len(self) : len(self) + len(rows)] = rows
        self.count[0] += len(rows)

    def replace(self, rows: NDArray[np.void]) -> None:
        """Take over other cells (a snapshot)."""
        self.count[0] = 0
        self.append(rows)

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Remove the cells for which `mask` is false."""
        kept = self.live[mask]
        self.rows[: len(kept)] = kept
        self.count[0] = len(kept)


class Cell(mesa.Agent):
    """A living cell: its state is one row of its population, read and written as attributes."""

    population_name = ""

    def __init__(self, model: Any, population: Population, row: int) -> None:
        self.model = model
        self.pos = None
        self._population = population
        self._row = row
        identity = self.unique_id = int(population.rows["id"][row])
        model.register_agent(self)
        self.unique_id = identity  # newer Mesa numbers the agents that it registers

    def step(self) -> None:
        """Do nothing: the rules of a cell type run over its whole population, compiled."""

    @property
    def state(self) -> dict[str, Any]:
        """All that the cell knows of itself."""
        self.model.mirror.flush()
        row = self._population.rows[self._row]
        return {name: row[name].item() for name in self._population.dtype.names or ()}

    def remove(self) -> None:
        """Remove the cell from the bone (and from Mesa, at the next flush)."""
        self.model.kill(self)

    def leave(self) -> None:
        """Leave Mesa: the row is gone already."""
        super().remove()


def _proxy(name: str) -> property:
    def get(self: Cell) -> Any:
        self.model.mirror.flush()
        return self._population.rows[name][self._row].item()

    def put(self: Cell, value: Any) -> None:
        self.model.mirror.flush()
        self._population.rows[name][self._row] = value

    return property(get, put, doc=f"`{name}` of this cell's row.")


def agent_class(class_name: str, population: str, fields: list[tuple[str, str]]) -> type[Cell]:
    """Make the Mesa class of a population, with its fields as attributes."""
    names = [name for name, _ in COMMON + fields if name != "id"]
    body: dict[str, Any] = {name: _proxy(name) for name in names}
    body["population_name"] = population
    body["__doc__"] = f"A living {population.replace('_', ' ')}: one row of its population."
    body["__module__"] = __name__
    return type(class_name, (Cell,), body)


class Mirror:
    """Keeps Mesa's agents one to one with the rows, on demand."""

    def __init__(self, model: Any, classes: dict[str, type[Cell]]) -> None:
        self._model = model
        self._classes = classes
        self._agents: dict[str, dict[int, Cell]] = {name: {} for name in classes}
        self._seen = -1
        self._busy = False

    def invalidate(self) -> None:
        """Say that rows changed without a step."""
        self._seen = -1

    def flush(self) -> None:
        """Turn births and deaths since the last flush into Mesa agents and removals."""
        if self._busy or self._seen == self._model.tick:
            return
        self._busy = True
        try:
            for name, agent_type in self._classes.items():
                self._flush(self._model.populations[name], agent_type, self._agents[name])
            self._seen = self._model.tick
        finally:
            self._busy = False

    def _flush(
        self, population: Population, agent_type: type[Cell], known: dict[int, Cell]
    ) -> None:
        rows = {identity: row for row, identity in enumerate(population.live["id"].tolist())}
        for identity in known.keys() - rows.keys():
            known.pop(identity).leave()
        for identity, row in rows.items():
            agent = known.get(identity)
            if agent is None:
                known[identity] = agent_type(self._model, population, row)
            else:
                agent._row = row
