"""The AWS emulator of rel9's end-to-end tests: moto, with the operations that moto lacks."""
