"""``python -m bmu_abm.app.lessons``: live the patches of the lessons, or write their worksheets.

Every patch that was lived is kept in a store, so that a stopped command goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bmu_abm import compiled
from bmu_abm.app.lessons import pooled
from bmu_abm.app.lessons.measuring import evaluate, holds, words
from bmu_abm.app.lessons.reading import Lesson, lessons_of, shipped_lessons
from bmu_abm.app.lessons.staging import Lived, life_key, live
from bmu_abm.errors import BmuError
from bmu_abm.runs.files import machine_errors, write_atomically

REPLICATES = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a mistake is one line."""
    options = _options(arguments)
    try:
        found = lessons_of(options.lessons) if options.lessons else shipped_lessons()
        if options.only:
            found = tuple(one for one in found if one.name in options.only)
        if options.sheets:
            return _write_sheets(found, options.sheets)
        if options.replicates:
            _live_all(found, options)
        return _tell_all(found)
    except BmuError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=pooled.COMMAND, description=__doc__)
    add = parser.add_argument
    add("--lessons", type=Path, metavar="FOLDER", help="lessons of your own (default: shipped)")
    add("--only", nargs="+", metavar="NAME", help="these lessons only")
    add("--replicates", type=int, default=0, help=f"patches to live ({REPLICATES} ship)")
    add("--store", type=Path, default=Path("build/lessons"), help="where lived patches are kept")
    add("--out", type=Path, default=pooled.POOLED, help="where the pooled results go")
    add("--sheets", type=Path, metavar="FOLDER", help="write worksheets to print, and live nothing")
    return parser.parse_args(arguments)


def _live_all(lessons: Sequence[Lesson], options: argparse.Namespace) -> None:
    """Live patch after patch through all lessons, and write what there is after each."""
    _be_humble()
    lived: dict[str, list[Lived]] = {lesson.name: [] for lesson in lessons}
    with machine_errors(options.out):
        options.out.mkdir(parents=True, exist_ok=True)
    for replicate in range(1, options.replicates + 1):
        for lesson in lessons:
            lived[lesson.name].append(_kept(lesson, replicate, options.store))
            text = pooled.text_of(lesson, lived[lesson.name])
            with machine_errors(options.out):
                write_atomically(options.out / f"{lesson.name}.json", text.encode())
        print(f"patch {replicate} of {options.replicates}", flush=True)
    pooled.shipped.cache_clear()


def _be_humble() -> None:
    if hasattr(os, "nice"):
        os.nice(10)


def _kept(lesson: Lesson, replicate: int, store: Path) -> Lived:
    path = store / f"{life_key(lesson)}-{compiled.engine_hash()[:8]}-{replicate}.json"
    if path.is_file():
        found: Lived = json.loads(path.read_text(encoding="utf-8"))
        return found
    lived = live(lesson, replicate)
    with machine_errors(store):
        store.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(lived).encode())
    return lived


def _tell_all(lessons: Sequence[Lesson]) -> int:
    """Print what the patches say; returns 1 when a claim does not hold."""
    failed = 0
    for lesson in lessons:
        found = pooled.of(lesson)
        print(f"\n{lesson.name}: {lesson.head.title}")
        if found is None:
            print("  no patches of these runs: live some with --replicates")
            continue
        print(
            f"  {found.patches} patches; engine of today: {found.engine == compiled.engine_hash()}"
        )
        for name, measure in lesson.head.measure.items():
            value = evaluate(measure, found.arms)
            told = "not lived" if value is None else words(measure, value)
            print(f"  {name}: {measure.says}: {told}")
        for claim in lesson.head.claim:
            value = evaluate(lesson.head.measure[claim.measure], found.arms)
            right = value is not None and holds(claim, value)
            failed += not right
            print(f"  claim {'holds' if right else 'DOES NOT HOLD'}: {claim.says}")
    return 1 if failed else 0


def _write_sheets(lessons: Sequence[Lesson], folder: Path) -> int:
    from bmu_abm.app.lessons.answering import source_of
    from bmu_abm.app.lessons.worksheet import worksheet

    with machine_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for lesson in lessons:
            for teacher in (False, True):
                path = folder / f"{lesson.name}_{'teacher' if teacher else 'student'}.html"
                write_atomically(path, worksheet(lesson, source_of(lesson), teacher).encode())
                print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
