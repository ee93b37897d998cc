"""Seeded scenes of emoji on named backgrounds, with exact masks and captions."""
