import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { SyntheticEvent, ReactNode } from 'react';
import { useMutation } from 'urql';

import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';
import { useStore } from '../../lib/store';
import { BoltIcon } from '../../ui/icons';

import { draftStore, EMPTY_DRAFT, MAX_NAME_LENGTH, removeOutage, validateDraft } from './draft';
import type { DraftProblems } from './draft';
import { StartCascadeRunMutation } from './queries';

interface Props {
  /** Finds assets to add; belongs to another feature. */
  search: ReactNode;
  /** Whether the account may start runs. */
  canRun: boolean;
  isPicking: boolean;
  onPicking: (isPicking: boolean) => void;
  onStarted: (runId: string) => void;
}

/** Puts a cascade run together and starts it. */
export function RunForm({ search, canRun, isPicking, onPicking, onStarted }: Props) {
  const draft = useStore(draftStore);
  const [isSubmitted, setSubmitted] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [{ fetching }, start] = useMutation(StartCascadeRunMutation);
  const checked = validateDraft(draft);
  const problems: DraftProblems = 'problems' in checked && isSubmitted ? checked.problems : {};
  const fieldProblem = (field: string): string | undefined =>
    refusal?.field === field ? refusal.message : undefined;

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setSubmitted(true);
    setRefusal(null);
    if ('problems' in checked) return;
    const result = await start({ input: checked.input });
    if (result.error !== undefined) setRefusal(problemOf(result.error));
    else if (result.data?.startCascadeRun.__typename === 'OperationInfo') {
      setRefusal(problemOfInfo(result.data.startCascadeRun));
    } else if (result.data?.startCascadeRun.__typename === 'CascadeRun') {
      draftStore.set(EMPTY_DRAFT);
      onPicking(false);
      onStarted(result.data.startCascadeRun.runId);
    }
  };

  return (
    <Box component="form" noValidate onSubmit={(event) => void submit(event)} aria-label="New cascade run" data-testid="run-form">
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
        Fail substations, buses or lines and see which overloads follow, wave by wave, until the grid settles.
      </Typography>
      <Typography variant="h3" component="h2" color="textSecondary" sx={{ mb: 0.75 }}>
        Initial outages
      </Typography>
      {search}
      <FormControlLabel
        control={<Switch size="small" checked={isPicking} onChange={(event) => onPicking(event.target.checked)} />}
        label={<Typography variant="caption">Add by clicking substations and lines on the map</Typography>}
        sx={{ my: 0.5 }}
      />
      <Box
        component="ul"
        aria-label="Initial outages"
        data-testid="draft-outages"
        sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', gap: 0.5, minHeight: 28, maxHeight: 148, overflowY: 'auto' }}
      >
        {draft.outages.map((outage) => (
          <li key={outage.assetId}>
            <Chip
              label={outage.name === outage.assetId ? outage.name : `${outage.name} (${outage.assetId})`}
              onDelete={() => removeOutage(outage.assetId)}
              slotProps={{ root: { 'aria-label': `${outage.name}, ${outage.assetId}. Delete removes it.` } }}
              sx={{ maxWidth: 330 }}
            />
          </li>
        ))}
        {draft.outages.length === 0 && (
          <Typography component="li" variant="caption" color={problems.outages === undefined ? 'textSecondary' : 'error'}>
            {problems.outages ?? 'None chosen yet.'}
          </Typography>
        )}
      </Box>
      {(fieldProblem('outages') ?? (draft.outages.length > 0 ? problems.outages : undefined)) !== undefined && (
        <Typography variant="caption" color="error" role="alert" component="p">
          {fieldProblem('outages') ?? problems.outages}
        </Typography>
      )}
      <Box sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 1, mt: 1.5 }}>
        <MultiplierField
          label="Load multiplier"
          value={draft.loadMultiplier}
          problem={problems.loadMultiplier ?? fieldProblem('loadMultiplier')}
          onChange={(loadMultiplier) => draftStore.set((previous) => ({ ...previous, loadMultiplier }))}
        />
        <MultiplierField
          label="Rating multiplier"
          value={draft.ratingMultiplier}
          problem={problems.ratingMultiplier ?? fieldProblem('ratingMultiplier')}
          onChange={(ratingMultiplier) => draftStore.set((previous) => ({ ...previous, ratingMultiplier }))}
        />
      </Box>
      <TextField
        label="Name (optional)"
        fullWidth
        value={draft.name}
        onChange={(event) => draftStore.set((previous) => ({ ...previous, name: event.target.value }))}
        error={fieldProblem('name') !== undefined}
        helperText={fieldProblem('name')}
        slotProps={{ htmlInput: { maxLength: MAX_NAME_LENGTH } }}
        sx={{ mt: 1 }}
      />
      {refusal !== null && (
        <Alert severity="error" variant="outlined" sx={{ mt: 1.25 }} data-testid="run-refused" data-code={refusal.code}>
          {refusal.message}
        </Alert>
      )}
      {!canRun && (
        <Alert severity="info" variant="outlined" sx={{ mt: 1.25 }} data-testid="may-not-run">
          Your account may look at runs but not start them.
        </Alert>
      )}
      <Box sx={{ display: 'flex', gap: 1, mt: 1.5 }}>
        <Button
          type="submit"
          variant="contained"
          color="warning"
          startIcon={<BoltIcon />}
          disabled={!canRun}
          loading={fetching}
          loadingPosition="start"
          data-testid="run-cascade"
        >
          Run cascade
        </Button>
        <Button color="inherit" onClick={() => draftStore.set(EMPTY_DRAFT)} disabled={fetching}>
          Clear
        </Button>
      </Box>
    </Box>
  );
}

interface MultiplierProps {
  label: string;
  value: string;
  problem: string | undefined;
  onChange: (text: string) => void;
}

function MultiplierField({ label, value, problem, onChange }: MultiplierProps) {
  return (
    <TextField
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={problem !== undefined}
      helperText={problem ?? ' '}
      slotProps={{ htmlInput: { inputMode: 'decimal', maxLength: 12, 'aria-label': label } }}
    />
  );
}
