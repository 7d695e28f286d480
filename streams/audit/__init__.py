"""The audit: reads the topics as anybody could, and judges whether every guarantee was kept."""
