"""The widget: it carries messages between a session and the page that its JavaScript builds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anywidget

from bmu_abm import tomlfile
from bmu_abm.app import taking, told
from bmu_abm.app.catalog import everything
from bmu_abm.app.control import control_of
from bmu_abm.app.crowd import Crowd
from bmu_abm.app.easel import Easel
from bmu_abm.app.gaze import Gaze
from bmu_abm.app.lessons.classroom import Classroom
from bmu_abm.app.limits import LAPTOP, Limits
from bmu_abm.app.link import parse
from bmu_abm.app.session import Session
from bmu_abm.app.static_files import script, sheet
from bmu_abm.app.style import all_colours
from bmu_abm.errors import BmuError, InputError
from bmu_abm.faults import fault, one_line, show, suggest
from bmu_abm.pictures.field_map import DAMAGE
from bmu_abm.pictures.palette import PALETTES
from bmu_abm.pictures.stains import STAINS
from bmu_abm.scenario import Scenario

_STATE_EVERY_S, _POINTS_EVERY_S = 0.25, 0.1
_LARGEST_UPLOAD = 1_000_000
_GONE_S = 30.0
_NO_FRAME_S = 0.5  # points and state wait so long for a frame
_NEVER = (-1.0, -1, -1)
Message = dict[str, Any]


class Bench(anywidget.AnyWidget):
    """A trabecula on a page, with all that acts on it.

    Parameters
    ----------
    scenario : str or Scenario
        What is opened first.
    seed : int
    limits : Limits
    """

    _esm = script()
    _css = sheet()

    def __init__(
        self,
        scenario: str | Scenario = "healthy",
        seed: int = 1,
        limits: Limits = LAPTOP,
        playing: Callable[[], int] = lambda: 1,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        self._limits, self._playing = limits, playing
        spec = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        self._columns = told.columns()
        self._sent_state, self._sent_points = _NEVER, -1.0
        self._epoch, self._counts = -1, [0, 0]
        self._greeted = False
        self.session = Session(spec, seed, limits=limits)
        self.session.on_notice = self.notice
        self.easel = Easel(self.session, self._send_frame, limits.frames_a_second)
        self.session.listeners.append(self._turn)
        self.gaze = Gaze(self.session)
        self.crowd = Crowd(self._columns, self.session.poke)
        self._crowd_version = 0
        self.classroom = Classroom(self.session, self.tell, self._give)
        self.on_msg(self._hear)

    def close(self) -> None:
        """End the session and the widget."""
        self.session.close()
        self.crowd.close()
        self.classroom.close()
        super().close()

    # -- to the page ----------------------------------------------------------------------------

    def tell(self, kind: str, **content: Any) -> None:
        """Send a message."""
        self.send({"kind": kind, **content})

    def notice(self, line: str) -> None:
        """Tell a mistake in one line, and the state again: what was refused has not happened."""
        self._sent_state = _NEVER
        self.tell("notice", text=one_line(line))

    def _send_frame(self, number: int, message: bytes) -> None:
        """Send a frame with what else is due: each message of its own costs as much as a frame."""
        along = self._due(soon=True)
        self.send({"kind": "frame", "number": number, "along": along}, [message])

    def _turn(self) -> None:
        if not self._greeted:
            return
        if self.session.playing and self.easel.silent_s > _GONE_S:
            self.session.play(False)  # nobody looks
        if self.session.urgent != self._sent_state[2]:
            self.send(self._state())  # a click is answered before anything is drawn
        playing = self._playing()
        self.easel.gap = self._limits.gap_s(playing)
        self.session.pace.most = self._limits.days_a_second(playing)
        self.easel.turn()
        for one in self._due(soon=not self.session.playing):
            self.send(one)
        if self.crowd.version != self._crowd_version:
            self._crowd_version = self.crowd.version
            self.tell("bands", bands=self.crowd.bands())
        self.classroom.turn()

    def _due(self, soon: bool) -> list[Message]:
        """Return the points and the state that are due; unless `soon`, late ones only."""
        now = time.monotonic()
        at, version, urgent = self._sent_state
        late = 0.0 if soon else _NO_FRAME_S
        found: list[Message] = []
        if now - self._sent_points >= late + max(_POINTS_EVERY_S, 2.0 * self.easel.gap):
            self._sent_points = now
            found += self._points()
        due = now - at >= late + max(_STATE_EVERY_S, 3.0 * self.easel.gap)
        if self.session.urgent != urgent or (due and self.session.version != version):
            found.append(self._state())
        return found

    def _state(self) -> Message:
        self._sent_state = (time.monotonic(), self.session.version, self.session.urgent)
        return {"kind": "state", **told.state(self.session), "look": self.gaze.told()}

    def _points(self) -> list[Message]:
        """Return the points that the page does not have yet."""
        found: list[Message] = []
        arms = self.session.arms
        if self.session.epoch != self._epoch or len(arms) != len(self._counts):
            self._epoch, self._counts = self.session.epoch, [0] * len(arms)
            ghost = told.points(self.session.ghost, self._columns)
            fresh = {"columns": self._columns, "ghost": ghost, "arms": len(arms)}
            found.append({"kind": "points", "fresh": True, **fresh})
        for number, arm in enumerate(arms):
            new = arm.history.points[self._counts[number] :]
            if new:
                self._counts[number] += len(new)
                rows = told.points(new, self._columns)
                found.append({"kind": "points", "arm": number, "rows": rows})
        return found

    # -- from the page --------------------------------------------------------------------------

    def _hear(self, widget: Any, content: Any, buffers: list[bytes]) -> None:
        if not isinstance(content, dict):
            return
        deed = self._deeds().get(str(content.get("do")))
        if deed is None:
            return
        try:
            deed(content)
        except BmuError as error:
            self.notice(str(error))
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            self.notice(f"page: {content.get('do')!r}: {error}")

    def _deeds(self) -> dict[str, Callable[[Message], Any]]:
        session = self.session
        return {
            "hello": self._hello,
            "taken": self._taken,
            "play": lambda m: session.play(bool(m["on"])),
            "step": lambda m: session.step(int(m.get("days", 1))),
            "speed": lambda m: session.set_speed(float(m["days_a_second"])),
            "reset": lambda m: session.reset(),
            "new_seed": lambda m: session.new_seed(),
            "go_to": lambda m: session.go_to(int(m["day"])),
            "undo": lambda m: session.undo(),
            "compare": lambda m: session.compare(bool(m["on"])),
            "plan": lambda m: session.plan(_table(m["data"])),
            "touch": lambda m: session.touch(_table(m["data"])),
            "crowd": self._ask_crowd,
            "view": self._view,
            "choose": self._choose,
            "follow": lambda m: self._gaze(lambda: self.gaze.follow(bool(m["on"]))),
            "open": self._open,
            "open_host": self._open_host,
            "open_link": self._open_link,
            "open_text": self._open_text,
            "take": self._take,
            **self.classroom.deeds(),
            "link": lambda m: session.submit(
                lambda: self.tell("link", text=taking.link(session))
            ),
        }  # fmt: skip

    def _hello(self, message: Message) -> None:
        """Greet a page that has just been built: everything is sent again."""

        self.tell("all", offers=everything(), colours=all_colours())

        def task() -> None:
            self._greeted, self._epoch = True, -1
            self.easel.again()
            for one in [self._state(), *self._points()]:
                self.send(one)

        self.session.submit(task)

    def _taken(self, message: Message) -> None:
        self.easel.taken(int(message["number"]))
        self.session.poke()

    def _view(self, message: Message) -> None:
        changes: dict[str, Any] = {}
        if "row" in message:
            changes["row"] = max(0, int(message["row"]))
        for key, valid in (("stain", STAINS), ("theme", tuple(PALETTES))):
            if key in message:
                changes[key] = _one_of(key, message[key], valid)
        if "field" in message:
            valid = ("", DAMAGE, *self.session.model.fields.names)
            changes["field"] = _one_of("field", message["field"], valid)
        if "differ" in message:
            changes["differ"] = bool(message["differ"])
        self.session.submit(lambda: self.easel.look(**changes))

    def _choose(self, message: Message) -> None:
        self._gaze(lambda: self.gaze.choose(message))

    def _gaze(self, act: Callable[[], None]) -> None:
        def task() -> None:
            act()
            self.send(self._state())

        self.session.submit(task)

    def _ask_crowd(self, message: Message) -> None:
        """Let other patches live the plan of now, or stop them."""

        def task() -> None:
            session = self.session
            if not message.get("on"):
                self.crowd.stop()
                self.crowd.version += 1
                return
            if session.scenario.parameters != session.base.parameters:
                what = "parameters were changed during this life"
                raise fault("crowd", "", what, "download the scenario and run it with bmu run")
            plans = [session.scenario]
            if len(session.arms) == 2:
                plans.append(control_of(session.base, session.scenario))
            self.crowd.ask(plans, session.seed)

        self.session.submit(task)

    # -- another bone ---------------------------------------------------------------------------

    def _open(self, message: Message) -> None:
        self.session.open(Scenario.load(_name(message["scenario"])), self.session.seed)

    def _open_host(self, message: Message) -> None:
        plan = self.session.scenario
        changes: dict[str, Any] = {"host": _name(message["host"])}
        changes |= {key: message[key] for key in ("patch", "parameters") if key in message}
        table = {**plan.to_dict(), **changes}
        self.session.open(Scenario.from_dict(table, "page", plan.name), self.session.seed)

    def _open_link(self, message: Message) -> None:
        life = parse(str(message["text"]))
        self.session.open(life.scenario, life.seed, life.acts, life.day)

    def _open_text(self, message: Message) -> None:
        text = message["text"]
        if not isinstance(text, str) or len(text) > _LARGEST_UPLOAD:
            raise InputError("upload: is larger than 1 MB; is it the right file?")
        document = tomlfile.parse(text, "upload")
        spec = Scenario.from_dict(document.data, "upload", "upload", document.lines)
        self.session.open(spec, spec.seed)

    def _take(self, message: Message) -> None:
        def task() -> None:
            self._give(*taking.take(self.session, message.get("what"), self.easel.view))

        self.session.submit(task)

    def _give(self, name: str, mime: str, data: bytes) -> None:
        self.send({"kind": "file", "name": name, "mime": mime}, [data])


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise fault("page", "data", f"is {show(value)}", "send a table")
    return value


def _name(value: Any) -> str:
    from bmu_abm.shipped import is_name

    if not isinstance(value, str) or not is_name(value):
        raise fault("page", "name", f"is {show(value)}", "choose one from the list")
    return value


def _one_of(key: str, value: Any, valid: tuple[str, ...]) -> str:
    if value not in valid:
        raise fault("page", key, f"is {show(value)}", suggest(str(value), valid))
    return str(value)
