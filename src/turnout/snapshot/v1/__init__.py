"""Messages of `turnout.snapshot.v1`, generated from protos/turnout/snapshot/v1."""
