"""Lessons: a class predicts, runs, observes and explains; the model computes the answers."""
