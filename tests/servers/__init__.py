"""What tests start and wait for: ports, servers, outcomes that come soon."""
