/** Whether even the later estimate of an outage is past. */
export function isOverdue(outage: { estimatedRestorationP80At?: string | null; customersOut: number }, nowMs: number): boolean {
  return outage.customersOut > 0 && outage.estimatedRestorationP80At != null && Date.parse(outage.estimatedRestorationP80At) < nowMs;
}
