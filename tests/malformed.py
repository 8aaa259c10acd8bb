"""Two hundred scenario files that are wrong, each with what its message must name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

GOOD = {
    "title": '"Denosumab"',
    "host": '"postmenopausal_woman"',
    "years": "2",
    "patch": '"tiny"',
}
COURSE = {"use": '"denosumab"', "start_month": "0", "stop_month": "12", "dose": "60"}
HOST = {
    "title": '"Mine"',
    "species": '"human"',
    "sex": '"female"',
    "age_years": "60",
    "estradiol_pmol_per_l": "50",
    "plate_thickness_um": "140",
    "plate_pitch_um": "600",
    "turnover_per_year": "0.2",
    "marrow_fat_fraction": "0.5",
    "body_mass_kg": "65",
    "marrow_volume_ml": "900",
}


@dataclass(frozen=True)
class Malformed:
    """A file that must be refused, and the key (or other word) that the message must hold."""

    name: str
    content: bytes
    key: str


def text(
    top: dict[str, str] | None = None,
    course: dict[str, str] | None = None,
    host: dict[str, str] | None = None,
    tail: str = "",
) -> str:
    """Return a scenario; a value of "" leaves its key out."""
    values = GOOD | (top or {})
    if host is not None:
        values["host"] = ""
    parts = _lines(values)
    if host is not None:
        parts += ["[host]", *_lines(HOST | host)]
    if course is not None:
        parts += ["[[intervention]]", *_lines(COURSE | course)]
    return "\n".join([*parts, tail]) + "\n"


def _lines(values: dict[str, str]) -> list[str]:
    return [f"{key} = {value}" for key, value in values.items() if value]


NOT_A_NUMBER = ['"5"', "true", "[1]", "{}", "nan", "inf", "-inf", "2020-01-01", "12:30:00"]
NOT_A_COUNT = ["-1", "1.5", '"1"', "true", "nan", "[]", "1979-05-27T07:32:00Z", "9" * 200]
NOT_A_TEXT = ["5", "true", '""', "[]", "nan", "{}"]
PATHS = ['"../secret"', '"/etc/passwd"', '"x.toml"', '"a\\\\b"', '"~/x"', '""', '"A B"']


def _top_level() -> Iterator[tuple[str, str, str]]:
    for key in ("title", "host", "years"):
        yield f"missing {key}", text({key: ""}), key
    for value in [*NOT_A_NUMBER, "0", "-3", "1e9", "61", "0x" + "f" * 3000]:
        yield f"years {value[:20]}", text({"years": value}), "years"
    for key in ("seed", "replicates", "sample_every_days", "steps_per_day"):
        for value in NOT_A_COUNT:
            yield f"{key} {value[:20]}", text({key: value}), key
    for value in ("0", "3", "8", "1.0"):
        yield f"steps_per_day {value}", text({"steps_per_day": value}), "steps_per_day"
    for value in NOT_A_TEXT:
        yield f"title {value}", text({"title": value}), "title"
    yield "title long", text({"title": '"' + "x" * 300 + '"'}), "title"
    for value in ("5", "true", "[]"):
        yield f"description {value}", text({"description": value}), "description"
    for key in ("yeers", "Years", "hosts", "interventions", "replicate", '"a b"', "__proto__"):
        yield f"unknown {key}", text({key: "1"}), key.strip('"')


def _patches() -> Iterator[tuple[str, str, str]]:
    for value in ('"smal"', '""', "5", "true", "[100, 100]", "{}", '"../small"'):
        yield f"patch {value}", text({"patch": value}), "patch"
    for sites in ("0", "-100", "101", "1e2", '"100"', "[100]", "[100, 100, 100]", "[40, nan]"):
        yield f"sites {sites}", text({"patch": f"{{sites = {sites}}}"}), "patch.sites"
    yield "sites huge", text({"patch": "{sites = 1000000}"}), "patch.sites"
    yield "site_um", text({"patch": "{sites = 40, site_um = 0}"}), "patch.site_um"
    yield "slice_um", text({"patch": "{sites = 40, slice_um = nan}"}), "patch.slice_um"
    yield "patch key", text({"patch": "{sites = 40, site = 1}"}), "patch.site"


def _hosts() -> Iterator[tuple[str, str, str]]:
    for value in [*PATHS, '"postmenopausal"', "5", "[]", "{}", "true"]:
        yield f"host {value}", text({"host": value}), "host"
    for key in ("title", "species", "age_years", "plate_thickness_um"):
        yield f"host without {key}", text(host={key: ""}), f"host.{key}"
    for key in ("age_years", "estradiol_pmol_per_l", "marrow_fat_fraction", "load"):
        for value in ("-1", "nan", '"1"', "true", "1e12"):
            yield f"host {key} {value}", text(host={key: value}), f"host.{key}"
    yield "host pitch", text(host={"plate_pitch_um": "100"}), "host.plate_pitch_um"
    yield "host species", text(host={"species": '"humna"'}), "host.species"
    yield "host male", text(host={"sex": '"male"', "years_since_menopause": "3"}), "menopause"
    yield "host key", text(host={"oestradiol": "3"}), "host.oestradiol"
    made = '{host = "../x", scenario = "estrogen_loss", years = 3}'
    yield "made_from path", text(host={"made_from": made}), "host.made_from.host"
    made = '{host = "premenopausal_woman", scenario = "x.toml", years = 3}'
    yield "made_from scenario", text(host={"made_from": made}), "host.made_from.scenario"


def _courses() -> Iterator[tuple[str, str, str]]:
    for value in [*PATHS, '"denosumap"', "5", "true", "[]"]:
        yield f"use {value}", text(course={"use": value}), "intervention.0.use"
    yield "no use", text(course={"use": ""}), "intervention.0.use"
    for key in ("start_month", "stop_month", "dose"):
        for value in [*NOT_A_NUMBER, "-1", "1e7"]:
            yield f"{key} {value}", text(course={key: value}), f"intervention.0.{key}"
    for start, stop in (("12", "12"), ("24", "12"), ("12", "12.001")):
        course = {"start_month": start, "stop_month": stop}
        yield f"stop {stop} after {start}", text(course=course), "intervention.0.stop_month"
    for value in ("0", "-7", "1.5", '"weekly"', "inf"):
        yield f"every_days {value}", text(course={"every_days": value}), "every_days"
    for key in ("doze", "stop", "start-month", "Dose"):
        yield f"unknown {key}", text(course={key: "1"}), f"intervention.0.{key}"
    for value in ("5", "[1]", "{}", '"denosumab"', "[[]]"):
        yield f"intervention {value}", text({"intervention": value}), "intervention"
    second = '[[intervention]]\nuse = "denosumab"\n[[intervention]]\nuse = "x"'
    yield "third course", text(course={}, tail=second), "intervention.2.use"


def _parameters() -> Iterator[tuple[str, str, str]]:
    path = "osteoclast.erosion_um_per_day"
    for value in [*NOT_A_NUMBER, "-1", "0", "99"]:
        yield f"parameter {value}", text(tail=f"[parameters]\n{path} = {value}"), "parameters"
    for key in ("osteoclast.erosion", '"../x"', "a.b.c.d.e.f.g", "osteoclast"):
        yield f"parameter {key}", text(tail=f"[parameters]\n{key} = 7"), "parameters"
    yield "parameters list", text({"parameters": "[1]"}), "parameters"


def _files() -> Iterator[tuple[str, bytes, str]]:
    good = text().encode()
    yield "empty", b"", "title"
    yield "blank", b"\n\n \n", "title"
    yield "huge", b"#" * 50_000_000, "50.0 MB"
    yield "just too large", good + b"\n#x" * 400_000, "MB"
    yield "latin-1", good + "# caf\u00e9".encode("latin-1"), "UTF-8"
    yield "utf-16", text().encode("utf-16"), "UTF-8"
    yield "binary", bytes(range(256)), "UTF-8"
    yield "zeros", b"\0" * 1000, "TOML"
    yield "brackets", good + b"a = " + b"[" * 3000 + b"]" * 3000, "characters"
    yield "brackets over lines", good + b"a = " + b"[\n" * 3000 + b"]\n" * 3000, "nested"
    yield "tables", good + b"a = " + b"{a=" * 1300 + b"1" + b"}" * 50, "nested"
    yield "dotted", good + b"a." * 1900 + b"a = 1", "unknown key"
    yield "duplicate key", good + b"years = 3\n", "years: is not valid TOML: Cannot overwrite"
    yield "duplicate table", good + b"[parameters]\n[parameters]\n", "parameters: is not valid"
    yield "table and value", good + b"years.x = 3\n", "TOML"
    yield "no value", good + b"seed =\n", "seed: is not valid TOML"
    yield "no quotes", b"title = Denosumab\n", "title: is not valid TOML"
    yield "open string", b'title = "x\n', "TOML"
    yield "open text", b'title = """x\n', "TOML"
    yield "json", b'{"title": "x"}', "TOML"
    yield "yaml", b"title: x\nhost: y\n", "TOML"
    yield "bad month", good + b"a = 2021-13-01\n", "TOML"
    yield "bad day", good + b"a = 2021-02-30\n", "TOML"
    yield "digits", good + b"seed = " + b"9" * 3900, "seed"


