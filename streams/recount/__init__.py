"""Reports counted again from the raw log, by code that shares nothing with the reports."""
