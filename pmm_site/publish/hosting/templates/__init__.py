"""Templates of configuration files; <<name>> is filled in."""
