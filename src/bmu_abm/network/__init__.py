"""The signalling network as data: what raises and lowers what, evaluated once a step."""
