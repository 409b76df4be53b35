import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatNumber } from '../../lib/format';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Figures } from '../../ui/Figures';
import { Maybe } from '../../ui/Maybe';
import { Note } from '../../ui/Note';
import { EmptyState } from '../../ui/StateMessage';

import { Answer } from './Answer';
import { MeterVoltageSection } from './MeterVoltageSection';
import { WorstVoltagesSection } from './WorstVoltagesSection';
import { BANDS } from './bands';
import type { Band } from './bands';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod } from './days';
import { formatShare } from './energy';
import { VoltageQualityQuery } from './queries';
import type { VoltageBands } from './queries';
import { groupShown, meterFilters } from './scope';
import { useAnalysis } from './useAnalysis';

const MOST_DAYS = 1_098;

/** How voltages keep to ANSI C84.1, and where they do not. */
export function VoltageTab(props: TabProps) {
  const { view, may } = props;
  const by = groupShown(view.by, view.scope, may);
  return (
    <>
      <BandsSection {...props} />
      {view.scope?.kind === 'METER' && <MeterVoltageSection {...props} assetId={view.scope.id} />}
      {by !== null && <WorstVoltagesSection {...props} by={by} />}
    </>
  );
}

interface BandRow {
  band: Band;
  count: number | null;
  pct: number | null;
}

const COLUMNS: readonly ShownColumn<BandRow>[] = [
  { key: 'band', label: 'Band', value: ({ band }) => band.label },
  { key: 'limits', label: 'Service voltage up to 600 V', value: ({ band }) => band.limits },
  { key: 'count', label: 'Readings', isNumber: true, value: ({ count }) => count, cell: ({ count }) => <Maybe text={formatNumber(count)} /> },
  { key: 'pct', label: 'Share', unit: '%', isNumber: true, value: ({ pct }) => pct, cell: ({ pct }) => <Maybe text={formatShare(pct)} /> },
];

function rowsOf(bands: VoltageBands): BandRow[] {
  return BANDS.map((band) => ({ band, count: bands[band.count] ?? null, pct: bands[band.pct] ?? null }));
}

function BandsSection({ view, ...props }: TabProps) {
  const period = clipped(props.period, MOST_DAYS);
  const analysis = useAnalysis({ query: VoltageQualityQuery, variables: { ...period, filters: meterFilters(view) } });
  const found = analysis.data?.voltageQuality;
  return (
    <Answer
      title="Service voltages"
      note={`${formatPeriod(period)}, by the ranges of ANSI C84.1`}
      analysis={analysis}
      field="voltageQuality"
      testId="ami-voltage"
      minHeight={240}
      tools={
        <CsvButton name={fileName('voltage', view, period)} rows={found === undefined ? [] : rowsOf(found)} columns={COLUMNS} what="the voltages" />
      }
    >
      {({ voltageQuality: bands }) =>
        bands.judgedCount === 0 ? (
          <EmptyState
            title="No voltage of these days can be judged"
            detail={`${formatNumber(bands.unknownCount)} readings are without a voltage, or of meters whose nominal voltage is not known.`}
          />
        ) : (
          <>
            <Figures
              figures={[
                outsideFigure('Outside range A', [bands.belowBPct, bands.bLowPct, bands.bHighPct, bands.aboveBPct]),
                outsideFigure('Outside range B', [bands.belowBPct, bands.aboveBPct]),
                { label: 'Readings judged', value: formatNumber(bands.judgedCount) },
                {
                  label: 'Not judged',
                  value: formatNumber(bands.unknownCount),
                  detail: bands.unknownCount > 0 ? 'no voltage, or no nominal voltage' : undefined,
                },
              ]}
            />
            <BandBar rows={rowsOf(bands)} />
            <DataTable
              caption="Readings by band, shares of those judged"
              rows={rowsOf(bands)}
              columns={COLUMNS}
              rowKey={({ band }) => band.pct}
              testId="ami-voltage-table"
            />
            <Note>Above 600 V the limits are 95, 97.5, 105 and 105.8 % of the nominal voltage. A limit belongs to the better band.</Note>
          </>
        )
      }
    </Answer>
  );
}

function outsideFigure(label: string, parts: readonly (number | null | undefined)[]) {
  const outside = sumKnown(parts);
  return { label, value: outside === null ? 'not known' : formatShare(outside), isWarning: outside !== null && outside > 0 };
}

/** Null if one of them is unknown. */
export function sumKnown(parts: readonly (number | null | undefined)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part == null ? null : sum + part), 0);
}

function BandBar({ rows }: { rows: readonly BandRow[] }) {
  return (
    <Box sx={{ mb: 1 }}>
      <Box aria-hidden sx={{ display: 'flex', height: 14, borderRadius: 0.5, overflow: 'hidden', bgcolor: 'divider' }}>
        {rows.map(({ band, pct }) => (
          // A share too small to see is still there.
          <Box key={band.pct} sx={{ flexGrow: pct ?? 0, flexBasis: 0, minWidth: pct !== null && pct > 0 ? 3 : 0, bgcolor: band.colour }} />
        ))}
      </Box>
      <Typography variant="caption" aria-hidden sx={{ color: 'text.secondary' }}>
        low to high voltage
      </Typography>
    </Box>
  );
}
