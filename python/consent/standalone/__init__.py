"""What travels in every bundle: a check that needs Python alone, and the format described."""
