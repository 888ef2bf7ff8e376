"""One module a technology. Adapters never import one another; `bootstrap` alone picks among them."""
