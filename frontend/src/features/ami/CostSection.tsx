import { useMemo } from 'react';

import { formatNumber, formatQuantity } from '../../lib/format';
import type { Column } from '../../lib/tableColumns';
import { Chart } from '../../ui/Chart';
import { CsvButton } from '../../ui/CsvButton';
import { Figures } from '../../ui/Figures';
import { EmptyState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Answer } from './Answer';
import type { Bucket } from './address';
import { barOption, escaped } from './charts';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod, instantsOf } from './days';
import { formatEnergy } from './energy';
import { EnergyCostsQuery } from './queries';
import type { EnergyCost } from './queries';
import { useAnalysis } from './useAnalysis';
import { axisSpan, formatSpan, spanForFile } from './words';

const MOST_DAYS = 366;

/** What the energy of all transformers cost at the prices of their zones. */
export function CostSection({ view, timeZone, ...props }: TabProps) {
  const period = clipped(props.period, MOST_DAYS);
  const bucket = view.bucket === 'MONTH' ? 'MONTH' : 'DAY';
  const analysis = useAnalysis({ query: EnergyCostsQuery, variables: { ...instantsOf(period, timeZone), bucket } });
  const columns = useMemo(() => costColumns(bucket, timeZone), [bucket, timeZone]);
  return (
    <Answer
      title="What it cost"
      note={`${formatPeriod(period)}, energy of the transformers at the price of their zone`}
      analysis={analysis}
      field="energyCosts"
      testId="ami-costs"
      minHeight={220}
      tools={
        <CsvButton name={fileName(`cost-by-${bucket}`, view, period)} rows={analysis.data?.energyCosts ?? []} columns={columns} what="the costs" />
      }
    >
      {({ energyCosts }) => <Costs costs={energyCosts} bucket={bucket} timeZone={timeZone} />}
    </Answer>
  );
}

function costColumns(bucket: Bucket, timeZone: string | undefined): Column<EnergyCost>[] {
  return [
    { key: 'at', label: 'start', value: ({ at }) => spanForFile(at, bucket, timeZone) },
    { key: 'energy', label: 'energy', unit: 'kWh', value: ({ energyKwh }) => energyKwh },
    { key: 'priced', label: 'energy with a known price', unit: 'kWh', value: ({ pricedKwh }) => pricedKwh },
    { key: 'cost', label: 'cost', unit: 'USD', value: ({ costUsd }) => costUsd ?? null },
  ];
}

/** The sums of a period; the cost is null where no price is known. */
export function totalCost(costs: readonly EnergyCost[]): { energyKwh: number; pricedKwh: number; costUsd: number | null } {
  const known = costs.flatMap(({ costUsd }) => (costUsd == null ? [] : [costUsd]));
  return {
    energyKwh: costs.reduce((sum, { energyKwh }) => sum + energyKwh, 0),
    pricedKwh: costs.reduce((sum, { pricedKwh }) => sum + pricedKwh, 0),
    costUsd: known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0),
  };
}

function Costs({ costs, bucket, timeZone }: { costs: readonly EnergyCost[]; bucket: Bucket; timeZone: string | undefined }) {
  const colours = useColours();
  const option = useMemo(
    () =>
      barOption(
        {
          name: 'Cost',
          colour: colours.signal.warn,
          values: costs.map(({ at, costUsd, energyKwh, pricedKwh }) => ({
            x: axisSpan(at, bucket, timeZone),
            y: costUsd ?? null,
            isPartial: isPartlyPriced(energyKwh, pricedKwh),
          })),
        },
        {
          unit: 'USD',
          colours,
          tooltip: (index) => {
            const cost = costs[index];
            if (cost === undefined) return '';
            return `${escaped(formatSpan(cost.at, bucket, timeZone))}<br/>${escaped(formatUsd(cost.costUsd))} for ${escaped(formatEnergy(cost.pricedKwh))} of ${escaped(formatEnergy(cost.energyKwh))}`;
          },
        },
      ),
    [costs, bucket, timeZone, colours],
  );
  if (costs.length === 0) return <EmptyState title="No load is on record for these days" />;
  const { energyKwh, pricedKwh, costUsd } = totalCost(costs);
  const isPartial = isPartlyPriced(energyKwh, pricedKwh);
  return (
    <>
      <Figures
        figures={[
          {
            label: 'Cost',
            value: costUsd === null ? 'not known' : formatUsd(costUsd),
            detail: costUsd === null ? 'no price is on record' : isPartial ? 'of the energy whose price is known' : undefined,
            isWarning: isPartial,
          },
          { label: 'Energy', value: formatEnergy(energyKwh) },
          { label: 'With a known price', value: energyKwh === 0 ? 'not known' : formatQuantity((100 * pricedKwh) / energyKwh, '%', 1) },
          { label: 'Mean price', value: costUsd === null || pricedKwh === 0 ? 'not known' : `${formatUsd((1_000 * costUsd) / pricedKwh, 2)} per MWh` },
        ]}
      />
      {costUsd !== null && <Chart option={option} heightPx={150} label={`Cost of the energy: ${formatUsd(costUsd)} in all`} />}
    </>
  );
}

/** Sums of doubles may differ in their last digits. */
function isPartlyPriced(energyKwh: number, pricedKwh: number): boolean {
  return pricedKwh < energyKwh * (1 - 1e-9);
}

function formatUsd(value: number | null | undefined, digits = 0): string {
  return value == null ? 'not known' : `${value < 0 ? '−' : ''}$${formatNumber(Math.abs(value), digits)}`;
}
