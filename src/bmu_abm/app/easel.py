"""The draw clock: a frame when something changed, earlier ones were taken, and it is time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bmu_abm.app.changes import Changes
from bmu_abm.app.frame import View, bone_frame
from bmu_abm.app.packet import pack
from bmu_abm.app.session import Session
from bmu_abm.app.worker import ONE_AT_A_TIME

_PATIENCE_S = 1.5
_AHEAD = 2  # frames on their way; the page answers each second one (PageHost.frame)


class Easel:
    """Sends frames of a session.

    Parameters
    ----------
    session : Session
    send : callable
        ``send(number, message)``.
    frames_a_second : float
        At most.

    Attributes
    ----------
    view : View
    gap : float
        Seconds between two frames, at least, on average: a frame that came late lets the next one
        come as much sooner, so that days that fall between do not halve the rate.
    """

    def __init__(
        self,
        session: Session,
        send: Callable[[int, bytes], None],
        frames_a_second: float = 30.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = View()
        self._session, self._send, self._now = session, send, now
        self.gap = 1.0 / frames_a_second
        self._changes = Changes()
        self._sent, self._taken = 0, 0
        self._sent_at, self._due_at, self._drawn = -1e9, -1e9, (-1, -1)
        self._looks = 0
        self._waits_since = now()

    def look(self, **changes: Any) -> None:
        """Change what is looked at; drawn with the next frame."""
        for name, value in changes.items():
            setattr(self.view, name, value)
        self._looks += 1

    def again(self) -> None:
        """Draw anew, whatever was sent before (a page that has just opened)."""
        self._looks += 1
        self._taken = self._sent
        self._changes.forget()

    def taken(self, number: int) -> None:
        """Hear that the browser has received a frame."""
        self._taken = max(self._taken, min(number, self._sent))
        self._waits_since = self._now()

    @property
    def silent_s(self) -> float:
        """For how long an answer has been due (s); 0 when none is."""
        return self._now() - self._waits_since if self._sent - self._taken >= _AHEAD else 0.0

    def turn(self) -> None:
        """Send a frame if one is due."""
        now, seen = self._now(), (self._session.version, self._looks)
        if not self._session.ready or seen == self._drawn or now < self._due_at:
            return
        if self._sent - self._taken >= _AHEAD and now - self._sent_at < _PATIENCE_S:
            return
        self._drawn, self._sent_at = seen, now
        self._due_at = max(self._due_at, now - self.gap) + self.gap
        with ONE_AT_A_TIME:
            message = self._message()
        self._sent += 1
        if self._sent - self._taken == _AHEAD:
            self._waits_since = now
        self._send(self._sent, message)

    def _message(self) -> bytes:
        meta, arrays = self.frame()
        meta["after"] = 0 if self._changes.whole else self._sent
        return pack(meta, self._changes.of(arrays))

    def frame(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what is to be seen at this moment, of one bone or two: meta and whole arrays."""
        arms = self._session.arms
        metas: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        other = arms[1].model if len(arms) == 2 else None
        row = min(self.view.row, self._session.model.trabecula.ny - 1)
        self.view.row = row
        for number, arm in enumerate(arms):
            meta, found = bone_frame(arm.model, self.view, other if number == 0 else None)
            metas.append(meta)
            arrays |= {f"{number}.{name}": values for name, values in found.items()}
        return {"arms": metas, "row": row}, arrays
