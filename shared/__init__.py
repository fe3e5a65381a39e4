"""The kit and the published language that the three services share. It knows no service."""
