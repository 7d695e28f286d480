"""The decision: desk, problem, rules, solvers, checker, explanations. Pure."""
