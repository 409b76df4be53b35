"""How much interruption the coming hours hold: expected customer-hours, part by part, and a score."""
