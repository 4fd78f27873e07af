"""How the results of the larger commands look on a terminal: one module for each."""
