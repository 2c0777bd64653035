"""The serving process, in parts: standard library and `turnout.engine` only, to stay lean."""
