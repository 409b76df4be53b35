import Button from '@mui/material/Button';
import { useMemo } from 'react';

import type { Range } from '../../../lib/costs/queries';
import { formatRange, formatUsd } from '../../../lib/costs/words';
import { formatNumber, formatQuantity } from '../../../lib/format';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Maybe } from '../../../ui/Maybe';
import type { StudyRow } from '../queries';
import { formatHours, stoppedWords } from '../words';

import type { StagingPlan } from './queries';

interface Props {
  study: StudyRow;
  plans: readonly StagingPlan[];
  recommended: number | null;
  shown: number | null;
  hours: string;
  onShow: (crews: number) => void;
}

const rangeOf = (key: 'savedHours' | 'savedDamageUsd' | 'savedVollUsd' | 'allBackH', label: string, unit: string, format: (value: number | null) => string): ShownColumn<StagingPlan> => {
  const range = (plan: StagingPlan): Range | null => plan[key];
  return {
    key,
    label,
    unit,
    isNumber: true,
    value: (plan) => range(plan)?.mid ?? null,
    cell: (plan) => {
      const found = range(plan);
      return <Maybe text={found === null ? '–' : formatRange(found, format)} />;
    },
  };
};

/** Each number of crews, with what the last one saves and costs. */
export function PlanTable({ study, plans, recommended, shown, hours, onShow }: Props) {
  const columns = useMemo<readonly ShownColumn<StagingPlan>[]>(
    () => [
      {
        key: 'crews',
        label: 'Crews',
        isNumber: true,
        value: ({ crews }) => crews,
        cell: ({ crews }) => (
          <Button onClick={() => onShow(crews)} aria-current={crews === shown ? 'true' : undefined} sx={{ p: 0, minWidth: 0, fontWeight: crews === shown ? 700 : 400 }}>
            {crews === shown ? '▸ ' : ''}
            {crews}
            {crews === recommended ? ' (recommended)' : ''}
          </Button>
        ),
      },
      { key: 'places', label: 'Places', isNumber: true, value: ({ placeCount }) => placeCount },
      { key: 'hours', label: 'Without supply', unit: hours, isNumber: true, value: (plan) => plan.weightedHours, cell: (plan) => formatQuantity(plan.weightedHours, hours) },
      rangeOf('allBackH', 'All back', 'h', formatHours),
      rangeOf('savedHours', 'The last crew saves', hours, (value) => formatNumber(value)),
      rangeOf('savedDamageUsd', 'by damage functions', '$', formatUsd),
      rangeOf('savedVollUsd', 'by the value of lost load', '$', formatUsd),
      { key: 'cost', label: 'It costs', unit: '$', isNumber: true, value: ({ crewUsd }) => crewUsd, cell: ({ crewUsd }) => <Maybe text={formatUsd(crewUsd)} /> },
      { key: 'stopped', label: 'Does not pay because', value: ({ stoppedBy }) => stoppedBy, cell: ({ stoppedBy }) => (stoppedBy === null ? '' : stoppedWords(stoppedBy)) },
    ],
    [hours, onShow, recommended, shown],
  );
  return (
    <>
      <DataTable caption="Ranges are P50 (P20 to P80) over the draws of the repair times" rows={plans} columns={columns} rowKey={({ crews }) => String(crews)} maxHeightPx={280} testId="crew-table" />
      <CsvButton name={`crews-of-study-${study.studyId}`} rows={plans} columns={columns} what="the numbers of crews" />
    </>
  );
}
