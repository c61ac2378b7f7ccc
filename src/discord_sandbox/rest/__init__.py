"""Discord's REST API, one module to a resource."""
