"""One module (or package) a service: state, handlers, amendments and seeds. Each registers itself when imported."""
