"""The judging service: blind written marking, the live final, the score log, results and their publication."""
