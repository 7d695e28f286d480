"""The local ground: embedded Kafka and Valkey, the supervisor, the doctor."""
