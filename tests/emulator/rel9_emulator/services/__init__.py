"""One module or package for each service: state, handlers, amendments and seeds. Each registers itself when imported."""
