"""Processes on Kafka: the relay, read models elsewhere, messages that become commands, alerts."""
