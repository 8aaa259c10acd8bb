"""Does the model hold? Pooled studies beside what histomorphometry and cohorts have found.

`python -m bmu_abm.validation STUDY` runs one and writes its page, table and figure.
"""
