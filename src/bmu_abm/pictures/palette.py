"""The colours of the page, of the tissue and of the cells, in a light and a dark theme."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colour codes of one theme.

    Attributes
    ----------
    states : tuple of str
        By surface state: resting, resorption, reversal, formation, arrested, hole, defect.
    ages : tuple of str
        Ramp of bone age, 0 to 30 years, even in the square root of the age.
    """

    name: str
    page: str
    card: str
    halo: str
    text: str
    text2: str
    hairline: str
    strong: str
    accent: str
    on_accent: str
    tint: str
    states: tuple[str, ...]
    osteoclast: str
    precursor: str
    osteoblast: str
    progenitor: str
    osteocyte: str
    calling: str
    lining: str
    adipocyte: str
    adipocyte_rim: str
    vessel: str
    marrow: str
    speckle: str
    ages: tuple[str, ...]

    @property
    def resting(self) -> str:
        """Colour of resting bone."""
        return self.states[0]


STATE_NAMES = ("resting", "resorption", "reversal", "formation", "arrested", "hole", "defect")

LIGHT = Palette(
    name="light",
    page="#F6F5F2",
    card="#FFFFFF",
    halo="#FFFFFF",
    text="#1F2933",
    text2="#55606E",
    hairline="#E3E5E8",
    strong="#CBD0D6",
    accent="#0F6E78",
    on_accent="#FFFFFF",
    tint="#E7F1F2",
    states=("#E9E2D3", "#B8371C", "#F0A51E", "#3E8BD3", "#8B8583", "#20242C", "#7E5FA6"),
    osteoclast="#43083E",
    precursor="#C77FE0",
    osteoblast="#2450C4",
    progenitor="#2AB194",
    osteocyte="#2E2D1C",
    calling="#20242C",
    lining="#87919C",
    adipocyte="#FFEB9A",
    adipocyte_rim="#C9A640",
    vessel="#D8503B",
    marrow="#FBF5EC",
    speckle="#D9C8BC",
    ages=("#FBF1D6", "#E6C58F", "#B98357", "#7E5340", "#4A3330"),
)
DARK = Palette(
    name="dark",
    page="#121519",
    card="#1A1E24",
    halo="#12151A",
    text="#E6E9ED",
    text2="#A3ADB8",
    hairline="#2B3038",
    strong="#414852",
    accent="#4FC3CF",
    on_accent="#08262A",
    tint="#1D3236",
    states=("#63605E", "#D25318", "#F6C84A", "#7199F0", "#CDD3CA", "#07090C", "#9A5FB8"),
    osteoclast="#D867E3",
    precursor="#8F3C82",
    osteoblast="#D8EEFF",
    progenitor="#00AE8E",
    osteocyte="#1C1A17",
    calling="#FFFFFF",
    lining="#87919C",
    adipocyte="#F3E584",
    adipocyte_rim="#B7A75A",
    vessel="#CA2A25",
    marrow="#20242A",
    speckle="#3A3F47",
    ages=("#F3E6C4", "#CDAA78", "#98694A", "#664538", "#402F2E"),
)
PALETTES = {palette.name: palette for palette in (LIGHT, DARK)}


def palette_of(theme: str) -> Palette:
    """Return the palette of a theme.

    Raises
    ------
    ValueError
        If the theme is neither "light" nor "dark".
    """
    if theme not in PALETTES:
        raise ValueError(f"theme is {theme!r}: choose one of {', '.join(PALETTES)}")
    return PALETTES[theme]
