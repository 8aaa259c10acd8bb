"""Pictures of a made-up patch: every cell and state is shown, once, where it is."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from matplotlib import image
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bmu_abm.pictures import STAINS, field_map, page, section, sheet, stains_sheet, surface_map
from bmu_abm.pictures.__main__ import main
from bmu_abm.pictures.colour import oklab, ramp
from bmu_abm.pictures.field_map import Scale, field_values, ramp_codes
from bmu_abm.pictures.furniture import bar_length_um
from bmu_abm.pictures.packets import age_edges
from bmu_abm.pictures.palette import PALETTES, palette_of
from bmu_abm.pictures.patch import Patch
from bmu_abm.pictures.relief import Enlarger, shade, spread
from bmu_abm.pictures.seams import label_depth_um, osteoid_um
from bmu_abm.pictures.sheet import liveliest_part, liveliest_row, month_of
from bmu_abm.pictures.stains import age_position, label_days, stain_of
from bmu_abm.pictures.surface_map import relief_image
from colour_difference import ciede2000, least_difference
from fake_bone import HOLE, QUIESCENT, RESORPTION, fake_bone

FEW = 64  # dots per inch of the pages that the tests draw


@pytest.fixture(scope="module")
def bone() -> SimpleNamespace:
    return fake_bone(40, 40)


@pytest.fixture(scope="module")
def small_patch() -> SimpleNamespace:
    return fake_bone(100, 100)


@pytest.fixture(autouse=True)
def few_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw pages with a ninth of their pixels: what takes the time is filling them."""
    monkeypatch.setattr(page, "DPI", FEW)


@pytest.fixture
def ax() -> Axes:
    figure = Figure(figsize=(4, 4), dpi=100)
    FigureCanvasAgg(figure)
    return figure.add_axes((0, 0, 1, 1))


def shapes(ax: Axes, name: str) -> int:
    return sum(len(one.get_paths()) for one in ax.collections if one.get_gid() == name)


def flat_bone(state: int, nx: int = 12) -> SimpleNamespace:
    """Return an even plate, 100 um thick, all of one state and one age."""
    model = fake_bone(nx, nx, history=False)
    bone = model.trabecula
    bone.sites["height"] = np.where(np.arange(bone.n_sites) < bone.n_columns, 290_000, 190_000)
    bone.sites["state"] = state
    bone.born[:] = model.day - 3650
    for population in model.populations.values():
        population.live = population.live[:0]
    return model


def face_colours(model: SimpleNamespace, stain: str = "schematic") -> np.ndarray:
    palette = palette_of("light")
    image = relief_image(Patch.of(model), 0, stain_of(stain), palette, width=320)
    return image.reshape(-1, 3).mean(axis=0)


