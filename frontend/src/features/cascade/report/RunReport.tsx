import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { formatInstant } from '../../../lib/format';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { Swatch } from '../../../ui/Swatch';
import { css } from '../../../ui/palette';
import { LoadingComparison } from '../LoadingComparison';
import { RunSummary } from '../RunSummary';
import { WaveTable } from '../WaveTable';
import { notesOfRun } from '../draftOfRun';
import { cascadeLegend } from '../legend';
import { CustomersPart } from '../run/CustomersPart';
import { EconomicsPart } from '../run/EconomicsPart';
import { ExplanationPart } from '../run/ExplanationPart';
import { Note, Part } from '../run/Part';
import { RegionsPart } from '../run/RegionsPart';
import type { CascadeRunState } from '../useCascadeRun';

import { RunMapPicture } from './RunMapPicture';

interface Props {
  state: CascadeRunState;
  branches: BranchColumns | null;
  substations: SubstationColumns | null;
  timeZone: string;
  canExplain: boolean;
  backTo: string;
}

const nothing = (): void => undefined;

/** A run on paper: everything that its parts tell, one below the other. */
export function RunReport({ state, branches, substations, timeZone, canExplain, backTo }: Props) {
  const { run, result } = state;
  if (state.problem !== null) return <ErrorState title="The run could not be loaded" detail={state.problem.message} onRetry={state.retry} />;
  if (run === null) return <LoadingState label="Loading the run" minHeight={320} />;
  if (run.totalShedMw == null) return <ErrorState title="The run has no result" detail="There is a report once a run has finished." />;
  const lastWave = run.waves.at(-1)?.number ?? 0;
  return (
    <Box component="article" aria-label={`Report of cascade run ${run.runId}`} data-testid="run-report-page" sx={{ maxWidth: 900, mx: 'auto', p: 3, '@media print': { maxWidth: 'none', p: 0 } }}>
      <Box sx={{ display: 'flex', gap: 1, mb: 2, '@media print': { display: 'none' } }}>
        <Button variant="contained" onClick={() => window.print()} data-testid="print">
          Print or save as PDF
        </Button>
        <Button component="a" href={backTo}>
          Back to the run
        </Button>
      </Box>
      <Typography variant="overline" component="p" color="textSecondary">
        Cascade run {run.runId} · {formatInstant(run.createdAt, timeZone)} · {run.job.owner ?? 'schedule'}
      </Typography>
      <Typography variant="h1" component="h2" sx={{ mb: 1 }}>
        {run.name}
      </Typography>
      <Note>
        {run.scenario == null ? 'Planning case' : `${run.scenario.name}${run.version == null ? '' : `, version ${run.version.number}`}`}. Load × {run.loadMultiplier}, ratings × {run.ratingMultiplier}.
        {notesOfRun(run).map((note) => ` ${note}`)}
      </Note>
      <Part title="Outcome">
        <RunSummary run={run} />
      </Part>
      <Part title="Map">
        {branches === null || substations === null || result === null ? (
          <LoadingState label="Loading the map" minHeight={320} />
        ) : (
          <RunMapPicture branches={branches} substations={substations} result={result} lastWave={lastWave} />
        )}
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, px: 1, py: 0.5, bgcolor: '#111a21', color: '#e3ebf1', printColorAdjust: 'exact' }}>
          {cascadeLegend('waves', lastWave).map((item) => (
            <Typography key={item.label} variant="caption">
              <Swatch shape={item.shape} colour={css(item.colour)} /> {item.label}
            </Typography>
          ))}
        </Box>
      </Part>
      <Part title="Waves">
        <WaveTable waves={run.waves} wave={-1} onWave={nothing} isWhole />
      </Part>
      {branches !== null && result !== null && (
        <Part title="Before and after">
          <LoadingComparison branches={branches} result={result} />
        </Part>
      )}
      <RegionsPart run={run} branches={branches} substations={substations} result={result} />
      <CustomersPart run={run} onSelect={nothing} />
      <EconomicsPart run={run} />
      <Part title="In words">
        <ExplanationPart run={run} canExplain={canExplain} timeZone={timeZone} onSelect={nothing} onAsk={null} />
      </Part>
      <Note>Network {run.networkDigest}. The model leaves out voltages, reactive power and operators: read it as a ranking of outages, not as a forecast of megawatts.</Note>
    </Box>
  );
}
