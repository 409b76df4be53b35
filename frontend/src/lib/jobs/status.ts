const FINAL: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

export function isFinished(status: string): boolean {
  return FINAL.has(status);
}