# Colours


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
        ((50, -1, 2), (50, 0, 0), 2.3669),
    ],
)
def test_colour_difference_equals_the_published_pairs(
    first: tuple, second: tuple, expected: float
) -> None:
    assert ciede2000(np.array(first), np.array(second)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("theme", PALETTES)
def test_states_are_at_least_20_apart(theme: str) -> None:
    assert least_difference(palette_of(theme).states) >= 20


@pytest.mark.parametrize("theme", PALETTES)
def test_cells_are_at_least_15_apart(theme: str) -> None:
    palette = palette_of(theme)
    cells = (palette.osteoclast, palette.precursor, palette.osteoblast, palette.progenitor)
    assert least_difference((*cells, palette.osteocyte)) >= 15


@pytest.mark.parametrize("theme", PALETTES)
def test_ramps_have_strictly_monotonic_lightness(theme: str) -> None:
    palette = palette_of(theme)
    for codes in (ramp_codes(palette), palette.ages):
        steps = np.diff(oklab(ramp(codes, np.linspace(0, 1, 50)))[:, 0])
        assert (steps > 0).all() or (steps < 0).all()


# The face


def test_each_state_has_a_picture_of_its_own() -> None:
    means = [face_colours(flat_bone(state)) for state in range(7)]
    gaps = [np.abs(a - b).max() for i, a in enumerate(means) for b in means[:i]]
    assert min(gaps) > 12


def test_arrested_bone_is_hatched_and_resting_bone_is_even() -> None:
    def unevenness(state: int) -> float:
        patch, stain = Patch.of(flat_bone(state)), stain_of("schematic")
        image = relief_image(patch, 0, stain, palette_of("light"), width=320)
        return float(image.std(axis=(0, 1)).max())

    assert unevenness(4) > 15
    assert unevenness(0) < 1


def test_a_slope_that_faces_north_west_is_brighter() -> None:
    y, x = np.mgrid[:60, :60]
    hill = 60 * np.exp(-((x - 30) ** 2 + (y - 30) ** 2) / 60.0)
    enlarge = Enlarger(60, 60, 240)
    light = shade(hill, np.zeros((60, 60), bool), enlarge, 10.0)
    assert light[4 * 34, 4 * 26] > 1.02 > 0.9 > light[4 * 26, 4 * 34]


def test_smoothing_keeps_the_mean_and_is_periodic() -> None:
    matrix = spread(20, (np.arange(100) + 0.5) / 5, 0.8)
    assert np.allclose(matrix.sum(axis=1), 1, atol=1e-5)
    ring = np.roll(np.eye(20)[0], 0)
    assert (matrix @ ring)[0] == pytest.approx((matrix @ ring)[4], abs=1e-6)
    assert (matrix @ ring)[-1] > 0.01


@pytest.mark.parametrize(
    ("name", "population"),
    [
        ("osteoclast", "osteoclast"),
        ("precursor", "osteoclast_precursor"),
        ("osteoblast", "osteoblast"),
        ("progenitor", "msc"),
    ],
)
def test_every_living_cell_has_one_glyph(
    bone: SimpleNamespace, ax: Axes, name: str, population: str
) -> None:
    other = ax.figure.add_axes((0, 0, 1, 1))
    surface_map(ax, bone, "front")
    surface_map(other, bone, "back")
    assert shapes(ax, name) + shapes(other, name) == len(bone.populations[population]) > 0
    sites = bone.populations[population].live["site"]
    assert shapes(ax, name) == (sites < bone.trabecula.n_columns).sum()


def test_only_calling_osteocytes_have_a_star(small_patch: SimpleNamespace, ax: Axes) -> None:
    other = ax.figure.add_axes((0, 0, 1, 1))
    surface_map(ax, small_patch, "front")
    surface_map(other, small_patch, "back")
    calling = small_patch.populations["osteocyte"].live["calling"] > 0.5
    stars = [shapes(one, "calling osteocyte") for one in (ax, other)]
    assert sum(stars) == calling.sum() > 0


def test_an_osteoclast_covers_two_and_a_half_sites_per_nucleus(ax: Axes) -> None:
    model = fake_bone(40, 40)
    model.populations["osteoclast"].live = model.populations["osteoclast"].live[:1]
    model.populations["osteoclast"].live["nuclei"] = 8
    model.populations["osteoclast"].live["site"] = 820
    surface_map(ax, model)
    outline = next(one for one in ax.collections if one.get_gid() == "osteoclast")
    x, y = outline.get_paths()[0].vertices.T
    area = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2
    assert area == pytest.approx(8 * 2.5 * 100, rel=0.05)
    assert shapes(ax, "nucleus") == 8


def test_a_precursor_fills_as_nfatc1_rises(ax: Axes) -> None:
    model = fake_bone(40, 40)
    cells = model.populations["osteoclast_precursor"]
    cells.live = cells.live[:3]
    cells.live["site"], cells.live["nfatc1"] = [100, 300, 500], [0, 0.5, 1]
    surface_map(ax, model)
    faces = next(one for one in ax.collections if one.get_gid() == "precursor").get_facecolors()
    assert (np.diff(faces[:, 1]) < 0).all()


def test_backscatter_shows_no_cells_but_lacunae(bone: SimpleNamespace, ax: Axes) -> None:
    surface_map(ax, bone, stain="backscatter")
    assert not ax.collections
    section(ax, bone, 20, stain="backscatter")
    assert shapes(ax, "osteocyte") > 0 == shapes(ax, "osteoblast")


def test_marrow_is_shown_on_request(bone: SimpleNamespace, ax: Axes) -> None:
    surface_map(ax, bone, marrow=True)
    fat = bone.populations["adipocyte"].live["site"] < bone.trabecula.n_columns
    assert shapes(ax, "adipocyte") == fat.sum() > 0
    assert shapes(ax, "vessel") == (bone.trabecula.vessels < bone.trabecula.n_columns).sum()


# The section


def test_a_section_shows_the_osteoblasts_of_its_row(bone: SimpleNamespace, ax: Axes) -> None:
    y = liveliest_row(bone)
    section(ax, bone, y)
    sites = bone.populations["osteoblast"].live["site"]
    assert shapes(ax, "osteoblast") == ((sites // bone.trabecula.nx) % 40 == y).sum()


def test_a_section_has_one_scale_in_both_directions(bone: SimpleNamespace) -> None:
    figure = Figure(figsize=(7, 2), dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    section(ax, bone, 20)
    ax.apply_aspect()
    box = ax.get_window_extent()
    across, up = np.ptp(ax.get_xlim()) / box.width, np.ptp(ax.get_ylim()) / box.height
    assert across == pytest.approx(up, rel=1e-6)


def test_the_back_face_is_drawn_under_its_own_column(ax: Axes) -> None:
    model, nx = flat_bone(QUIESCENT, 20), 20
    model.trabecula.sites["state"].reshape(2, nx, nx)[1, 7, 4] = RESORPTION
    section(ax, model, 7)
    band = next(one for one in ax.collections if one.get_gid() == f"band {RESORPTION}")
    line = band.get_segments()[0]
    assert 10 * (nx - 1 - 4) - 4 <= line[:, 0].min() <= line[:, 0].max() <= 10 * (nx - 4) + 4
    assert np.allclose(line[:, 1], 190, atol=1)


def test_marrow_is_seen_through_a_hole(ax: Axes) -> None:
    model, nx = flat_bone(QUIESCENT, 20), 20
    bone = model.trabecula
    bone.sites["state"].reshape(2, nx, nx)[0, :, 8:12] = HOLE
    bone.sites["state"].reshape(2, nx, nx)[1, :, 8:12] = HOLE
    section(ax, model, 7)
    image = ax.images[0].get_array()
    middle = image[image.shape[0] // 2]
    assert tuple(middle[image.shape[1] // 2]) == (0xFB, 0xF5, 0xEC)
    assert tuple(middle[image.shape[1] // 8]) != (0xFB, 0xF5, 0xEC)


def test_no_osteocyte_floats_in_the_marrow(small_patch: SimpleNamespace, ax: Axes) -> None:
    y = liveliest_row(small_patch)
    section(ax, small_patch, y)
    lacunae = next(one for one in ax.collections if one.get_gid() == "osteocyte")
    middles = np.array([path.vertices.mean(axis=0) for path in lacunae.get_paths()])
    top, bottom = Patch.of(small_patch).row_um(y)
    column = np.clip(middles[:, 0] / 10, 0, 99).astype(int)
    assert (middles[:, 1] < top[column] + 12).all()
    assert (middles[:, 1] > bottom[column] - 12).all()


def test_part_of_a_row_can_be_drawn(small_patch: SimpleNamespace, ax: Axes) -> None:
    section(ax, small_patch, 50, x_um=(200, 700))
    assert ax.get_xlim() == (200, 700)


def test_a_packet_falls_into_one_age_bin() -> None:
    years = np.concatenate([age + np.linspace(0, 0.3, 9) for age in (1.0, 4.2, 9.0, 16.5, 25.0)])
    bins = np.digitize(age_position(years), age_edges(years)).reshape(5, 9)
    assert (bins == bins[:, :1]).all()
    assert len(set(bins[:, 0])) == 5


# Seams and labels


def seam_bone() -> SimpleNamespace:
    """Return a plate whose outer 20 um were laid on days 0, 10, 20, 30 of the last 40."""
    model = flat_bone(QUIESCENT)
    bone = model.trabecula
    start = model.day - 40
    bone.born[:, 54:58] = start + np.array([0, 10, 20, 30])
    bone.born[:, 38:42] = start + np.array([30, 20, 10, 0])
    bone.sites["formed_day"] = model.day
    return model


@pytest.mark.parametrize("face", [0, 1])
def test_osteoid_is_what_is_younger_than_20_days(face: int) -> None:
    model = seam_bone()
    seam = osteoid_um(Patch.of(model).layers(face), model.day)
    assert np.allclose(seam, 5.0)


@pytest.mark.parametrize("face", [0, 1])
@pytest.mark.parametrize(("ago", "depth"), [(30, 15.0), (25, 12.5), (10, 5.0)])
def test_a_label_lies_where_the_surface_was_on_its_day(face: int, ago: int, depth: float) -> None:
    model = seam_bone()
    patch = Patch.of(model)
    formed = patch.sites["formed_day"][face]
    found = label_depth_um(patch.layers(face), formed, model.day - ago)
    assert np.allclose(found, depth, atol=0.5)


def test_resting_bone_takes_no_label() -> None:
    model = flat_bone(QUIESCENT)
    patch = Patch.of(model)
    formed = patch.sites["formed_day"][0]
    assert np.isnan(label_depth_um(patch.layers(0), formed, model.day - 10)).all()


def test_labels_are_drawn_in_tetracycline_only(ax: Axes) -> None:
    model = seam_bone()
    section(ax, model, 3, "tetracycline", labels=(model.day - 30, model.day - 10))
    lines = [one for one in ax.collections if one.get_gid() == "label"]
    assert sum(len(one.get_segments()) for one in lines) == 2 * 2 * 3
    ax.clear()
    section(ax, model, 3)
    assert not [one for one in ax.collections if one.get_gid() == "label"]


# Signals


def test_a_field_is_logarithmic_where_its_range_exceeds_30() -> None:
    assert Scale.of(np.array([1.0, 20.0])) == Scale(1.0, 20.0, False)
    scale = Scale.of(np.array([0.0, 0.5, 400.0]))
    assert scale.log and 0 < scale.low <= 0.5
    assert np.isfinite(scale.position(np.array([0.0, 400.0]))).all()
    assert np.isfinite(Scale.of(np.zeros(3)).position(np.zeros(3))).all()


def test_a_field_map_names_unit_and_range(bone: SimpleNamespace, ax: Axes) -> None:
    field_map(ax, bone, "RANKL", "back", theme="dark")
    words = [text.get_text() for text in ax.texts]
    assert any("RANKL (pM" in word for word in words)
    assert "back face" in words


def test_damage_is_a_field_too(bone: SimpleNamespace, ax: Axes) -> None:
    field_map(ax, bone, "damage")
    values, unit = field_values(bone, "damage")
    assert values.shape == (2, 40, 40) and unit == "relative"
    assert np.array_equal(values[0], values[1][:, ::-1])


# Wrong input


@pytest.mark.parametrize("y", [-1, 40, 3.5, True, np.nan, np.inf, None, "3"])
def test_a_row_outside_the_patch_is_refused(bone: SimpleNamespace, ax: Axes, y: object) -> None:
    with pytest.raises(ValueError, match="choose a row from 0 to 39"):
        section(ax, bone, y)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda ax, m: surface_map(ax, m, "top"), "choose one of front, back"),
        (lambda ax, m: surface_map(ax, m, stain="goldnr"), "did you mean 'goldner'"),
        (lambda ax, m: surface_map(ax, m, theme="blue"), "choose one of light, dark"),
        (lambda ax, m: surface_map(ax, m, cut_y=99), "choose a row from 0 to 39"),
        (lambda ax, m: surface_map(ax, m, stain="tetracycline", labels=(9, 3)), "in order"),
        (lambda ax, m: section(ax, m, 3, x_um=(300, 100)), "from 0 to 400 um"),
        (lambda ax, m: section(ax, m, 3, x_um=(-5, 100)), "from 0 to 400 um"),
        (lambda ax, m: section(ax, m, 3, x_um=(0, np.nan)), "from 0 to 400 um"),
        (lambda ax, m: section(ax, m, 3, z_um=(9, 9)), "in order"),
        (lambda ax, m: section(ax, m, 3, labels=(1, m.day + 1)), "not after day"),
        (lambda ax, m: field_map(ax, m, "RANK"), "choose one of RANKL"),
    ],
)
def test_wrong_input_is_named(bone: SimpleNamespace, ax: Axes, draw: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        draw(ax, bone)  # type: ignore[operator]


def test_a_sheet_with_a_wrong_row_leaves_no_file(bone: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose a row"):
        sheet(bone, tmp_path / "x.png", y=400)
    assert not list(tmp_path.iterdir())


# Whole figures


def arrays_of(model: SimpleNamespace) -> list[np.ndarray]:
    bone = model.trabecula
    cells = [population.live for population in model.populations.values()]
    return [bone.sites, bone.born, bone.damage, bone.vessels, *cells]


def test_drawing_changes_nothing_and_repeats_itself(bone: SimpleNamespace, tmp_path: Path) -> None:
    before = copy.deepcopy(arrays_of(bone))
    for name in ("a.png", "b.png"):
        sheet(bone, tmp_path / name)
    assert all(np.array_equal(a, b) for a, b in zip(before, arrays_of(bone), strict=True))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("stain", STAINS)
@pytest.mark.parametrize("theme", PALETTES)
def test_a_sheet_in_every_stain_and_theme(
    bone: SimpleNamespace, tmp_path: Path, stain: str, theme: str
) -> None:
    sheet(bone, tmp_path / "x.png", y=5, theme=theme, stain=stain)
    assert (tmp_path / "x.png").stat().st_size > 20_000


def test_the_stains_differ(bone: SimpleNamespace) -> None:
    means = [face_colours(bone, stain) for stain in STAINS]
    assert min(np.abs(a - b).max() for i, a in enumerate(means) for b in means[:i]) > 8


def test_a_sheet_of_the_small_patch(small_patch: SimpleNamespace, tmp_path: Path) -> None:
    sheet(small_patch, tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 20_000


def test_a_page_has_the_pixels_that_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dpi in (FEW, 192):
        monkeypatch.setattr(page, "DPI", dpi)
        page.Page(480, 96, palette_of("light")).save(tmp_path / "x.png")
        assert image.imread(tmp_path / "x.png").shape[:2] == (dpi, 5 * dpi)


def test_a_stains_sheet(bone: SimpleNamespace, tmp_path: Path) -> None:
    stains_sheet(bone, tmp_path / "x.png", theme="dark")
    assert (tmp_path / "x.png").stat().st_size > 20_000


def test_a_bone_without_cells_can_be_drawn(tmp_path: Path) -> None:
    for state in (QUIESCENT, HOLE):
        sheet(flat_bone(state), tmp_path / f"{state}.svg", y=0)
        assert (tmp_path / f"{state}.svg").exists()


def test_of_a_wide_patch_the_liveliest_part_is_shown() -> None:
    model = flat_bone(QUIESCENT, 200)
    model.trabecula.sites["state"].reshape(2, 200, 200)[0, 90, 150:190] = RESORPTION
    assert liveliest_row(model) == 90
    left, right = liveliest_part(model, 90, 1000)
    assert right - left == 1000 and left <= 1500 and right >= 1900


def test_words_and_round_numbers() -> None:
    assert month_of(852) == "Month 28"
    assert month_of(-60) == "Month −2"
    assert [bar_length_um(width) for width in (400, 1000, 2000)] == [50, 200, 200]
    assert label_days(None, 100) == (62, 90)


# The command


@pytest.fixture
def stored(bone: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot whose model is the made-up one."""
    home = ModuleType("bmu_abm.model")
    home.BoneModel = SimpleNamespace(restore=lambda snapshot: bone)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bmu_abm.model", home)
    np.savez_compressed(tmp_path / "s.npz", meta=np.zeros(3, np.uint8))
    return tmp_path / "s.npz"


def test_the_command_draws_a_snapshot(stored: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.png"
    assert main([str(stored), "--out", str(out), "--stain", "trap", "--y", "4"]) == 0
    assert out.stat().st_size > 50_000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--y", "99"], "choose a row from 0 to 39"),
        (["--y", "x"], "invalid int"),
        (["--stain", "blue"], "invalid choice"),
        (["--labels", "5", "2"], "in order"),
        (["--out", "/no/such/folder/x.png"], "no such folder"),
        (["--out", "x.nonsense"], "nonsense"),
    ],
)
def test_the_command_names_what_is_wrong_in_one_line(
    stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture, change: list[str], words: str
) -> None:
    assert main([str(stored), "--out", str(tmp_path / "x.png"), *change]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


@pytest.mark.parametrize("content", [None, b"", b"not a snapshot", b"PK\x03\x04broken"])
def test_the_command_refuses_what_is_no_snapshot(
    tmp_path: Path, capsys: pytest.CaptureFixture, content: bytes | None
) -> None:
    path = tmp_path / "s.npz"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path), "--out", str(tmp_path / "x.png")]) == 2
    said = capsys.readouterr().err
    assert "s.npz" in said and said.count("\n") == 1
