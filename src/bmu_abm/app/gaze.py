"""What a visitor looks at: nothing, a site, a cell, or a cell that is followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bmu_abm.app import looking
from bmu_abm.app.follow import Followed
from bmu_abm.errors import InputError

if TYPE_CHECKING:
    from bmu_abm.app.session import Session


class Gaze:
    """The choice of one visitor; used by the thread of the session only.

    Parameters
    ----------
    session : Session

    Attributes
    ----------
    chosen : tuple or None
        ("site", face, x, y) or (kind of cell, lower 32 bits of its id).
    followed : Followed or None
        The chosen cell while it is followed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.chosen: tuple[Any, ...] | None = None
        self.followed: Followed | None = None
        self._epoch = -1
        session.watchers.append(self._watch)

    def choose(self, message: Mapping[str, Any]) -> None:
        """Look at a site or a cell, or at nothing more."""
        kind = message.get("kind")
        self.followed = None
        if kind is None:
            self.chosen = None
        elif kind == "site":
            b = self._session.model.trabecula
            face, x, y = (int(message[key]) for key in ("face", "x", "y"))
            self.chosen = ("site", face % 2, x % b.nx, y % b.ny)
        else:
            self.chosen = (str(kind), int(message["id"]))

    def follow(self, on: bool) -> None:
        """Follow the chosen cell from now on, or only look at it.

        Raises
        ------
        InputError
            No cell is chosen.
        """
        if not on:
            self.followed = None
            return
        if self.chosen is None or self.chosen[0] == "site":
            raise InputError("Click a cell first: then it can be followed.")
        followed = Followed(*self.chosen)
        if not followed.begin(self._session.model):
            raise InputError("That cell lives no more: click another one.")
        self.followed, self._epoch = followed, self._session.epoch

    def _watch(self, model: Any) -> None:
        if self.followed is None:
            return
        if self._session.epoch != self._epoch:  # the bone is of another day, or another bone
            self._epoch = self._session.epoch
            again = Followed(self.followed.kind, self.followed.identity)
            self.followed = again if again.begin(model) else None
            return
        self.followed.watch(model)
        self.chosen = (self.followed.kind, self.followed.identity)

    def told(self) -> dict[str, Any] | None:
        """Return what the page says of it, or None."""
        if self.chosen is None or not self._session.ready:
            return None
        model = self._session.model
        if self.chosen[0] == "site":
            return looking.site(model, *self.chosen[1:])
        story = self.followed.told() if self.followed else []
        found = looking.cell(model, *self.chosen)
        if found is not None:
            return found | {"following": self.followed is not None, "story": story}
        self.chosen = None
        self.followed = None
        title = "That cell lives no more." if not story else "The followed cell has ended."
        return {"kind": "gone", "title": title, "words": "", "facts": [], "story": story}
