import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useTheme } from '@mui/material/styles';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';

import type { SubstationColumns } from '../../../lib/columns/layers';
import { formatNumber } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { COLOURS, css, SERIES } from '../../../ui/palette';
import type { CascadeRunDetail } from '../queries';
import type { CascadeResult } from '../result';
import { waveColour } from '../waveColours';

import { Note, Part } from './Part';
import { customerFlow, DARK, IN_PART, loadFlow, waveName } from './flows';
import type { FlowLink } from './flows';
import { RunImpactQuery } from './queries';

type Unit = 'load' | 'customers';

interface Props {
  run: CascadeRunDetail;
  substations: SubstationColumns | null;
  result: CascadeResult | null;
}

/** Where the loss came from and whom it reached. */
export function FlowPart({ run, substations, result }: Props) {
  const [unit, setUnit] = useState<Unit>('load');
  return (
    <Part
      title="From the waves to what is lost"
      action={
        <ToggleButtonGroup exclusive size="small" value={unit} onChange={(_event, next: Unit | null) => next !== null && setUnit(next)} aria-label="What is counted" sx={{ '& .MuiToggleButton-root': { py: 0, textTransform: 'none' } }}>
          <ToggleButton value="load">MW</ToggleButton>
          <ToggleButton value="customers">Customers</ToggleButton>
        </ToggleButtonGroup>
      }
    >
      {unit === 'load' ? <LoadFlow run={run} substations={substations} result={result} /> : <CustomerFlow run={run} />}
    </Part>
  );
}

function LoadFlow({ run, substations, result }: Props) {
  const links = useMemo(() => (substations === null || result === null ? null : loadFlow(substations, result)), [substations, result]);
  if (links === null) return <LoadingState label="Loading the losses" minHeight={320} />;
  if (links.length === 0) return <EmptyState title="No load is lost" />;
  return (
    <>
      <Sankey run={run} links={links} unit="MW" digits={1} />
      <Note>A substation counts whole in the wave in which it first lost load.</Note>
    </>
  );
}

function CustomerFlow({ run }: { run: CascadeRunDetail }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RunImpactQuery, variables: { id: run.runId } });
  const impact = data?.cascadeRun?.impact;
  const links = useMemo(() => customerFlow(run.waves, impact), [run, impact]);
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="The customers could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the customers" minHeight={320} />;
  }
  if (links.length === 0) {
    const isUnknown = run.customersOut === null;
    return <EmptyState title={isUnknown ? 'The customers are not known' : 'No customer is out'} detail={isUnknown ? 'No distribution data lies under the substations that lost load.' : undefined} />;
  }
  return (
    <>
      <Sankey run={run} links={links} unit="customers" digits={0} />
      <Note>Customers of substations that are served in part count with what is expected.</Note>
    </>
  );
}

function Sankey({ run, links, unit, digits }: { run: CascadeRunDetail; links: readonly FlowLink[]; unit: string; digits: number }) {
  const { mode } = useTheme().palette;
  const option = useMemo((): ChartOption => {
    const lastWave = run.waves.at(-1)?.number ?? 0;
    const colours = new Map(run.waves.map(({ number }) => [waveName(number), number === 0 ? (SERIES[mode][5] ?? '#888') : css(waveColour(number, lastWave))]));
    const { signal } = COLOURS[mode];
    const ends = new Map([
      [DARK, signal.bad],
      [IN_PART, signal.warn],
    ]);
    const names = [...new Set(links.flatMap(({ from, to }) => [from, to]))];
    return {
      tooltip: { trigger: 'item', confine: true, valueFormatter: (value) => `${formatNumber(Number(value), digits)} ${unit}` },
      series: [
        {
          type: 'sankey',
          left: 8,
          right: 104,
          top: 8,
          bottom: 8,
          nodeGap: 9,
          nodeWidth: 12,
          emphasis: { focus: 'adjacency' },
          draggable: false,
          // The waves stay in their order.
          layoutIterations: 0,
          label: { fontSize: 11 },
          lineStyle: { color: 'source', opacity: 0.35 },
          data: names.map((name, i) => ({ name, itemStyle: { color: colours.get(name) ?? ends.get(name) ?? SERIES[mode][i % SERIES[mode].length] } })),
          links: links.map(({ from, to, value }) => ({ source: from, target: to, value })),
        },
      ],
    };
  }, [run, links, unit, digits, mode]);
  const columns = useMemo(
    (): ShownColumn<FlowLink>[] => [
      { key: 'from', label: 'From', value: ({ from }) => from },
      { key: 'to', label: 'To', value: ({ to }) => to },
      { key: 'value', label: unit, isNumber: true, value: ({ value }) => value, cell: ({ value }) => formatNumber(value, digits) },
    ],
    [unit, digits],
  );
  return (
    <>
      <Chart option={option} heightPx={360} label={`Flow of ${unit} lost from waves to where they are lost; the table below has the numbers`} />
      <DataTable label={`Flow of ${unit} lost`} testId="flow-table" rows={links} columns={columns} rowKey={({ from, to }) => `${from} ${to}`} maxHeightPx={null} csv={`cascade-run-${run.runId}-flow-${unit.toLowerCase()}`} />
    </>
  );
}
