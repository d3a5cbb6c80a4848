"""Files of other people: readers, layouts, maps, and how our own files are written."""
