import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import type { BranchColumns } from '../../lib/columns/layers';
import { formatNumber } from '../../lib/format';
import { isFinished } from '../../lib/jobs/status';
import { JobProgress } from '../../ui/JobProgress';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { LoadingComparison } from './LoadingComparison';
import { RunSummary } from './RunSummary';
import { TripTable, WaveTable } from './WaveTable';
import { draftStore } from './draft';
import type { RunColour } from './layers';
import type { CascadeRunDetail } from './queries';
import type { CascadeRunState } from './useCascadeRun';

export interface RunViewProps {
  runId: string;
  state: CascadeRunState;
  /** The wave shown; never beyond the last. */
  wave: number;
  colour: RunColour;
  branches: BranchColumns | null;
  onWave: (wave: number) => void;
  onColour: (colour: RunColour) => void;
  onSelect: (assetId: string) => void;
  /** Leave the run: back to the form. */
  onLeave: () => void;
}

/** One run: its inputs, its progress while it is computed, and then what it found. */
export function RunView(props: RunViewProps) {
  const { state, onLeave } = props;
  const { run, problem } = state;
  if (problem !== null) {
    return (
      <>
        <ErrorState title="The run could not be loaded" detail={problem.message} onRetry={state.retry} />
        <Box sx={{ textAlign: 'center' }}>
          <Button onClick={onLeave}>New run</Button>
        </Box>
      </>
    );
  }
  if (run === null) return <LoadingState label="Loading the run" minHeight={220} />;
  return (
    <Box component="article" aria-label={`Cascade run ${run.name}`} data-testid="run-view" data-run-id={run.runId}>
      <RunHeader run={run} onLeave={onLeave} onSelect={props.onSelect} />
      {!isFinished(run.job.status) && <JobProgress job={run.job} />}
      {run.job.status === 'FAILED' && (
        <Alert severity="error" variant="outlined" data-testid="run-failed" data-code={run.job.errorCode}>
          <strong>The run failed.</strong> {run.job.errorMessage || 'The server gave no reason.'}
        </Alert>
      )}
      {run.job.status === 'CANCELLED' && (
        <Alert severity="info" variant="outlined" data-testid="run-cancelled">
          The run was cancelled before it had a result.
        </Alert>
      )}
      {run.job.status === 'SUCCEEDED' && <RunOutcome {...props} run={run} />}
    </Box>
  );
}

function RunHeader({ run, onLeave, onSelect }: { run: CascadeRunDetail; onLeave: () => void; onSelect: (id: string) => void }) {
  const again = (): void => {
    draftStore.set({
      outages: run.outages.map(({ assetId, name }) => ({ assetId, name: name ?? assetId })),
      loadMultiplier: String(run.loadMultiplier),
      ratingMultiplier: String(run.ratingMultiplier),
      name: '',
    });
    onLeave();
  };
  return (
    <Box component="header" sx={{ mb: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="overline" component="p" color="textSecondary">
            Cascade run {run.runId}
          </Typography>
          <Typography variant="h2" sx={{ overflowWrap: 'anywhere' }}>
            {run.name}
          </Typography>
        </Box>
        <Button variant="outlined" color="inherit" onClick={again} data-testid="run-again">
          Change
        </Button>
        <Button variant="outlined" onClick={onLeave} data-testid="new-run">
          New
        </Button>
      </Box>
      <Typography variant="caption" component="p" color="textSecondary">
        Load × {formatNumber(run.loadMultiplier, 2)}, ratings × {formatNumber(run.ratingMultiplier, 2)}. Fails first:{' '}
        {run.outages.length === 0 && 'nothing by name'}
        {run.outages.slice(0, 6).map((outage, i) => (
          <span key={outage.assetId}>
            {i > 0 && ', '}
            <Button onClick={() => onSelect(outage.assetId)} sx={{ p: 0, minWidth: 0, fontWeight: 400, fontSize: 'inherit', verticalAlign: 'baseline' }}>
              {outage.name ?? outage.assetId}
            </Button>
          </span>
        ))}
        {run.outages.length > 6 && ` and ${run.outages.length - 6} more`}
      </Typography>
    </Box>
  );
}

function RunOutcome({ run, ...props }: RunViewProps & { run: CascadeRunDetail }) {
  const { state, wave, colour, branches } = props;
  if (run.totalShedMw == null) return <LoadingState label="Loading the result" minHeight={220} />;
  return (
    <>
      <RunSummary run={run} />
      <Part title="On the map">
        <ToggleButtonGroup
          exclusive
          fullWidth
          size="small"
          value={colour}
          onChange={(_event, next: RunColour | null) => next !== null && props.onColour(next)}
          aria-label="What the lines of the run are coloured by"
          sx={{ '& .MuiToggleButton-root': { py: 0.25, textTransform: 'none' } }}
        >
          <ToggleButton value="waves">Waves</ToggleButton>
          <ToggleButton value="base">Base loading</ToggleButton>
          <ToggleButton value="final">Final loading</ToggleButton>
        </ToggleButtonGroup>
        {state.isResultLoading && <LoadingState label="Loading the result for the map" minHeight={40} />}
        {state.resultProblem !== null && (
          <ErrorState title="The map of the run could not be loaded" detail={state.resultProblem} onRetry={state.retry} />
        )}
      </Part>
      <Part title="Waves">
        <WaveTable waves={run.waves} wave={wave} onWave={props.onWave} />
      </Part>
      <Part title={wave === 0 ? 'Initial outages' : `Tripped in wave ${wave}`}>
        <TripTable runId={run.runId} wave={wave} onSelect={props.onSelect} />
      </Part>
      {branches !== null && state.result !== null && (
        <Part title="Before and after">
          <LoadingComparison branches={branches} result={state.result} />
        </Part>
      )}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box component="section" sx={{ mt: 1.5 }}>
      <Typography variant="h3" component="h3" color="textSecondary" sx={{ mb: 0.5 }}>
        {title}
      </Typography>
      {children}
    </Box>
  );
}
