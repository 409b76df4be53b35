import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { formatDuration, formatNumber, plural } from '../../../lib/format';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { SERIES } from '../../../ui/palette';
import { WaveTable } from '../WaveTable';
import type { CascadeRunDetail } from '../queries';
import type { CascadeResult } from '../result';

import { Note, Part } from './Part';
import { TripsOfWave } from './TripsOfWave';
import type { RunAddress } from './address';
import type { Trips } from './trips';
import { countsByWave } from './waves';

interface Props {
  run: CascadeRunDetail;
  result: CascadeResult | null;
  trips: Trips | null;
  problem: string | null;
  onRetry: () => void;
  wave: number;
  address: RunAddress;
  undrawnCount: number | null;
  onAddress: (change: Partial<RunAddress>) => void;
  onWave: (wave: number) => void;
  onSelect: (assetId: string) => void;
}

/** What each wave took out, as bars and as a table; one wave can stand out on the map. */
export function WavesPart({ run, result, trips, problem, onRetry, wave, address, undrawnCount, onAddress, onWave, onSelect }: Props) {
  const current = run.waves.find(({ number }) => number === wave);
  return (
    <>
      <Part title="What each wave took out">
        {problem !== null && <ErrorState title="The trips could not be loaded" detail={problem} onRetry={onRetry} />}
        {problem === null && (result === null || trips === null) && <LoadingState label="Loading the trips" minHeight={220} />}
        {result !== null && trips !== null && <WaveChart run={run} result={result} trips={trips} onWave={onWave} />}
        <Note>A click on a bar shows the wave; the table does the same.</Note>
      </Part>
      <FormControlLabel
        control={<Switch size="small" checked={address.isFocused} onChange={(event) => onAddress({ isFocused: event.target.checked })} />}
        label={<Typography variant="caption">Only this wave stands out on the map</Typography>}
        sx={{ display: 'flex' }}
      />
      <FormControlLabel
        control={<Switch size="small" checked={address.hasPaths} onChange={(event) => onAddress({ hasPaths: event.target.checked })} />}
        label={<Typography variant="caption">Show what led to what</Typography>}
        sx={{ display: 'flex' }}
      />
      <WaveTable waves={run.waves} wave={wave} onWave={onWave} />
      {current !== undefined && (
        <Part title={wave === 0 ? 'Initial outages' : `Wave ${wave}`}>
          <Note>
            {current.timeS == null ? '' : `${formatDuration(current.timeS * 1000)} after the outages. `}
            {current.deadBusCount == null ? '' : `${plural(current.deadBusCount, 'bus', 'buses')} went dark. `}
            {current.customersOut == null
              ? 'Customers out so far are not known.'
              : `${formatNumber(current.customersOut)} customers out for certain so far${current.customersExpected == null ? '' : `, about ${formatNumber(current.customersExpected)} expected`}.`}
            {address.hasPaths && undrawnCount !== null && undrawnCount > 0 && ` Of ${plural(undrawnCount, 'trip')} the cause is not drawn: none is known, or it has no place on the map.`}
          </Note>
          {trips !== null && <TripsOfWave trips={trips} wave={wave} onSelect={onSelect} />}
        </Part>
      )}
    </>
  );
}

function WaveChart({ run, result, trips, onWave }: { run: CascadeRunDetail; result: CascadeResult; trips: Trips; onWave: (wave: number) => void }) {
  const { mode } = useTheme().palette;
  const lastWave = run.waves.at(-1)?.number ?? 0;
  const option = useMemo((): ChartOption => {
    const counts = countsByWave(lastWave, trips, result);
    const colours = SERIES[mode];
    const bar = (name: string, data: number[], colour: string | undefined): object => ({ name, type: 'bar', stack: 'lost', data, itemStyle: { color: colour } });
    return {
      grid: { left: 44, right: 56, top: 44, bottom: 26 },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { fontSize: 11 } },
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { type: 'category', data: run.waves.map(({ number }) => (number === 0 ? 'Initial' : String(number))) },
      yAxis: [
        { type: 'value', name: 'elements', minInterval: 1 },
        { type: 'value', name: 'MW lost', splitLine: { show: false } },
      ],
      series: [
        bar('Lines', counts.lines, colours[0]),
        bar('Transformers', counts.transformers, colours[2]),
        bar('Substations dark', counts.dead, colours[6]),
        bar('Substations in part', counts.inPart, colours[1]),
        {
          name: 'MW lost so far',
          type: 'line',
          yAxisIndex: 1,
          data: run.waves.map(({ cumulativeShedMw }) => Math.round(cumulativeShedMw * 10) / 10),
          itemStyle: { color: colours[5] },
          lineStyle: { type: 'dashed' },
          symbolSize: 5,
        },
      ] as ChartOption['series'],
    };
  }, [run, result, trips, lastWave, mode]);
  const pick = (index: number): void => {
    const wave = run.waves[index];
    if (wave !== undefined) onWave(wave.number);
  };
  return <Chart option={option} heightPx={240} label={`Elements lost in each of the ${run.waves.length} waves, by kind, and the load lost so far`} onPick={pick} />;
}
