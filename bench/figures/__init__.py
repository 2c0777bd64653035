"""One module a figure; each has `measure(workbench)`, which gives the figure's numbers."""
