"""From receptor to fate: what a cell makes of the signals at its site."""
