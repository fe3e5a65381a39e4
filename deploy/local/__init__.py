"""The embedded stack: real MongoDB, Kafka, Caddy and a mail catcher on one machine, without Docker and without root.

`artifacts` gets the pinned programs, one module for each program says how it is configured and started,
`supervision` keeps them running, `system` puts them together. Nothing here knows what the services do.
"""
