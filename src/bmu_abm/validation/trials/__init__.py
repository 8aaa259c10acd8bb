"""The scoreboard: what published trials found beside what the model does in the same arms.

`trials.csv` holds the published values, `arms.toml` the arms that the model can live, and
`rows.csv` how each value is read in an arm, or why it is not. `bmu validate` runs them.
"""
