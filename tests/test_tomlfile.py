"""Reading TOML: every hostile file ends in one line that names the file and the mend."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bmu_abm import tomlfile
from bmu_abm.errors import InputError
from bmu_abm.faults import nearest, one_line, show, suggest


def refusal(path) -> str:
    with pytest.raises(InputError) as caught:
        tomlfile.load(path)
    text = str(caught.value)
    assert "\n" not in text and "; " in text
    assert os.fspath(path) in text
    return text


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"title = 'x'\ntitle = 'y'\n", ":2: title: is not valid TOML: Cannot overwrite"),
        (b"[a]\nb = 1\n[a]\n", ":3: a: is not valid TOML: Cannot declare"),
        (b"title = \xff\xfe\n", ":1: is not UTF-8"),
        ("title = 'x'".encode("utf-16"), "is not UTF-8"),
        (b"a = " + b"[" * 1500 + b"]" * 1500, "nested too deeply"),
        (b"a = " + b"[" * 5000, "characters, more than 4000"),
        (b"a = 1\nb = \n", ":2: b: is not valid TOML"),
        (b'a = """', "at the end of the file"),
        (b"\x00\x00", "is not valid TOML"),
        (b"x" * 1_000_001, "1.0 MB"),
        (b"d = 2020-13-45\n", ":1: d: is not valid TOML"),
    ],
)
def test_a_hostile_file_is_told_in_one_line(tmp_path, content, part):
    path = tmp_path / "s.toml"
    path.write_bytes(content)
    assert part in refusal(path)


def test_the_size_is_looked_at_before_the_content(tmp_path):
    path = tmp_path / "large.toml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    assert "50.0 MB" in refusal(path)


def test_what_is_not_a_readable_file_is_refused(tmp_path, monkeypatch):
    assert "is a folder" in refusal(tmp_path)
    assert "no such file" in refusal(tmp_path / "none.toml")
    with pytest.raises(InputError, match="file name too long"):
        tomlfile.load("a" * 5000)
    os.mkfifo(tmp_path / "pipe.toml")
    assert "not a regular file" in refusal(tmp_path / "pipe.toml")
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    assert "cannot be read" in refusal(loop)

    def denied(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x.toml").write_text("")
    monkeypatch.setattr("pathlib.Path.open", denied)
    assert "permission" in refusal(tmp_path / "x.toml")


def test_a_name_with_line_breaks_still_makes_one_line(tmp_path):
    with pytest.raises(InputError) as caught:
        tomlfile.load(tmp_path / "a\nb.toml")
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError):
        tomlfile.load("nul\0byte.toml")


def test_a_byte_order_mark_is_accepted(tmp_path):
    path = tmp_path / "s.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert tomlfile.load(path).data == {"a": 1}


def test_line_numbers_follow_tables_arrays_and_strings():
    text = (
        'title = "x"\n\n[host]\nsex = "f"\n[[intervention]]\nuse = "a"\n[[intervention]]\n'
        'description = """\nuse = "no key"\n"""\nuse = "b"\n'
        '[parameters]\n"osteo.life" = 3\na.b = 1\n'
    )
    lines = tomlfile.line_numbers(text)
    assert lines["title"] == 1 and lines["host"] == 3 and lines["host.sex"] == 4
    assert lines["intervention.0.use"] == 6 and lines["intervention.1.use"] == 11
    assert lines["parameters.osteo.life"] == 13 and lines["parameters.a.b"] == 14


@given(st.binary(max_size=300))
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_give_a_table_or_one_line(tmp_path, content):
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    try:
        assert isinstance(tomlfile.load(path).data, dict)
    except InputError as error:
        assert "\n" not in str(error) and "any.toml" in str(error)


@given(st.text(max_size=2000))
def test_one_line_is_one_printable_line(text):
    line = one_line(text, 100)
    assert line.isprintable() and len(line) <= 100
    line.encode("utf-8")


def test_the_nearest_name_is_suggested():
    names = ["years", "seed", "replicates", "osteoclast.erosion_um_per_day"]
    assert nearest("year", names) == "years"
    assert nearest("Replicates", names) == "replicates"
    assert nearest("erosion_um_per_day", names) == "osteoclast.erosion_um_per_day"
    assert nearest("zzzz", names) is None
    assert suggest("zzzz", ["a", "b"]) == "valid are a, b"


def test_values_are_shown_short():
    assert show(True) == "true"
    assert show("x" * 500).endswith("...")
    assert show(16**6000) == "a very long int"
