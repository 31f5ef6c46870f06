"""A small OpenID provider for one machine: real logins for the demo and the tests; not for production."""
