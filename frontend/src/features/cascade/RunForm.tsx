import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import type { SyntheticEvent, ReactNode } from 'react';

import { useStore } from '../../lib/store';
import { Fold } from '../../ui/Fold';
import { BoltIcon } from '../../ui/icons';

import { draftStore, EMPTY_DRAFT, MAX_NAME_LENGTH, removeOutage, validateDraft } from './draft';
import type { DraftProblems, RunDraft } from './draft';
import { AutoPick } from './first/AutoPick';
import { CandidateList } from './first/CandidateList';
import { RiskBadge } from './first/RiskBadge';
import { ScenarioPicker } from './scenario/ScenarioPicker';
import { SettingsEditor } from './scenario/SettingsEditor';
import { useStartRun } from './useStartRun';

interface Props {
  /** Finds assets to add; belongs to another feature. */
  search: ReactNode;
  permissions: ReadonlySet<string>;
  username: string | null;
  centre: { lat: number; lon: number };
  isPicking: boolean;
  onPicking: (isPicking: boolean) => void;
  onSelect: (assetId: string) => void;
  onStarted: (runId: string) => void;
}

/** Puts a cascade run together and starts it. */
export function RunForm({ search, permissions, username, centre, isPicking, onPicking, onSelect, onStarted }: Props) {
  const draft = useStore(draftStore);
  const [isSubmitted, setSubmitted] = useState(false);
  const { start, isStarting, refusal, forget } = useStartRun();
  const checked = validateDraft(draft);
  const problems: DraftProblems = 'problems' in checked && isSubmitted ? checked.problems : {};
  const canRun = permissions.has('cascade.add_cascaderun');

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setSubmitted(true);
    forget();
    if ('problems' in checked) return;
    const runId = await start(checked);
    if (runId === null) return;
    draftStore.set(EMPTY_DRAFT);
    onPicking(false);
    onStarted(runId);
  };
  const refusedOutages = refusal?.field === 'outages' ? refusal.message : undefined;

  return (
    <Box component="form" noValidate onSubmit={(event) => void submit(event)} aria-label="New cascade run" data-testid="run-form">
      <RiskBadge onSelect={onSelect} />
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
        Fail substations, buses or lines and see which overloads follow, wave by wave, until the grid settles.
      </Typography>
      <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap' }}>
        <Typography variant="h3" component="h2" color="textSecondary" sx={{ flex: 1 }}>
          Initial outages
        </Typography>
        <AutoPick onSelect={onSelect} />
      </Box>
      {search}
      <FormControlLabel
        control={<Switch size="small" checked={isPicking} onChange={(event) => onPicking(event.target.checked)} />}
        label={<Typography variant="caption">Add by clicking substations and lines on the map</Typography>}
        sx={{ my: 0.5 }}
      />
      <Outages draft={draft} problem={problems['outages'] ?? refusedOutages} />
      <CandidatesFold draft={draft} canMeasure={permissions.has('cascade.add_centralityrun')} onSelect={onSelect} />
      <Typography variant="h3" component="h2" color="textSecondary" sx={{ mt: 1.5, mb: 1 }}>
        Under what
      </Typography>
      <ScenarioPicker permissions={permissions} username={username} problem={problems['scenario']} />
      <SettingsEditor problems={problems} centre={centre} />
      <TextField
        label="Name (optional)"
        fullWidth
        value={draft.name}
        onChange={(event) => draftStore.set((previous) => ({ ...previous, name: event.target.value }))}
        error={refusal?.field === 'name'}
        helperText={refusal?.field === 'name' ? refusal.message : undefined}
        slotProps={{ htmlInput: { maxLength: MAX_NAME_LENGTH } }}
        sx={{ mt: 1.5 }}
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
          loading={isStarting}
          loadingPosition="start"
          data-testid="run-cascade"
        >
          Run cascade
        </Button>
        <Button color="inherit" onClick={() => draftStore.set(EMPTY_DRAFT)} disabled={isStarting}>
          Clear
        </Button>
      </Box>
    </Box>
  );
}

function Outages({ draft, problem }: { draft: RunDraft; problem: string | undefined }) {
  const isEmpty = draft.outages.length === 0;
  const none = draft.scenario === null ? 'None chosen yet.' : 'None beside what the scenario takes out.';
  return (
    <>
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
        {isEmpty && (
          <Typography component="li" variant="caption" color={problem === undefined ? 'textSecondary' : 'error'}>
            {problem ?? none}
          </Typography>
        )}
      </Box>
      {!isEmpty && problem !== undefined && (
        <Typography variant="caption" color="error" role="alert" component="p">
          {problem}
        </Typography>
      )}
    </>
  );
}

/** The ranking is asked for once it is opened. */
function CandidatesFold({ draft, canMeasure, onSelect }: { draft: RunDraft; canMeasure: boolean; onSelect: (assetId: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const chosen = useMemo(() => new Set(draft.outages.map(({ assetId }) => assetId)), [draft.outages]);
  return (
    <Fold summary={<span>Choose from a ranking: what could fail first</span>} onToggle={setOpen} testId="candidates-fold">
      {isOpen && <CandidateList canMeasure={canMeasure} chosen={chosen} onSelect={onSelect} />}
    </Fold>
  );
}
