"""The carriage: everything that touches Kafka and Redis."""
