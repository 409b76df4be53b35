import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { useQuery } from 'urql';

import { formatQuantity } from '../../../lib/format';

import { RunChoicesQuery } from './queries';

interface Props {
  label: string;
  runId: string | null;
  onRun: (runId: string) => void;
}

/** One of the newest runs that have finished. */
export function RunChooser({ label, runId, onRun }: Props) {
  const id = useId();
  const [{ data }] = useQuery({ query: RunChoicesQuery, requestPolicy: 'cache-and-network' });
  const runs = data?.cascadeRuns.edges.map(({ node }) => node).filter((node) => node.totalShedMw !== null) ?? [];
  const isListed = runs.some((run) => run.runId === runId);
  return (
    <TextField id={id} select fullWidth label={label} value={runId ?? ''} onChange={(event) => onRun(event.target.value)} slotProps={{ htmlInput: { 'data-testid': `choose-${label}` } }}>
      {runId !== null && !isListed && <MenuItem value={runId}>Run {runId}</MenuItem>}
      {runs.map((run) => (
        <MenuItem key={run.id} value={run.runId}>
          {run.runId}: {run.name} ({formatQuantity(run.totalShedMw, 'MW', 0)} lost)
        </MenuItem>
      ))}
    </TextField>
  );
}
