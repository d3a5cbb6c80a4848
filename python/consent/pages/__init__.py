"""What people read: pages rendered from reports, packs and records."""
