import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { lazy, Suspense, useId } from 'react';

import type { BranchColumns, SubstationColumns } from '../../lib/columns/layers';
import { isFinished } from '../../lib/jobs/status';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { JobProgress } from '../../ui/JobProgress';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import type { RunColour } from './layers';
import type { CascadeRunDetail } from './queries';
import { OverviewPart } from './run/OverviewPart';
import { RunHeader } from './run/RunHeader';
import { RUN_PARTS } from './run/address';
import type { RunAddress } from './run/address';
import type { Trips } from './run/trips';
import type { CascadeRunState } from './useCascadeRun';

const WavesPart = lazy(() => import('./run/WavesPart').then((module) => ({ default: module.WavesPart })));
const FlowPart = lazy(() => import('./run/FlowPart').then((module) => ({ default: module.FlowPart })));
const ElementsPart = lazy(() => import('./run/ElementsPart').then((module) => ({ default: module.ElementsPart })));
const RegionsPart = lazy(() => import('./run/RegionsPart').then((module) => ({ default: module.RegionsPart })));
const EconomicsPart = lazy(() => import('./run/EconomicsPart').then((module) => ({ default: module.EconomicsPart })));
const CustomersPart = lazy(() => import('./run/CustomersPart').then((module) => ({ default: module.CustomersPart })));
const ExplanationPart = lazy(() => import('./run/ExplanationPart').then((module) => ({ default: module.ExplanationPart })));

export interface RunViewProps {
  runId: string;
  state: CascadeRunState;
  trips: { trips: Trips | null; problem: string | null; retry: () => void };
  /** Trips of the wave shown whose cause is not drawn; null: not known yet. */
  undrawnCount: number | null;
  /** The wave shown; never beyond the last. */
  wave: number;
  colour: RunColour;
  address: RunAddress;
  branches: BranchColumns | null;
  substations: SubstationColumns | null;
  permissions: ReadonlySet<string>;
  timeZone: string;
  onAddress: (change: Partial<RunAddress>) => void;
  onWave: (wave: number) => void;
  onColour: (colour: RunColour) => void;
  onSelect: (assetId: string) => void;
  /** Leave the run: back to the form. */
  onLeave: () => void;
  onOpen: (runId: string) => void;
  /** Null: the account may not use the assistant. */
  onAsk: ((question: string) => void) | null;
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
      <RunHeader
        key={run.runId}
        run={run}
        canRun={props.permissions.has('cascade.add_cascaderun')}
        onLeave={onLeave}
        onOpen={props.onOpen}
        onSelect={props.onSelect}
      />
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

function RunOutcome({ run, ...props }: RunViewProps & { run: CascadeRunDetail }) {
  const id = useId();
  const { address } = props;
  if (run.totalShedMw == null) return <LoadingState label="Loading the result" minHeight={220} />;
  const label = RUN_PARTS.find(({ key }) => key === address.part)?.label ?? '';
  return (
    <>
      <Tabs
        value={address.part}
        onChange={(_event, part: RunAddress['part']) => props.onAddress({ part })}
        variant="scrollable"
        scrollButtons="auto"
        allowScrollButtonsMobile
        aria-label="Parts of the run"
        sx={{ minHeight: 34, borderBottom: 1, borderColor: 'divider', '& .MuiTab-root': { minHeight: 34, py: 0, px: 1, minWidth: 0, fontSize: '0.8125rem' } }}
      >
        {RUN_PARTS.map((part) => (
          <Tab key={part.key} value={part.key} label={part.label} id={`${id}-${part.key}`} aria-controls={`${id}-panel`} data-testid={`part-${part.key}`} />
        ))}
      </Tabs>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${address.part}`} data-testid="run-part">
        <ErrorBoundary key={address.part} name={`${label} of the run`}>
          <Suspense fallback={<LoadingState label={`Loading ${label.toLowerCase()}`} minHeight={220} />}>
            <ShownPart {...props} run={run} />
          </Suspense>
        </ErrorBoundary>
      </div>
    </>
  );
}

function ShownPart({ run, ...props }: RunViewProps & { run: CascadeRunDetail }) {
  const { address, branches, substations, onSelect } = props;
  const { result } = props.state;
  const { trips, problem, retry } = props.trips;
  switch (address.part) {
    case 'overview':
      return <OverviewPart {...props} run={run} trips={trips} />;
    case 'waves':
      return <WavesPart {...props} run={run} result={result} trips={trips} problem={problem} onRetry={retry} />;
    case 'flow':
      return <FlowPart run={run} substations={substations} result={result} />;
    case 'elements':
      return <ElementsPart runId={run.runId} trips={trips} problem={problem} onRetry={retry} onSelect={onSelect} />;
    case 'regions':
      return <RegionsPart run={run} branches={branches} substations={substations} result={result} />;
    case 'economics':
      return <EconomicsPart run={run} />;
    case 'customers':
      return <CustomersPart run={run} onSelect={onSelect} />;
    case 'explanation':
      return (
        <ExplanationPart
          run={run}
          canExplain={props.permissions.has('cascade.add_decisionstudy')}
          timeZone={props.timeZone}
          onSelect={onSelect}
          onAsk={props.onAsk}
        />
      );
  }
}
