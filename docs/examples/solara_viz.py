"""A trabecula in Mesa's own SolaraViz: ``solara run docs/examples/solara_viz.py``.

It shows that a BoneModel is a Mesa model like any other. `bmu app` draws far faster and does more.
"""

import solara
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from bmu_abm.model import BoneModel
from bmu_abm.pictures.palette import palette_of
from bmu_abm.scenario import Scenario

COLOURS = ListedColormap(palette_of("light").states)


class SmallBone(BoneModel):
    """A tiny patch of fresh bone; SolaraViz makes it anew from these arguments."""

    def __init__(self, load: float = 1.0, seed: int = 1) -> None:
        settings = {"patch": '"tiny"', "host.load": str(load)}
        super().__init__(Scenario.load("healthy").with_settings(settings), rng=seed)


@solara.component
def Surface(model: BoneModel) -> None:
    """The front face, by the state of each site."""
    update_counter.get()  # draw again after every step
    figure = Figure(figsize=(4, 4))
    axes = figure.add_subplot(title=f"day {model.day}", xlabel="site", ylabel="site")
    state = model.trabecula.face("state")[0]
    axes.imshow(state, cmap=COLOURS, vmin=0, vmax=COLOURS.N - 1, origin="lower")
    solara.FigureMatplotlib(figure)


LOAD = Slider("Load", value=1.0, min=0.5, max=1.5, step=0.1)
model = SmallBone()
page = SolaraViz(model, components=[Surface], model_params={"load": LOAD}, name="Trabecula")
