import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { formatNumber, formatQuantity, UNKNOWN } from '../../../lib/format';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { LoadingComparison } from '../LoadingComparison';
import { RunSummary } from '../RunSummary';
import { TripTable, WaveTable } from '../WaveTable';
import type { RunColour } from '../layers';
import type { CascadeRunDetail } from '../queries';
import type { CascadeRunState } from '../useCascadeRun';

import { ExportPart } from './ExportPart';
import { Part } from './Part';
import type { Trips } from './trips';

interface Props {
  run: CascadeRunDetail;
  state: CascadeRunState;
  wave: number;
  colour: RunColour;
  branches: BranchColumns | null;
  substations: SubstationColumns | null;
  trips: Trips | null;
  onWave: (wave: number) => void;
  onColour: (colour: RunColour) => void;
  onSelect: (assetId: string) => void;
}

/** The outcome of a run at a glance. */
export function OverviewPart(props: Props) {
  const { run, state, wave, colour, branches, onSelect } = props;
  const last = run.waves.at(-1);
  const elements = run.trippedCount == null || state.result === null ? null : run.trippedCount + initialCount(state.result.branches.tripWave);
  const expected = last?.customersExpected;
  return (
    <>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(104px, 1fr))', gap: 1, my: 1 }} data-testid="run-figures">
        <Figure label="Load lost" value={formatQuantity(run.totalShedMw, 'MW', 0)} />
        <Figure
          label="Customers out"
          value={formatNumber(run.customersOut)}
          note={run.customersOut == null ? 'not on record' : expected == null || Math.round(expected) === run.customersOut ? 'for certain' : `about ${formatNumber(expected)} expected`}
        />
        <Figure label="Branches out" value={formatNumber(elements)} note={elements === null ? undefined : `${formatNumber(run.trippedCount)} tripped`} />
        <Figure label="Waves" value={formatNumber(run.waveCount)} />
      </Box>
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
        {state.resultProblem !== null && <ErrorState title="The map of the run could not be loaded" detail={state.resultProblem} onRetry={state.retry} />}
      </Part>
      <Part title="Waves">
        <WaveTable waves={run.waves} wave={wave} onWave={props.onWave} />
      </Part>
      <Part title={wave === 0 ? 'Initial outages' : `Tripped in wave ${wave}`}>
        <TripTable runId={run.runId} wave={wave} onSelect={onSelect} />
      </Part>
      {branches !== null && state.result !== null && (
        <Part title="Before and after">
          <LoadingComparison branches={branches} result={state.result} />
        </Part>
      )}
      <ExportPart run={run} branches={branches} substations={props.substations} result={state.result} trips={props.trips} />
    </>
  );
}

function initialCount(tripWave: Float64Array): number {
  return tripWave.reduce((count, wave) => count + (wave === 0 ? 1 : 0), 0);
}

function Figure({ label, value, note }: { label: string; value: string; note?: string }) {
  return (
    <Box sx={{ border: 1, borderColor: 'divider', borderRadius: 1, px: 1, py: 0.5 }}>
      <Typography variant="caption" component="p" color="textSecondary">
        {label}
      </Typography>
      <Typography variant="h2" component="p" color={value === UNKNOWN ? 'textSecondary' : 'textPrimary'}>
        {value}
      </Typography>
      {note !== undefined && (
        <Typography variant="caption" component="p" color="textSecondary">
          {note}
        </Typography>
      )}
    </Box>
  );
}
