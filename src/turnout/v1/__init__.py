"""Messages of `turnout.v1`, generated from protos/turnout/v1; services only on demand."""
