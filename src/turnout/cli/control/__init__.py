"""Commands that ask the control plane; grpc is imported when one of them runs."""
