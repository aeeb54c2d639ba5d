"""The AWS that rel9's end-to-end tests talk to: moto, with the operations that moto lacks."""
