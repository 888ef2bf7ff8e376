"""The queue in RabbitMQ: a quorum queue with publisher confirms, and a dead-letter queue beside it."""
