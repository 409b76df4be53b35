import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';

import type { Problem } from '../../../lib/graphql/errors';

interface Props {
  label: string;
  submit: string;
  isBusy: boolean;
  /** What the server says against it. */
  problem: Problem | null;
  /** What is wrong with what was typed; null: nothing, or it was not sent yet. */
  fault: string | null;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** The form of a new study. */
export function FormFrame({ label, submit, isBusy, problem, fault, onSubmit, onClose, children }: Props) {
  return (
    <Box
      component="form"
      noValidate
      aria-label={label}
      data-testid="study-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      sx={{ borderTop: 1, borderColor: 'divider', mt: 1, pt: 1, displayPrint: 'none' }}
    >
      {children}
      {problem !== null && (
        <Alert severity="error" variant="outlined" data-code={problem.code} sx={{ my: 1 }}>
          {problem.message}
        </Alert>
      )}
      {fault !== null && (
        <Alert severity="warning" variant="outlined" sx={{ my: 1 }}>
          {fault}
        </Alert>
      )}
      <Box sx={{ display: 'flex', gap: 1, mt: 1 }}>
        <Button type="submit" variant="contained" disabled={isBusy} data-testid="start-study">
          {submit}
        </Button>
        <Button onClick={onClose}>Close</Button>
      </Box>
    </Box>
  );
}

export const MEND = 'Something above is missing or out of range: see the fields in red.';
