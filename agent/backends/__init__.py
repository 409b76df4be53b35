"""Other minds that answer: Snowflake Cortex, servers of the OpenAI protocol. Each emits `agent.events`."""
