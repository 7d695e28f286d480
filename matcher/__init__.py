"""The decision: desk, problem, rules, solvers, checker, explanations. Pure."""

import os

# Numpy's linear algebra starts a thread for every processor as soon as it is loaded; nothing here multiplies matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
