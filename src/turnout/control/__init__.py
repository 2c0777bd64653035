"""The control plane: who may change what, by RPC."""
