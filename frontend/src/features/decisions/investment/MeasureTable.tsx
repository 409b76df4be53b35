import { useMemo } from 'react';

import { formatRange, formatUsd } from '../../../lib/costs/words';
import { formatNumber, formatQuantity } from '../../../lib/format';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Maybe } from '../../../ui/Maybe';
import { Part } from '../Part';
import { AssetLink } from '../links';
import type { StudyRow } from '../queries';
import { MEASURE_WORDS } from '../words';

import type { Measure } from './queries';

interface Props {
  study: StudyRow;
  measures: readonly Measure[];
  chosen: ReadonlySet<string>;
  /** Whether what is chosen is for a budget that is only tried. */
  isTrial: boolean;
}

export function benefitOverCost({ benefitUsd, costUsd }: Measure): number | null {
  return benefitUsd.mid === null || costUsd <= 0 ? null : benefitUsd.mid / costUsd;
}

/** `4.2 years (2.1 to never)`: no payback is no unknown. */
function paybackWords({ paybackYears: { low, mid, high } }: Measure): string {
  const years = (value: number | null): string => (value === null ? 'never' : formatNumber(value, value < 10 ? 1 : 0));
  return mid === null && low === null ? 'never' : `${years(mid)} (${years(low)} to ${years(high)})`;
}

/** Each measure tried alone. */
export function MeasureTable({ study, measures, chosen, isTrial }: Props) {
  const columns = useMemo<readonly ShownColumn<Measure>[]>(
    () => [
      { key: 'chosen', label: isTrial ? 'Chosen at the tried budget' : 'Chosen', value: ({ measureId }) => (chosen.has(measureId) ? 'yes' : 'no'), cell: ({ measureId }) => (chosen.has(measureId) ? <strong>✓ yes</strong> : 'no') },
      { key: 'measure', label: 'Measure', value: ({ measureId }) => measureId },
      { key: 'kind', label: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => MEASURE_WORDS[kind] ?? kind },
      { key: 'asset', label: 'Asset', value: ({ assetName, assetId }) => assetName ?? assetId, cell: ({ assetName, assetId }) => <AssetLink id={assetId}>{assetName ?? assetId}</AssetLink> },
      { key: 'id', label: 'Id', isHidden: true, value: ({ assetId }) => assetId },
      { key: 'zone', label: 'Load zone', value: ({ zone }) => zone, cell: ({ zone }) => <Maybe text={zone ?? '–'} /> },
      { key: 'cost', label: 'Cost', unit: '$', isNumber: true, value: ({ costUsd }) => costUsd, cell: ({ costUsd }) => formatUsd(costUsd) },
      { key: 'annual', label: 'Saves a year', unit: '$', isNumber: true, value: ({ annualUsd }) => annualUsd.mid, cell: ({ annualUsd }) => formatRange(annualUsd, formatUsd) },
      { key: 'mwh', label: 'Energy a year', unit: 'MWh', isNumber: true, value: ({ annualMwh }) => annualMwh.mid, cell: ({ annualMwh }) => <Maybe text={formatQuantity(annualMwh.mid, 'MWh')} /> },
      { key: 'benefit', label: 'Benefit', unit: '$', isNumber: true, value: ({ benefitUsd }) => benefitUsd.mid, cell: ({ benefitUsd }) => formatRange(benefitUsd, formatUsd) },
      { key: 'ratio', label: 'Benefit over cost', isNumber: true, value: benefitOverCost, cell: (measure) => <Maybe text={formatQuantity(benefitOverCost(measure), '×', 2)} /> },
      { key: 'payback', label: 'Pays back in', unit: 'years', isNumber: true, value: ({ paybackYears }) => paybackYears.mid, cell: paybackWords },
      { key: 'at', label: 'In the best set at', value: ({ chosenAt }) => chosenAt.join(' '), cell: ({ chosenAt }) => (chosenAt.length === 0 ? 'none' : `${chosenAt.map((each) => each.toLowerCase()).join(', ')} durations`) },
    ],
    [chosen, isTrial],
  );
  return (
    <Part title="Measures, each tried alone" tools={<CsvButton name={`measures-of-study-${study.studyId}`} rows={measures} columns={columns} what="the measures" />} testId="measures">
      <DataTable caption="Ranges are mid (low to high) by how long losses last; payback is not discounted" rows={measures} columns={columns} rowKey={({ measureId }) => measureId} testId="measure-table" />
    </Part>
  );
}
