"""The three services. They never import each other; events are how they talk."""
