"""Messages and services of `turnout.control.v1`, generated from protos/turnout/control/v1."""
