"""What the container image needs beside the system itself: its recipe, the health question, the secrets of a site."""
