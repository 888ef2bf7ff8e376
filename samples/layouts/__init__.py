"""Where things stand on the paper: one module for each family of layouts, chosen by name through `registry`."""
