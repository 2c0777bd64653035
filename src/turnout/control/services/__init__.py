"""What the RPCs do: one module a service, thin over the store and the releases."""