def malformed() -> list[Malformed]:
    """Return the files."""
    texts = (_top_level(), _patches(), _hosts(), _courses(), _parameters())
    cases = [Malformed(n, t.encode(), k) for group in texts for n, t, k in group]
    return cases + [Malformed(n, content, key) for n, content, key in _files()]


def well_formed() -> dict[str, str]:
    """Return files that must be accepted."""
    return {
        "plain": text(),
        "course": text(course={}),
        "open end": text(course={"stop_month": "", "dose": "0"}),
        "two courses": text(course={}, tail='[[intervention]]\nuse = "estradiol"'),
        "patch": text({"patch": "{sites = [40, 60]}"}),
        "square": text({"patch": "{sites = 40, site_um = 10, slice_um = 5}"}),
        "host": text(host={}),
        "old host": text(host={"years_since_menopause": "9", "parameters": "{}"}),
        "parameters": text(tail="[parameters]\nosteoclast.erosion_um_per_day = 7"),
        "quoted": text(tail='[parameters]\n"osteoclast.erosion_um_per_day" = 7.5'),
        "all": text({"seed": "7", "replicates": "3", "sample_every_days": "7"}),
        "half steps": text({"steps_per_day": "2", "years": "0.5"}),
        "accents": text({"title": '"Été: ½ dose – 骨"'}),
        "windows": text().replace("\n", "\r\n"),
    }
