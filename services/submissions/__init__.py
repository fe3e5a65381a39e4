"""The submissions service: people, contests, entries and the receipt desk, from draft to accepted entry."""
