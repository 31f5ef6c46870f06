"""A small OpenID provider for one machine, so that the demo and the tests have real logins; never for real people."""
