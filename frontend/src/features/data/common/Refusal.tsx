import Alert from '@mui/material/Alert';

import { humanize } from '../../../lib/format';
import type { Problem } from '../../../lib/graphql/errors';

/** Why the server did not do what was asked, with the input at fault. */
export function Refusal({ problem, onClose }: { problem: Problem | null; onClose?: () => void }) {
  if (problem === null) return null;
  return (
    <Alert severity="error" variant="outlined" data-testid="refusal" data-code={problem.code} onClose={onClose} sx={{ my: 1 }}>
      {problem.field !== null && <strong>{humanize(problem.field)}: </strong>}
      {problem.message}
    </Alert>
  );
}
