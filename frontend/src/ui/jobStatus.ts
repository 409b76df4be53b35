/** Colour of a job's status in MUI's palette. */
export function statusColour(status: string): 'success' | 'error' | 'info' | 'warning' | 'default' {
  switch (status) {
    case 'SUCCEEDED':
      return 'success';
    case 'FAILED':
      return 'error';
    case 'RUNNING':
      return 'info';
    case 'CANCELLED':
      return 'warning';
    default:
      return 'default';
  }
}
